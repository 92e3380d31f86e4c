#include "tests/operator/simulation/play.h"

#include "operator/crm/api/kinds.h"
#include "tests/operator/simulation/installation.h"
#include "tests/operator/simulation/judge.h"
#include "tests/operator/simulation/nature.h"
#include "tests/operator/simulation/person.h"
#include "tests/support/simulation/simulated_cluster.h"

#include <array>
#include <exception>
#include <optional>
#include <span>

#include <fmt/format.h>

namespace crm::simulation {
namespace {

using namespace std::chrono_literals;
using support::ClusterState;
using support::simulation::SimulatedCluster;

/// Where a schedule begins.
enum class Start { nothing, retaining, deleting };

struct Scenario {
    std::string_view name;
    Start start;
    std::vector<Deed> deeds;
};

const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> kScenarios{
        {"create", Start::nothing, {Deed::create}},
        {"scale", Start::retaining, {Deed::scale, Deed::scale}},
        {"resize", Start::retaining, {Deed::resize, Deed::resize}},
        {"change the image", Start::retaining, {Deed::change_version, Deed::change_version}},
        {"fail to migrate", Start::retaining, {Deed::break_version}},
        {"fail to migrate and go back", Start::retaining, {Deed::break_version, Deed::change_version}},
        {"delete and keep the data", Start::retaining, {Deed::remove, Deed::create}},
        {"delete with the data", Start::deleting, {Deed::remove, Deed::create}},
        {"delete with the data after orphan",
         Start::deleting,
         {Deed::orphan, Deed::create, Deed::remove, Deed::create}},
        {"delete for good", Start::retaining, {Deed::change_policy, Deed::remove_slowly}},
        {"orphan and adopt", Start::retaining, {Deed::orphan, Deed::create}},
        {"spoil the spec and mend it", Start::retaining, {Deed::spoil, Deed::resize}},
        {"change what is owned",
         Start::retaining,
         {Deed::change_owned, Deed::change_owned, Deed::lose_labels}},
        {"delete what is owned", Start::retaining, {Deed::remove_owned, Deed::remove_owned}},
    };
    return kScenarios;
}

/// How long the world has to come to rest after the last disturbance, and to show that it stays at rest.
constexpr auto kRest = 30min;
constexpr auto kQuiet = 10min;

std::string_view name_of(Verb verb) {
    constexpr std::array<std::string_view, 7> kNames{
        "lists", "watches", "creates", "applies", "tells the status of", "patches", "deletes"};
    return kNames.at(static_cast<std::size_t>(verb));
}

struct Beginning {
    ClusterState cluster;
    Installation::Schemas schemas;
    support::simulation::TimePoint time;
};

class Play {
  public:
    Play(std::uint64_t seed, const Beginning* beginning, const Wiring& wiring, bool tell)
        : scheduler_(seed, beginning == nullptr ? TimePoint{} : beginning->time),
          installation_(scheduler_, beginning == nullptr ? Installation::Schemas{} : beginning->schemas),
          cluster_(scheduler_, installation_.machines(),
                   beginning == nullptr ? nullptr : &beginning->cluster),
          judge_(cluster_.api, installation_),
          network_(cluster_.api, scheduler_,
                   [this](const Request& request, Answer answer) { saw(request, answer); }),
          operator_(scheduler_, network_, wiring),
          tell_(tell) {
        installation_.attach(cluster_.api);
        cluster_.api.set_on_gone(
            [this](const kube::Kind& kind, const kube::json& object) { judge_.saw_go(kind, object); });
        if (const auto instance = cluster_.api.find(kCrmInstance, kInstance)) {
            judge_.saw_policy(*instance);
        }
    }

    void create(const kube::json& instance) { cluster_.api.put(kCrmInstance, instance); }

    void disturb(const std::vector<Deed>& deeds) {
        auto& chance = scheduler_.chance();
        constexpr std::array<std::size_t, 6> kOdds{0, 0, 4, 8, 16, 64};
        constexpr std::array<std::size_t, 5> kRareOdds{0, 0, 0, 16, 64};
        network_.disturb({.failure = chance.among(kOdds),
                          .crash = chance.among(kOdds),
                          .cut = chance.among(kOdds),
                          .delay = chance.among(kOdds),
                          .theft = chance.among(kRareOdds)});
        network_.set_thief([this](const kube::Kind& kind, const kube::ObjectKey& key) { steal(kind, key); });
        scheduler_.set_hasty(chance.one_in(2));
        const auto told = [this](const std::string& what) { note(what); };
        Nature nature(cluster_, scheduler_, operator_, judge_, chance.one_in(2) ? chance.draw(5) : 0, told);
        Person person(cluster_.api, scheduler_, judge_, deeds, told);
        scheduler_.add(nature);
        scheduler_.add(person);
        while (!(person.is_done() && nature.is_done()) && step()) {
        }
        run_for(chance.up_to(10s));
        scheduler_.remove(person);
        scheduler_.remove(nature);
        nature.relent();
        scheduler_.set_hasty(false);
        network_.disturb({});
        judge_.excuse_writes(operator_.restarts());
        note("nobody disturbs any more");
    }

    void rest() {
        run_for(kRest);
        judge_.judge_rest(kInstance);
        judge_.forget_requests();
        run_for(kQuiet);
        judge_.judge_quiet();
    }

    void blame(std::string violation) { judge_.blame(std::move(violation)); }

    Outcome outcome() && {
        return {.violations = judge_.violations(),
                .story = std::move(story_),
                .steps = steps_,
                .writes = judge_.writes(),
                .ready = judge_.is_ready()};
    }

    Beginning as_beginning() {
        cluster_.api.compact();  // whoever goes on from here begins with lists
        return {cluster_.api.state(), installation_.schemas(), scheduler_.now()};
    }

  private:
    /// Somebody who goes on for ever without time passing has to be stopped, too.
    static constexpr std::size_t kMostSteps = 50'000;

    bool step() { return advance(support::simulation::TimePoint::max()); }
    bool advance(support::simulation::TimePoint until) {
        if (++steps_ == kMostSteps) {
            judge_.blame("never comes to rest");
        }
        return steps_ < kMostSteps && scheduler_.step(until);
    }
    void run_for(support::simulation::Duration time) {
        const auto until = scheduler_.now() + time;
        while (advance(until)) {
        }
        scheduler_.run(until);
    }

    void saw(const Request& request, Answer answer) {
        judge_.saw(request, answer);
        if (tell_ && request.changed && request.writes()) {
            note(fmt::format("the operator {} {} {}{}", name_of(request.verb), request.kind.kind,
                             request.key.name,
                             answer == Answer::given  ? ""
                             : answer == Answer::lost ? ", and is told that it failed"
                                                      : ", and ends"));
        }
    }
    void steal(const kube::Kind& kind, const kube::ObjectKey& key) {
        const auto object = cluster_.api.find(kind, key);
        if (object != nullptr && kind != kCrmInstance && !support::simulation::is_deleting(*object)) {
            note(fmt::format("somebody deletes {} {}", kind.kind, key.name));
            judge_.allow(*object);
            judge_.excuse_writes();
            cluster_.api.erase(kind, key);
        }
    }
    void note(const std::string& what) {
        if (tell_) {
            const auto time = std::chrono::duration<double>(scheduler_.now().time_since_epoch()).count();
            story_.push_back(fmt::format("{:8.3f} s  {}", time, what));
        }
    }

    Scheduler scheduler_;
    Installation installation_;
    SimulatedCluster cluster_;
    Judge judge_;
    Network network_;
    SimulatedOperator operator_;
    const bool tell_;
    std::vector<std::string> story_;
    std::size_t steps_ = 0;
};

/// An instance that was created and left alone until it served.
Beginning converged(bool retain) {
    Play play(1, nullptr, {}, false);
    play.create(first_spec(retain));
    play.rest();
    return play.as_beginning();
}

const Beginning* beginning_of(Start start) {
    // Of each thread, since what two have in common is slow to count.
    static thread_local const Beginning kRetaining = converged(true);
    static thread_local const Beginning kDeleting = converged(false);
    return start == Start::nothing ? nullptr : start == Start::retaining ? &kRetaining : &kDeleting;
}

}  // namespace

Outcome play(std::uint64_t seed, const Wiring& wiring, bool tell) {
    const Scenario& scenario = scenarios()[seed % scenarios().size()];
    Play play(seed, beginning_of(scenario.start), wiring, tell);
    try {
        play.disturb(scenario.deeds);
        play.rest();
    } catch (const std::exception& exception) {
        play.blame(fmt::format("makes what nobody can read: {}", exception.what()));
    }
    Outcome outcome = std::move(play).outcome();
    outcome.scenario = scenario.name;
    return outcome;
}

}  // namespace crm::simulation
