#include "tests/operator/simulation/planted_bugs.h"

#include "operator/crm/api/kinds.h"
#include "operator/crm/api/names.h"
#include "tests/operator/crm/instances.h"
#include "tests/operator/simulation/person.h"

#include <utility>

namespace crm::simulation {
namespace {

using kube::json;

/// Passes everything on: each bug changes one thing of it.
class Passing : public kube::Client {
  public:
    explicit Passing(kube::Client& client) : client_(client) {}

    Result<kube::Page> list(const kube::Kind& kind, const kube::Selection& selection, int limit,
                            const std::string& continue_token, std::stop_token stop) override {
        auto page = client_.list(kind, selection, limit, continue_token, std::move(stop));
        for (std::size_t i = 0; page && i < page->items.size(); ++i) {
            see(kind, page->items[i]);
        }
        return page;
    }
    Result<void> watch(const kube::Kind& kind, const kube::Selection& selection, const std::string& version,
                       const std::function<void(kube::WatchEvent)>& on_event, std::stop_token stop) override {
        const auto told = [&](kube::WatchEvent event) {
            see(kind, event.object);
            if (is_told(kind, event)) {
                on_event(std::move(event));
            }
        };
        return client_.watch(kind, selection, version, told, std::move(stop));
    }
    Result<json> create(const kube::Kind& kind, const json& object, const kube::CreateOptions& options,
                        std::stop_token stop) override {
        json changed = object;
        kube::ApplyOptions unused;
        change(kind, changed, unused);
        return answered(kind, client_.create(kind, changed, options, std::move(stop)));
    }
    Result<json> apply(const kube::Kind& kind, const json& object, const kube::ApplyOptions& options,
                       std::stop_token stop) override {
        json changed = object;
        kube::ApplyOptions with = options;
        change(kind, changed, with);
        return answered(kind, client_.apply(kind, changed, with, std::move(stop)));
    }
    Result<json> patch(const kube::Kind& kind, const kube::ObjectKey& key, const json& changes,
                       const kube::PatchOptions& options, std::stop_token stop) override {
        return answered(kind, client_.patch(kind, key, changes, options, std::move(stop)));
    }
    Result<void> remove(const kube::Kind& kind, const kube::ObjectKey& key,
                        const kube::DeleteOptions& options, std::stop_token stop) override {
        return is_removed(kind) ? client_.remove(kind, key, options, std::move(stop)) : Result<void>();
    }

  protected:
    /// What the operator sees of an object.
    virtual void see(const kube::Kind&, json&) {}
    virtual bool is_told(const kube::Kind&, const kube::WatchEvent&) { return true; }
    /// What it writes, and how.
    virtual void change(const kube::Kind&, json&, kube::ApplyOptions&) {}
    virtual bool is_removed(const kube::Kind&) { return true; }

  private:
    Result<json> answered(const kube::Kind& kind, Result<json> answer) {
        if (answer) {
            see(kind, *answer);
        }
        return answer;
    }

    kube::Client& client_;
};

struct ForgetsOwners : Passing {
    using Passing::Passing;
    void change(const kube::Kind&, json& object, kube::ApplyOptions&) override {
        object["metadata"].erase("ownerReferences");
    }
};

struct ReadsThePolicyWrongly : Passing {
    using Passing::Passing;
    void see(const kube::Kind& kind, json& object) override {
        if (kind == kCrmInstance && object.contains("spec")) {
            object["spec"]["deletionPolicy"] = "Delete";
        }
    }
};

struct MigratesWithTheOldImage : Passing {
    using Passing::Passing;
    void change(const kube::Kind& kind, json& object, kube::ApplyOptions&) override {
        if (kind == kJob && object.contains("spec")) {
            object["spec"]["template"]["spec"]["containers"][0]["image"] =
                image_of(kSettings.version, kSettings);
        }
    }
};

struct RollsBeforeTheMigration : Passing {
    using Passing::Passing;
    void see(const kube::Kind& kind, json& object) override {
        if (kind == kCrmInstance && object.contains("spec") && object.contains("status")) {
            object["status"].erase("version");  // as if it had never served
        }
    }
};

struct NeverForces : Passing {
    using Passing::Passing;
    void change(const kube::Kind& kind, json&, kube::ApplyOptions& options) override {
        options.force = options.force && kind == kCrmInstance;
    }
};

struct MissesDeletions : Passing {
    using Passing::Passing;
    bool is_told(const kube::Kind&, const kube::WatchEvent& event) override {
        return event.type != kube::EventType::deleted;
    }
};

struct IsBlindForJobs : Passing {
    using Passing::Passing;
    bool is_told(const kube::Kind& kind, const kube::WatchEvent& event) override {
        return kind != kJob || event.type == kube::EventType::bookmark;
    }
};

struct IsRestless : Passing {
    using Passing::Passing;
    void change(const kube::Kind& kind, json& object, kube::ApplyOptions&) override {
        if (kind == kCrmInstance && object.contains("status")) {
            object["status"]["selector"] = std::to_string(++writes_);
        }
    }
    int writes_ = 0;
};

struct WritesTheSpec : Passing {
    using Passing::Passing;
    void change(const kube::Kind& kind, json& object, kube::ApplyOptions&) override {
        if (kind == kCrmInstance) {
            object["spec"]["size"] = "small";
        }
    }
};

struct MakesNewPasswords : Passing {
    using Passing::Passing;
    void change(const kube::Kind& kind, json& object, kube::ApplyOptions&) override {
        if (kind == kSecret && object.contains("data")) {
            object["data"]["password"] = "bmV3" + std::to_string(++writes_);
        }
    }
    int writes_ = 0;
};

struct IsReadyTooEarly : Passing {
    using Passing::Passing;
    void change(const kube::Kind& kind, json& object, kube::ApplyOptions&) override {
        if (kind == kCrmInstance && object.contains("status")) {
            object["status"]["conditions"][0]["status"] = "True";
        }
    }
};

struct LeavesOldMigrations : Passing {
    using Passing::Passing;
    bool is_removed(const kube::Kind& kind) override { return kind != kJob; }
};

struct MakesWhatOthersMake : Passing {
    using Passing::Passing;
    void change(const kube::Kind&, json& object, kube::ApplyOptions&) override {
        object["metadata"].erase("uid");
    }
};

/// A failure is taken for a success: it is never tried again.
class ForgetsFailures final : public runtime::Reconciler {
  public:
    explicit ForgetsFailures(runtime::Reconciler& reconciler) : reconciler_(reconciler) {}
    Result<void> reconcile(const runtime::Run& run) override {
        (void)reconciler_.reconcile(run);
        return {};
    }

  private:
    runtime::Reconciler& reconciler_;
};

template <class Bug>
Wiring client() {
    return {.client = [](kube::Client& network) { return std::make_unique<Bug>(network); }};
}

}  // namespace

const std::vector<PlantedBug>& planted_bugs() {
    static const std::vector<PlantedBug> kBugs{
        {"what it makes has no owner", client<ForgetsOwners>()},
        {"the deletion policy is read wrongly", client<ReadsThePolicyWrongly>()},
        {"the migration runs the image of before", client<MigratesWithTheOldImage>()},
        {"the server is rolled before its migration", client<RollsBeforeTheMigration>()},
        {"fields are not taken back from others", client<NeverForces>()},
        {"deletions are not seen", client<MissesDeletions>()},
        {"the watch of Jobs tells nothing", client<IsBlindForJobs>()},
        {"the status is never the same twice", client<IsRestless>()},
        {"the spec is written", client<WritesTheSpec>()},
        {"each write of a Secret has a new password", client<MakesNewPasswords>()},
        {"it says Ready too early", client<IsReadyTooEarly>()},
        {"Jobs of other versions are left", client<LeavesOldMigrations>()},
        {"an apply makes what is gone", client<MakesWhatOthersMake>()},
        {"a failed reconcile is not tried again",
         {.reconciler =
              [](runtime::Reconciler& reconciler) { return std::make_unique<ForgetsFailures>(reconciler); }}},
    };
    return kBugs;
}

}  // namespace crm::simulation
