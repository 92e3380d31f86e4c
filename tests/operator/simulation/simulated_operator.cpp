#include "tests/operator/simulation/simulated_operator.h"

#include "tests/operator/crm/instances.h"

#include <algorithm>

namespace crm::simulation {

using runtime::Reflector;

/// One of the operator's watches: it has something to do when its kind has changed, or a list is due.
class SimulatedOperator::Watch final : public Actor {
  public:
    Watch(SimulatedOperator& owner, std::size_t index) : owner_(owner), index_(index) {}

    std::optional<TimePoint> due() const override {
        const bool watching = reflector().status().state == Reflector::State::watching;
        if (watching && !owner_.network_.is_behind(reflector().kind(), reflector().selection())) {
            return std::nullopt;
        }
        return std::max(next_, owner_.scheduler_.now());
    }

    void act() override { next_ = owner_.scheduler_.now() + reflector().step({}); }

  private:
    Reflector& reflector() const { return *owner_.running_->controller.reflectors()[index_]; }

    SimulatedOperator& owner_;
    const std::size_t index_;
    TimePoint next_{};
};

class SimulatedOperator::Worker final : public Actor {
  public:
    explicit Worker(SimulatedOperator& owner) : owner_(owner) {}

    std::optional<TimePoint> due() const override {
        return owner_.working_ ? std::nullopt : owner_.running_->controller.next_due();
    }

    void act() override {
        runtime::Reconciler& reconciler =
            owner_.reconciler_ ? *owner_.reconciler_ : owner_.running_->reconciler;
        owner_.working_ = true;
        bool crashed = false;
        try {
            owner_.running_->controller.run_one(reconciler);
        } catch (const Crash&) {
            crashed = true;
        }
        owner_.working_ = false;
        if (crashed || owner_.ends_) {
            owner_.restart();
        }
    }

  private:
    SimulatedOperator& owner_;
};

SimulatedOperator::SimulatedOperator(Scheduler& scheduler, Network& network, const Wiring& wiring)
    : scheduler_(scheduler), network_(network), wiring_(wiring) {
    if (wiring_.client) {
        client_ = wiring_.client(network_);
    }
    start();
    network_.set_meanwhile([this] { let_others_act(); });
    for (std::size_t i = 0; i < running_->controller.reflectors().size(); ++i) {
        actors_.push_back(std::make_unique<Watch>(*this, i));
    }
    actors_.push_back(std::make_unique<Worker>(*this));
    for (const auto& actor : actors_) {
        scheduler_.add(*actor);
    }
}

SimulatedOperator::~SimulatedOperator() {
    for (const auto& actor : actors_) {
        scheduler_.remove(*actor);
    }
}

void SimulatedOperator::restart() {
    ends_ = working_;
    if (!working_) {
        ++restarts_;
        start();
    }
}

/// Watches, controllers, people: all but the worker, which waits for its answer.
void SimulatedOperator::let_others_act() {
    for (std::size_t steps = 1 + scheduler_.chance().draw(4); steps > 0 && !ends_; --steps) {
        scheduler_.step(scheduler_.now());
    }
    if (ends_) {
        throw Crash();
    }
}

void SimulatedOperator::start() {
    const auto random_bytes = [this](std::span<unsigned char> bytes) {
        for (unsigned char& byte : bytes) {
            byte = static_cast<unsigned char>(scheduler_.chance().draw(256));
        }
    };
    const auto domain = [this, random_bytes](runtime::Controller& controller) {
        return InstanceReconciler::Environment{
            .random = random_bytes,
            .now = [this] { return scheduler_.now_text(); },
            .clock = [this] { return scheduler_.now(); },
            .wake = [&controller](const kube::ObjectKey& key) { controller.wake(key, "turn"); },
            .wake_later = [&controller](const kube::ObjectKey& key,
                                        runtime::Duration wait) { controller.wake(key, "time", wait); }};
    };
    reconciler_.reset();
    running_ = std::make_unique<RunningOperator>(
        client_ ? *client_ : static_cast<kube::Client&>(network_), kSettings,
        runtime::Environment{[this] { return scheduler_.now(); },
                             [this] { return scheduler_.chance().fraction(); }},
        domain);
    if (wiring_.reconciler) {
        reconciler_ = wiring_.reconciler(running_->reconciler);
    }
}

}  // namespace crm::simulation
