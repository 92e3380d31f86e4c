#include "operator/crm/instance/disruptions.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

kube::ObjectKey key(const std::string& name) {
    return {"tenants", name};
}

class DisruptionsTest : public testing::Test {
  protected:
    Disruptions at_once(std::size_t most) {
        return {most, [this](const kube::ObjectKey& woken) { woken_.push_back(woken.name); }};
    }

    std::vector<std::string> woken_;
};

TEST_F(DisruptionsTest, LetTheNextGoAheadWhenTheOneBeforeIsWell) {
    Disruptions one = at_once(1);
    EXPECT_TRUE(one.begin(key("a")));
    EXPECT_TRUE(one.begin(key("a"))) << "it has gone ahead already";
    EXPECT_FALSE(one.begin(key("b")));
    EXPECT_FALSE(one.begin(key("c")));
    one.end(key("a"));
    EXPECT_THAT(woken_, ElementsAre("b"));
    EXPECT_TRUE(one.begin(key("b")));
    EXPECT_FALSE(one.begin(key("c")));
}

TEST_F(DisruptionsTest, AreAsManyAtOnceAsAllowed) {
    Disruptions two = at_once(2);
    EXPECT_TRUE(two.begin(key("a")));
    EXPECT_TRUE(two.begin(key("b")));
    EXPECT_FALSE(two.begin(key("c")));
    two.end(key("b"));
    EXPECT_THAT(woken_, ElementsAre("c"));
}

TEST_F(DisruptionsTest, CountWhatHadBegunBefore) {
    Disruptions one = at_once(1);
    one.resume(key("a"));
    one.resume(key("b"));
    EXPECT_FALSE(one.begin(key("c")));
    one.end(key("a"));
    EXPECT_THAT(woken_, IsEmpty());
    one.end(key("b"));
    EXPECT_THAT(woken_, ElementsAre("c"));
}

TEST_F(DisruptionsTest, WakeAnotherWhenOneThatWaitedHasNothingToChangeAnyMore) {
    Disruptions one = at_once(1);
    EXPECT_TRUE(one.begin(key("a")));
    EXPECT_FALSE(one.begin(key("b")));
    EXPECT_FALSE(one.begin(key("c")));
    one.end(key("a"));
    one.end(key("b"));
    EXPECT_THAT(woken_, ElementsAre("b", "c"));
    one.end(key("b"));
    EXPECT_THAT(woken_, ElementsAre("b", "c")) << "who did not wait wakes nobody";
}

}  // namespace
}  // namespace crm
