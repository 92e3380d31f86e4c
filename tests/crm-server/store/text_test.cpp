#include "crm-server/store/text.h"

#include <array>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace store {
namespace {

TEST(Uuid, HasTimeVersionVariantAndRandomnessInTheirPlaces) {
    // The example of RFC 9562, appendix A.6.
    const std::array<std::uint8_t, 10> random{0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F};
    const std::chrono::system_clock::time_point time(std::chrono::milliseconds(0x017F22E279B0));
    EXPECT_EQ(make_uuid(time, random), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(Uuid, IsNewEachTime) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = make_uuid();
        EXPECT_TRUE(is_uuid(id)) << id;
        EXPECT_TRUE(seen.insert(id).second);
    }
}

TEST(Uuid, IsToldFromOtherTexts) {
    for (const auto* text : {"", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
                             "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0", "017F22E2-79b0-7cc3-98c4-dc0c0c07398f",
                             "017f22e2079b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g"})
        EXPECT_FALSE(is_uuid(text)) << text;
}

TEST(Timestamp, BecomesRfc3339) {
    const auto converted = [](std::string_view text) {
        std::string out;
        append_timestamp(out, text);
        return out;
    };
    EXPECT_EQ(converted("2024-05-06 07:08:09.12+00"), "2024-05-06T07:08:09.12Z");
    EXPECT_EQ(converted("2024-05-06 07:08:09+00"), "2024-05-06T07:08:09Z");
}

TEST(Base64Url, FollowsRfc4648WithoutPadding) {
    const std::array<std::pair<std::string, std::string>, 8> examples{{{"", ""},
                                                                       {"f", "Zg"},
                                                                       {"fo", "Zm8"},
                                                                       {"foo", "Zm9v"},
                                                                       {"foob", "Zm9vYg"},
                                                                       {"fooba", "Zm9vYmE"},
                                                                       {"foobar", "Zm9vYmFy"},
                                                                       {"\xfb\xff\xfe", "-__-"}}};
    for (const auto& [bytes, text] : examples) {
        EXPECT_EQ(base64url(bytes), text);
        EXPECT_EQ(from_base64url(text), bytes);
    }
    for (const auto* text : {"Z", "Zg==", "Zm9+", "Zm 9", "Zm9vY"})
        EXPECT_EQ(from_base64url(text), std::nullopt) << text;
}

}  // namespace
}  // namespace store
