#include "tests/operator/kube/conformance/steps.h"

#include "operator/kube/field_ownership.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace kube::conformance {
namespace {

constexpr Kind kConfigMap{"", "v1", "ConfigMap", "configmaps"};
constexpr Kind kDeployment{"apps", "v1", "Deployment", "deployments"};
constexpr Kind kInstance{"crm-operator.dev", "v1alpha1", "CrmInstance", "crminstances"};

json object_of(const Kind& kind, const std::string& name) {
    return json::object({{"apiVersion", kind.api_version()},
                         {"kind", kind.kind},
                         {"metadata", json::object({{"name", name}, {"namespace", kNamespace}})}});
}

json config_map(const std::string& name, const json& data = json::object({{"key", "value"}})) {
    json result = object_of(kConfigMap, name);
    result["data"] = data;
    return result;
}

json env(const char* name, const char* value) {
    return json::object({{"name", name}, {"value", value}});
}

/// No pods: nothing is to run.
json deployment(const std::string& name, const std::string& image,
                const std::vector<json>& environment = {}) {
    json result = object_of(kDeployment, name);
    const json labels = json::object({{"app", name}});
    json container = json::object({{"name", "main"}, {"image", image}});
    if (!environment.empty()) {
        container["env"] = environment;
    }
    result["spec"] = json::object(
        {{"replicas", 0},
         {"selector", json::object({{"matchLabels", labels}})},
         {"template", json::object({{"metadata", json::object({{"labels", labels}})},
                                    {"spec", json::object({{"containers", json::array({container})}})}})}});
    return result;
}

json instance(const std::string& name) {
    json result = object_of(kInstance, name);
    result["spec"] =
        json::object({{"admin", json::object({{"email", "admin@acme.example"}})}, {"replicas", 2}});
    return result;
}

ObjectKey key(const std::string& name) {
    return {kNamespace, name};
}

std::optional<json> find(Backend& backend, const Kind& kind, const std::string& name) {
    const auto page = backend.client().list(kind, {.ns = kNamespace, .name = name}, 1, {}, {});
    EXPECT_TRUE(page) << page.error().message;
    return page && !page->items.empty() ? std::optional(page->items.front()) : std::nullopt;
}

json must(Result<json> result) {
    EXPECT_TRUE(result) << result.error().message;
    return result ? *result : json::object({{"metadata", json::object()}});
}

json apply(Backend& backend, const Kind& kind, const json& object, const ApplyOptions& options = {}) {
    return must(backend.client().apply(kind, object, options, {}));
}

template <class T>
void expect_error(const Result<T>& result, ErrorKind kind) {
    ASSERT_FALSE(result);
    EXPECT_EQ(name_of(result.error().kind), name_of(kind)) << result.error().message;
    EXPECT_FALSE(result.error().message.empty());
}

const json& environment_of(const json& object) {
    return object.at("spec").at("template").at("spec").at("containers").at(0).at("env");
}

void creates_once(Backend& backend) {
    const json made = must(backend.client().create(kConfigMap, config_map("creates-once"), {}, {}));
    EXPECT_FALSE(uid_of(made).empty());
    EXPECT_FALSE(resource_version_of(made).empty());
    EXPECT_TRUE(made["metadata"].contains("creationTimestamp"));
    expect_error(backend.client().create(kConfigMap, config_map("creates-once"), {}, {}),
                 ErrorKind::conflict);
    expect_error(backend.client().create(kConfigMap, config_map(""), {}, {}), ErrorKind::invalid);
}

void tries_without_creating(Backend& backend) {
    const auto attempt = [&](const std::string& name) {
        return backend.client().create(kConfigMap, config_map(name), {.dry_run = true}, {});
    };
    EXPECT_EQ(must(attempt("tries"))["data"], config_map("tries")["data"]);
    EXPECT_FALSE(find(backend, kConfigMap, "tries"));
    EXPECT_TRUE(attempt("tries")) << "it is not in its own way";
    must(backend.client().create(kConfigMap, config_map("tries"), {}, {}));
    expect_error(attempt("tries"), ErrorKind::conflict);
    expect_error(attempt(""), ErrorKind::invalid);
}

void applies_nothing_new(Backend& backend) {
    const json first = apply(backend, kConfigMap, config_map("applies-nothing"));
    const json second = apply(backend, kConfigMap, config_map("applies-nothing"));
    EXPECT_EQ(resource_version_of(first), resource_version_of(second));
    EXPECT_EQ(uid_of(first), uid_of(second));
}

void counts_generations_of_the_spec(Backend& backend) {
    json wanted = instance("generations");
    EXPECT_EQ(apply(backend, kInstance, wanted)["metadata"]["generation"], 1);
    wanted["metadata"]["labels"]["tier"] = "small";
    EXPECT_EQ(apply(backend, kInstance, wanted)["metadata"]["generation"], 1);
    wanted["spec"]["replicas"] = 3;
    EXPECT_EQ(apply(backend, kInstance, wanted)["metadata"]["generation"], 2);
    EXPECT_FALSE(apply(backend, kConfigMap, config_map("no-generation"))["metadata"].contains("generation"));
}

void conflicts_with_another_owner(Backend& backend) {
    apply(backend, kConfigMap, config_map("conflicts"), {.manager = "somebody"});
    const json other = config_map("conflicts", {{"key", "other"}});
    expect_error(backend.client().apply(kConfigMap, other, {}, {}), ErrorKind::conflict);
    EXPECT_TRUE(backend.client().apply(kConfigMap, config_map("conflicts"), {}, {}))
        << "agreeing is no conflict";
    EXPECT_EQ(apply(backend, kConfigMap, other, {.force = true})["data"]["key"], "other");
    expect_error(backend.client().apply(kConfigMap, config_map("conflicts"), {.manager = "somebody"}, {}),
                 ErrorKind::conflict);
}

void removes_what_is_applied_no_more(Backend& backend) {
    apply(backend, kConfigMap, config_map("removes", {{"mine", "1"}, {"both", "1"}, {"stays", "1"}}));
    apply(backend, kConfigMap, config_map("removes", {{"both", "1"}, {"theirs", "1"}}),
          {.manager = "somebody"});
    const json left = apply(backend, kConfigMap, config_map("removes", {{"stays", "1"}}));
    EXPECT_EQ(left["data"], json::object({{"both", "1"}, {"theirs", "1"}, {"stays", "1"}}));
}

void keeps_what_create_wrote(Backend& backend) {
    must(backend.client().create(kConfigMap, config_map("keeps", {{"made", "1"}}), {}, {}));
    apply(backend, kConfigMap, config_map("keeps", {{"mine", "1"}}), {.force = true});
    const json left = apply(backend, kConfigMap, config_map("keeps", {{"other", "1"}}), {.force = true});
    EXPECT_EQ(left["data"], json::object({{"made", "1"}, {"other", "1"}}));
    EXPECT_TRUE(is_written_by(left, kCreateFieldManager));
}

void merges_lists_by_their_keys(Backend& backend) {
    apply(backend, kDeployment, deployment("merges", "a:1", {env("A", "1"), env("B", "1")}));
    json theirs = deployment("merges", "a:1", {env("C", "1")});
    apply(backend, kDeployment, theirs, {.force = true, .manager = "somebody"});
    const json left = apply(backend, kDeployment, deployment("merges", "a:1", {env("B", "2")}));
    std::vector<std::string> names;
    for (const json& item : environment_of(left)) {
        names.push_back(item.at("name").get<std::string>() + "=" + item.at("value").get<std::string>());
    }
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, (std::vector<std::string>{"B=2", "C=1"}));
}

void shows_what_is_owned(Backend& backend) {
    const json wanted = deployment("shows", "a:1", {env("A", "1")});
    const json live = apply(backend, kDeployment, wanted);
    EXPECT_EQ(owned_fields(live, kFieldManager), identity_removed(wanted));
    json changed = wanted;
    changed["spec"]["template"]["spec"]["containers"][0]["image"] = "a:2";
    const json drifted = apply(backend, kDeployment, changed, {.force = true, .manager = "somebody"});
    EXPECT_NE(owned_fields(drifted, kFieldManager), identity_removed(wanted));
}

void keeps_the_status_apart(Backend& backend) {
    const json made = apply(backend, kInstance, instance("status"));
    json status = object_of(kInstance, "status");
    status["spec"] = json::object({{"replicas", 9}});
    status["status"] = json::object({{"observedGeneration", 1}});
    const json told = apply(backend, kInstance, status, {.force = true, .subresource = Subresource::status});
    EXPECT_EQ(told["spec"], made["spec"]);
    EXPECT_EQ(told["metadata"]["generation"], 1);
    EXPECT_EQ(told["status"]["observedGeneration"], 1);
    EXPECT_NE(resource_version_of(told), resource_version_of(made));

    json wanted = instance("status");
    wanted["status"] = json::object({{"observedGeneration", 7}});
    EXPECT_EQ(apply(backend, kInstance, wanted)["status"]["observedGeneration"], 1);
    status["metadata"]["name"] = "no-such-instance";
    expect_error(backend.client().apply(kInstance, status, {.subresource = Subresource::status}, {}),
                 ErrorKind::not_found);
}

void applies_to_this_very_object(Backend& backend) {
    const json made = apply(backend, kConfigMap, config_map("this-very"));
    json wanted = config_map("this-very", {{"key", "new"}});
    wanted["metadata"]["uid"] = "00000000-1111-2222-3333-444444444444";
    expect_error(backend.client().apply(kConfigMap, wanted, {.force = true}, {}), ErrorKind::conflict);
    wanted["metadata"]["uid"] = uid_of(made);
    wanted["metadata"]["resourceVersion"] = "1";
    expect_error(backend.client().apply(kConfigMap, wanted, {.force = true}, {}), ErrorKind::conflict);
    wanted["metadata"]["resourceVersion"] = resource_version_of(made);
    EXPECT_TRUE(backend.client().apply(kConfigMap, wanted, {.force = true}, {}));
    wanted["metadata"]["name"] = "no-such-map";
    wanted["metadata"].erase("resourceVersion");
    expect_error(backend.client().apply(kConfigMap, wanted, {.force = true}, {}), ErrorKind::conflict);
}

void refuses_what_is_no_object(Backend& backend) {
    json wanted = config_map("no-object");
    wanted.erase("kind");
    expect_error(backend.client().apply(kConfigMap, wanted, {}, {}), ErrorKind::invalid);
}

void refuses_an_owner_that_is_none(Backend& backend) {
    json wanted = config_map("owned-by-none");
    const json owner = {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"name", "owner"}, {"uid", "u"}};
    for (const auto& [field, value] : owner.items()) {
        json incomplete = owner;
        incomplete[field] = "";
        wanted["metadata"]["ownerReferences"] = json::array({incomplete});
        expect_error(backend.client().create(kConfigMap, wanted, {.dry_run = true}, {}), ErrorKind::invalid);
        expect_error(backend.client().apply(kConfigMap, wanted, {}, {}), ErrorKind::invalid);
    }
}

void patches(Backend& backend) {
    const json made = apply(backend, kConfigMap, config_map("patches", {{"gone", "1"}, {"stays", "1"}}));
    const json changes = {{"data", {{"gone", nullptr}, {"new", "1"}}}};
    expect_error(backend.client().patch(kConfigMap, key("patches"), changes, {.uid = "another"}, {}),
                 ErrorKind::conflict);
    expect_error(backend.client().patch(kConfigMap, key("patches"), changes,
                                        {.uid = uid_of(made), .resource_version = "1"}, {}),
                 ErrorKind::conflict);
    const json patched = must(
        backend.client().patch(kConfigMap, key("patches"), changes,
                               {.uid = uid_of(made), .resource_version = resource_version_of(made)}, {}));
    EXPECT_EQ(patched["data"], json::object({{"stays", "1"}, {"new", "1"}}));
    expect_error(backend.client().patch(kConfigMap, key("no-such-map"), changes, {}, {}),
                 ErrorKind::not_found);
}

void deletes_this_very_object(Backend& backend) {
    const json made = apply(backend, kConfigMap, config_map("deletes"));
    expect_error(backend.client().remove(kConfigMap, key("deletes"), {.uid = "another"}, {}),
                 ErrorKind::conflict);
    EXPECT_TRUE(backend.client().remove(kConfigMap, key("deletes"), {.uid = uid_of(made)}, {}));
    EXPECT_FALSE(find(backend, kConfigMap, "deletes"));
    expect_error(backend.client().remove(kConfigMap, key("deletes"), {}, {}), ErrorKind::not_found);
}

void waits_for_finalizers(Backend& backend) {
    json held = config_map("finalizers");
    held["metadata"]["finalizers"] = json::array({"example.org/hold"});
    apply(backend, kConfigMap, held);
    EXPECT_TRUE(backend.client().remove(kConfigMap, key("finalizers"), {}, {}));
    const auto waiting = find(backend, kConfigMap, "finalizers");
    ASSERT_TRUE(waiting);
    EXPECT_TRUE((*waiting)["metadata"].contains("deletionTimestamp"));
    held["metadata"].erase("finalizers");
    apply(backend, kConfigMap, held);
    EXPECT_FALSE(find(backend, kConfigMap, "finalizers"));
}

/// Two objects, of which one owns the other.
std::string with_dependent(Backend& backend, const std::string& name) {
    const json owner = apply(backend, kConfigMap, config_map(name));
    json dependent = config_map(name + "-dependent");
    dependent["metadata"]["ownerReferences"] = json::array({json::object(
        {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"name", name}, {"uid", uid_of(owner)}})});
    apply(backend, kConfigMap, dependent);
    return name + "-dependent";
}

void collects_dependents(Backend& backend) {
    const std::string dependent = with_dependent(backend, "collects");
    EXPECT_TRUE(backend.client().remove(kConfigMap, key("collects"), {}, {}));
    EXPECT_TRUE(backend.eventually([&] { return !find(backend, kConfigMap, dependent); }));
}

void lets_dependents_go(Backend& backend) {
    const std::string dependent = with_dependent(backend, "orphans");
    EXPECT_TRUE(backend.client().remove(kConfigMap, key("orphans"), {.dependents = Dependents::orphan}, {}));
    EXPECT_TRUE(backend.eventually([&] { return !find(backend, kConfigMap, "orphans"); }));
    const auto left = find(backend, kConfigMap, dependent);
    ASSERT_TRUE(left);
    EXPECT_FALSE((*left)["metadata"].contains("ownerReferences"));
}

void lists_in_pages_of_one_snapshot(Backend& backend) {
    for (const char* name : {"pages-a", "pages-b", "pages-c"}) {
        json map = config_map(name);
        map["metadata"]["labels"]["pages"] = "yes";
        apply(backend, kConfigMap, map);
    }
    const Selection selection{.ns = kNamespace, .label_selector = "pages=yes"};
    auto page = backend.client().list(kConfigMap, selection, 2, {}, {});
    ASSERT_TRUE(page);
    ASSERT_EQ(page->items.size(), 2U);
    EXPECT_EQ(key_of(page->items[0]).name, "pages-a");
    EXPECT_EQ(page->items[0]["kind"], "ConfigMap");
    const std::string version = page->resource_version;
    page = backend.client().list(kConfigMap, selection, 2, page->continue_token, {});
    ASSERT_TRUE(page);
    ASSERT_EQ(page->items.size(), 1U);
    EXPECT_TRUE(page->continue_token.empty());
    EXPECT_EQ(page->resource_version, version);
}

/// Events of a selection, as many as are expected: type and name.
std::vector<std::pair<EventType, std::string>> events_since(Backend& backend, const Selection& selection,
                                                            const std::string& version, std::size_t count) {
    std::vector<std::pair<EventType, std::string>> events;
    std::stop_source enough;
    (void)backend.client().watch(
        kConfigMap, selection, version,
        [&](const WatchEvent& event) {
            if (event.type != EventType::bookmark) {
                events.emplace_back(event.type, key_of(event.object).name);
            }
            if (events.size() == count) {
                enough.request_stop();
            }
        },
        enough.get_token());
    return events;
}

void tells_changes_of_a_selection(Backend& backend) {
    const Selection selection{.ns = kNamespace, .label_selector = "watched=yes"};
    const auto page = backend.client().list(kConfigMap, selection, 10, {}, {});
    ASSERT_TRUE(page);
    json map = config_map("watched");
    map["metadata"]["labels"]["watched"] = "yes";
    apply(backend, kConfigMap, map);
    map["data"]["key"] = "new";
    apply(backend, kConfigMap, map);
    map["metadata"]["labels"]["watched"] = "no";
    apply(backend, kConfigMap, map);
    map["metadata"]["labels"]["watched"] = "yes";
    apply(backend, kConfigMap, map);
    EXPECT_TRUE(backend.client().remove(kConfigMap, key("watched"), {}, {}));
    using enum EventType;
    const std::vector<std::pair<EventType, std::string>> expected{{added, "watched"},
                                                                  {modified, "watched"},
                                                                  {deleted, "watched"},  // from the selection
                                                                  {added, "watched"},
                                                                  {deleted, "watched"}};
    EXPECT_EQ(events_since(backend, selection, page->resource_version, expected.size()), expected);
}

void forgets_old_versions(Backend& backend) {
    apply(backend, kConfigMap, config_map("forgets"));
    std::stop_source never;
    const auto ended = backend.client().watch(
        kConfigMap, {.ns = kNamespace}, backend.forgotten_version(), [](const WatchEvent&) {},
        never.get_token());
    expect_error(ended, ErrorKind::expired);
}

constexpr std::array kSteps{
    Step{"CreatesOnce", creates_once},
    Step{"TriesWithoutCreating", tries_without_creating},
    Step{"AppliesNothingNew", applies_nothing_new},
    Step{"CountsGenerationsOfTheSpec", counts_generations_of_the_spec},
    Step{"ConflictsWithAnotherOwner", conflicts_with_another_owner},
    Step{"RemovesWhatIsAppliedNoMore", removes_what_is_applied_no_more},
    Step{"KeepsWhatCreateWrote", keeps_what_create_wrote},
    Step{"MergesListsByTheirKeys", merges_lists_by_their_keys},
    Step{"ShowsWhatIsOwned", shows_what_is_owned},
    Step{"KeepsTheStatusApart", keeps_the_status_apart},
    Step{"AppliesToThisVeryObject", applies_to_this_very_object},
    Step{"RefusesWhatIsNoObject", refuses_what_is_no_object},
    Step{"RefusesAnOwnerThatIsNone", refuses_an_owner_that_is_none},
    Step{"Patches", patches},
    Step{"DeletesThisVeryObject", deletes_this_very_object},
    Step{"WaitsForFinalizers", waits_for_finalizers},
    Step{"CollectsDependents", collects_dependents},
    Step{"LetsDependentsGo", lets_dependents_go},
    Step{"ListsInPagesOfOneSnapshot", lists_in_pages_of_one_snapshot},
    Step{"TellsChangesOfASelection", tells_changes_of_a_selection},
    Step{"ForgetsOldVersions", forgets_old_versions},
};

}  // namespace

std::span<const Step> steps() {
    return kSteps;
}

}  // namespace kube::conformance
