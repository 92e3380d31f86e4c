// Whatever goes wrong on the way, in the end the world is as wanted and nobody is busy: many seeded runs of
// one thread in which users edit, watches expire, requests fail before or after their effect and the
// controller is restarted at any moment.
#include "common/log.h"
#include "operator/runtime/controller.h"
#include "tests/operator/runtime/stepped_test.h"

#include <map>
#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace runtime {
namespace {

using namespace test;
using namespace std::chrono_literals;

constexpr kube::Kind kCopy{"example.org", "v1", "Copy", "copies"};

/// For each widget a copy of the same size, made and removed through the stores alone.
class Copier : public Reconciler {
  public:
    Copier(const Store& widgets, Store& copies) : widgets_(widgets), copies_(copies) {}

    Result<void> reconcile(const Run& run) override {
        const ObjectKey& key = run.key;
        const auto original = widgets_.get(key);
        const auto copy = copies_.get(key);
        if (original && (!copy || copy->fields != original->fields)) {
            auto wanted = widget(key.name, key.name);
            wanted["kind"] = kCopy.kind;
            wanted["spec"] = original->fields;
            const auto written = run.client.apply(kCopy, wanted, {.force = true}, run.stop);
            if (!written) {
                return tl::unexpected(written.error());
            }
            copies_.observe_write(*written);
        } else if (!original && copy) {
            const auto removed = run.client.remove(kCopy, key, {.uid = copy->uid}, run.stop);
            if (!removed && removed.error().kind != ErrorKind::not_found) {
                return tl::unexpected(removed.error());
            }
        }
        return {};
    }

  private:
    const Store& widgets_;
    Store& copies_;
};

/// One life of the controller's process.
struct Process {
    Process(FakeCluster& cluster, const Environment& environment)
        : controller(cluster, environment, metrics, {.workers = 2, .page_size = 2}),
          reconciler(widgets, copies) {
        controller.watch(kWidget, {}, widgets);
        controller.watch(kCopy, {}, copies);
    }

    prometheus::Registry registry;
    Metrics metrics{registry, "widget", 2};
    Controller controller;
    Store widgets{project, controller.on_change(kWidget)};
    Store copies{project, controller.on_change(kCopy)};
    Copier reconciler;
};

class Scenario {
  public:
    explicit Scenario(unsigned seed) : random_(seed) {
        cluster_.set_fault([this](const Call& call, Moment moment) { return fault(call, moment); });
        restart();
    }

    void disturb(int steps) {
        for (int i = 0; i < steps; ++i) {
            act();
        }
        disturbed_ = false;
    }

    /// Goes on without disturbance until nothing is left to do; the number of writes that took.
    std::size_t settle() {
        cluster_.forget_calls();
        for (int round = 0; round < 50; ++round) {
            observe(0);
            observe(1);
            time_.now += 60s;
            while (process_->controller.run_one(process_->reconciler)) {
            }
        }
        return cluster_.writes().size();
    }

    std::map<std::string, kube::json> specs(const kube::Kind& kind) const {
        std::map<std::string, kube::json> result;
        for (const auto& object : cluster_.all(kind)) {
            result[kube::key_of(object).name] = object.at("spec");
        }
        return result;
    }

    std::size_t remembered() const { return process_->widgets.size() + process_->copies.size(); }
    bool idle() const { return !process_->controller.next_due(); }

  private:
    unsigned draw(unsigned below) { return std::uniform_int_distribution<unsigned>(0, below - 1)(random_); }

    std::optional<Error> fault(const Call&, Moment) {
        if (!disturbed_ || draw(6) != 0) {
            return std::nullopt;
        }
        constexpr ErrorKind kKinds[] = {ErrorKind::unavailable, ErrorKind::throttled, ErrorKind::timeout,
                                        ErrorKind::expired, ErrorKind::conflict};
        return Error{kKinds[draw(5)], "disturbed"};
    }

    void act() {
        const ObjectKey key{"ns", "w" + std::to_string(draw(6))};
        switch (draw(10)) {
            case 0:
            case 1:
                cluster_.put(kWidget, widget(key.name, key.name, static_cast<int>(draw(100))));
                break;
            case 2:
                remove(kWidget, key);
                break;
            case 3:
                remove(kCopy, key);
                break;
            case 4:
                if (cluster_.get(kCopy, key)) {
                    cluster_.edit(kCopy, key, [](kube::json& object) { object["spec"]["size"] = -1; });
                }
                break;
            case 5:
                cluster_.compact();
                break;
            case 6:
                time_.now += draw(40) * 1s;
                break;
            case 7:
                if (draw(8) == 0) {
                    restart();
                }
                break;
            case 8:
                observe(draw(2));
                break;
            default:
                process_->controller.run_one(process_->reconciler);
        }
    }

    void remove(const kube::Kind& kind, const ObjectKey& key) {
        if (cluster_.get(kind, key)) {
            cluster_.erase(kind, key);
        }
    }

    void observe(std::size_t reflector) { process_->controller.reflectors()[reflector]->step({}); }

    void restart() { process_ = std::make_unique<Process>(cluster_, time_.environment()); }

    std::mt19937 random_;
    bool disturbed_ = true;
    ManualTime time_;
    FakeCluster cluster_{FakeCluster::Options{.watches_wait = false}};
    std::unique_ptr<Process> process_;
};

TEST(Convergence, ReachesTheGoalAndFallsSilentAfterAnyDisturbance) {
    common::log::start(common::log::Level::error);  // tens of thousands of warnings are the point
    for (unsigned seed = 0; seed < 100; ++seed) {
        SCOPED_TRACE(seed);
        Scenario run(seed);
        run.disturb(400);
        run.settle();
        ASSERT_EQ(run.specs(kCopy), run.specs(kWidget));
        ASSERT_EQ(run.remembered(), 2 * run.specs(kWidget).size());
        ASSERT_EQ(run.settle(), 0U) << "a converged world costs no write";
        ASSERT_TRUE(run.idle());
    }
}

}  // namespace
}  // namespace runtime
