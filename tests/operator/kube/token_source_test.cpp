#include "operator/kube/token_source.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace kube {
namespace {

using std::chrono::seconds;

struct TokenFile : testing::Test {
    support::TemporaryFolder folder;
    std::filesystem::path file = folder.write("token", "first\n");
    TokenSource::Time start{seconds(1000)};
};

TEST_F(TokenFile, IsReadAgainAfterAMinute) {
    TokenSource tokens("fixed", file);
    EXPECT_EQ(*tokens.token(start), "first");
    folder.write("token", "second");
    EXPECT_EQ(*tokens.token(start + seconds(59)), "first");
    EXPECT_EQ(*tokens.token(start + seconds(60)), "second");
}

TEST_F(TokenFile, IsReadAgainAtOnceWhenTheTokenWasRefused) {
    TokenSource tokens("", file);
    EXPECT_EQ(*tokens.token(start), "first");
    folder.write("token", "second");
    EXPECT_TRUE(tokens.forget("first"));
    EXPECT_EQ(*tokens.token(start), "second");
}

TEST_F(TokenFile, ALateRefusalOfAnOldTokenDoesNotForgetTheNewOne) {
    TokenSource tokens("", file);
    ASSERT_TRUE(tokens.token(start));
    folder.write("token", "second");
    ASSERT_TRUE(tokens.token(start + seconds(60)));
    folder.write("token", "third");
    EXPECT_TRUE(tokens.forget("first"));
    EXPECT_EQ(*tokens.token(start + seconds(61)), "second");
}

TEST_F(TokenFile, IsNeverUsedPastTheTenMinutesThatItsTokensLast) {
    constexpr seconds kValid{600};
    constexpr seconds kRenewed{480};  // as the kubelet does, when four fifths are over
    TokenSource tokens("", file);
    for (seconds at{0}; at < seconds(3600); at += seconds(7)) {
        if (at % kRenewed < seconds(7)) {
            folder.write("token", std::to_string(at.count()));
        }
        const seconds used{std::stoi(*tokens.token(start + at))};
        ASSERT_LT(at - used, kValid);
    }
}

TEST_F(TokenFile, KeepsItsTokenWhileTheFileIsBeingReplaced) {
    TokenSource tokens("", file);
    ASSERT_TRUE(tokens.token(start));
    std::filesystem::remove(file);
    EXPECT_EQ(*tokens.token(start + seconds(60)), "first");
    folder.write("token", "second");
    EXPECT_EQ(*tokens.token(start + seconds(61)), "second") << "without another minute of waiting";
    std::filesystem::remove(file);
    tokens.forget("second");
    EXPECT_FALSE(tokens.token(start + seconds(62))) << "what was refused is not tried again";
}

TEST_F(TokenFile, AMissingOrEmptyFileIsAnErrorThatNamesIt) {
    for (const std::filesystem::path& bad : {folder.path() / "absent", folder.write("empty", "\n")}) {
        TokenSource tokens("", bad);
        const auto token = tokens.token(start);
        ASSERT_FALSE(token);
        EXPECT_EQ(token.error().kind, ErrorKind::unauthorized);
        EXPECT_NE(token.error().message.find(bad.string()), std::string::npos);
    }
}

TEST(Token, AFixedTokenStaysAndForgettingItDoesNotHelp) {
    TokenSource tokens("fixed", {});
    EXPECT_EQ(*tokens.token({}), "fixed");
    EXPECT_FALSE(tokens.forget("fixed"));
    EXPECT_EQ(*tokens.token({}), "fixed");
    EXPECT_EQ(*TokenSource("", {}).token({}), "");
}

}  // namespace
}  // namespace kube
