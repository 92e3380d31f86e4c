#include "operator/crm/desired/credentials.h"

#include "operator/crm/api/secret_data.h"
#include "operator/kube/object.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace crm {
namespace {

TEST(Base64, MatchesTheVectorsOfRfc4648) {
    const struct {
        const char* text;
        const char* encoded;
    } table[] = {{"", ""},
                 {"f", "Zg=="},
                 {"fo", "Zm8="},
                 {"foo", "Zm9v"},
                 {"foob", "Zm9vYg=="},
                 {"fooba", "Zm9vYmE="},
                 {"foobar", "Zm9vYmFy"}};
    for (const auto& row : table) {
        EXPECT_EQ(base64(row.text), row.encoded);
    }
}

TEST(Password, NeedsNoEscapeInAUri) {
    unsigned char next = 0;
    for (int i = 0; i < 8; ++i) {
        const std::string password = random_password(
            [&](std::span<unsigned char> bytes) { std::ranges::generate(bytes, [&] { return next++; }); });
        EXPECT_EQ(password.size(), 32U);
        EXPECT_EQ(
            password.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
    }
}

TEST(Password, OfTheSystemIsAnotherEachTime) {
    EXPECT_NE(random_password(system_random_bytes), random_password(system_random_bytes));
}

TEST(Credentials, HaveAnotherDigestWhenOneOfThemIsAnother) {
    const kube::json data = kube::json::object({{"username", "YQ=="}});
    const std::string digest = credentials_digest(data, password_digest("YQ==", "uid"));
    EXPECT_EQ(credentials_digest(data, password_digest("YQ==", "uid")), digest);
    EXPECT_NE(credentials_digest(data, password_digest("Yg==", "uid")), digest);
    EXPECT_NE(credentials_digest(kube::json::object({{"username", "Yg=="}}), password_digest("YQ==", "uid")),
              digest);
    EXPECT_EQ(password_digest("", "uid"), "");
}

TEST(PasswordDigest, IsOfThePasswordAloneWhenThatIsGenerated) {
    const std::string generated = base64(random_password(system_random_bytes));
    EXPECT_EQ(password_digest(generated, "uid"), password_digest(generated, ""));
}

TEST(PasswordDigest, CannotBeGuessedFromWhatAPersonChoseWithoutTheUidOfTheSecret) {
    const std::string letters(32, 'a');
    for (const std::string& chosen :
         {std::string("secret"), letters.substr(1), letters + "a", letters.substr(1) + "!",
          letters.substr(2) + " !", letters.substr(2) + std::string(2, '\0')}) {
        const std::string digest = password_digest(base64(chosen), "uid");
        EXPECT_NE(digest, password_digest(base64(chosen), "another")) << chosen;
        EXPECT_EQ(digest.size(), 32U);
    }
    EXPECT_NE(password_digest("no base64", "uid"), password_digest("no base64", "another"));
}

}  // namespace
}  // namespace crm
