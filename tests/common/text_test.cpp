#include "common/text.h"

#include "common/utf8.h"

#include <string>

#include <gtest/gtest.h>

namespace common {
namespace {

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

TEST(OneLine, MakesTextOfOthersFitToBePassedOn) {
    const struct {
        std::string_view text;
        std::string_view line;
    } table[] = {
        {"", ""},
        {"as it is", "as it is"},
        {"  two\n\tlines \r\n", "two lines"},
        {std::string_view("zero\0byte\x7f", 10), "zero byte"},
        {"caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"},
        {"\xFF lone", "\xEF\xBF\xBD lone"},
        {"cut \xE2\x82", "cut \xEF\xBF\xBD\xEF\xBF\xBD"},
        {"surrogate \xED\xA0\x80", "surrogate \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"overlong \xC0\xAF", "overlong \xEF\xBF\xBD\xEF\xBF\xBD"},
    };
    for (const auto& row : table) {
        EXPECT_EQ(one_line(row.text, 100), row.line);
    }
}

TEST(OneLine, IsCutBetweenCharactersWhateverTheirLengthIs) {
    for (const std::string character : {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xFF"}) {
        for (std::size_t before = 0; before < 8; ++before) {
            std::string text(before, 'a');
            for (int i = 0; i < 500; ++i) text += character;
            const std::string line = one_line(text, 64);
            EXPECT_TRUE(is_utf8(line)) << line;
            EXPECT_LE(line.size(), 64);
            EXPECT_GT(line.size(), 64 - 4);
            EXPECT_EQ(line.substr(line.size() - 3), "\xE2\x80\xA6");
        }
    }
    EXPECT_EQ(one_line(std::string(64, 'x'), 64), std::string(64, 'x'));
    EXPECT_EQ(one_line("xxxx", 2), "");
}

TEST(SameButForNoise, TellsWhatChangesEachTimeFromWhatIsNews) {
    const struct {
        const char* one;
        const char* other;
        bool same;
    } table[] = {
        {"denied", "denied", true},
        {"denied (5f0c9a2e-1111-4222-8333-123456789abc)", "denied (abcdefab-cdef-abcd-efab-cdefabcdefab)",
         true},
        {"request 17 denied", "request 1234 denied", true},
        {"at 2026-05-06T07:08:09Z", "at 2026-05-06T17:18:19.123456Z", true},
        {"took 1m30s", "took 2.5s", true},
        {"used cpu=1, limited to 4", "used cpu=3500m, limited to 4", true},
        {"sha 9f86d081884c", "sha 60303ae22b99", true},
        {"3 nodes: 1 Insufficient cpu", "4 nodes: 2 Insufficient cpu", true},
        {"3 nodes: 1 Insufficient cpu", "3 nodes: 1 Insufficient memory", false},
        {"denied by alice", "denied by bob", false},
        {"denied 1", "denied 1 2", false},
        {"denied 1", "denied", false},
        {"deadbeef", "facade", false},
    };
    for (const auto& row : table) {
        EXPECT_EQ(same_but_for_noise(row.one, row.other), row.same) << row.one << " / " << row.other;
        EXPECT_EQ(same_but_for_noise(row.other, row.one), row.same) << row.other << " / " << row.one;
    }
}

}  // namespace
}  // namespace common
