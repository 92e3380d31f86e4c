#include "crm-server/record/repository.h"
#include "crm-server/store/migrations.h"
#include "tests/crm-server/database_fixture.h"

#include <set>

namespace record {
namespace {

class DurabilityTest : public DatabaseTest {
  protected:
    // Creates companies until told to stop or the server is gone, and notes those that were acknowledged.
    common::Task<void> write_on(int writer) {
        for (int i = 0; !stop_; ++i) {
            const std::string name = std::to_string(writer) + "-" + std::to_string(i);
            const auto created = co_await companies_.create(
                "user:test", changes(entity("companies"), R"({"name": ")" + name + "\"}"));
            if (!created) break;
            acknowledged_.insert(created->id);
        }
        ++finished_;
    }

    Repository companies_{*database_, entity("companies"), entities_};
    std::set<std::string> acknowledged_;
    bool stop_ = false;
    int finished_ = 0;
};

TEST_F(DurabilityTest, LosesNothingAcknowledgedWhenPostgresIsKilledUnderLoad) {
    constexpr int kWriters = 16;
    for (int i = 0; i < kWriters; ++i) start(write_on(i));
    run_until([&] { return acknowledged_.size() >= 500; });
    postgres().kill();
    run_until([&] { return finished_ == kWriters; });
    postgres().start();
    run_until([&] { return run(database_->query(store::Statement{"up", "select 1"}, {})).has_value(); });

    const store::Statement all{
        "all", "select c.id, a.entity_id from companies c full join audit a on a.entity_id = c.id"};
    const auto rows = run(database_->query(all, {}));
    std::set<std::string> stored;
    for (std::size_t row = 0; row < rows->size(); ++row) {
        stored.insert(std::string(rows->text(row, 0)));
        EXPECT_EQ(rows->text(row, 0), rows->text(row, 1)) << "record and audit record are one transaction";
    }
    for (const std::string& id : acknowledged_) EXPECT_TRUE(stored.contains(id)) << id;
    EXPECT_LE(stored.size(), acknowledged_.size() + kWriters)
        << "at most one of each writer was not acknowledged";
}

}  // namespace
}  // namespace record
