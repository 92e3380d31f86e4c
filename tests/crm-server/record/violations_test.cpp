#include "crm-server/record/violations.h"

#include "common/utf8.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace record {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = common::utf8_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

Violation kept(Violation violation) {
    return *Violations{std::move(violation)}.begin();
}

TEST(Violations, AreAtMostFiftyWhoeverFindsThem) {
    Violations violations;
    for (int i = 0; i < 110'000; ++i) {
        EXPECT_EQ(violations.is_full(), i >= 50);
        violations.push_back({"/" + std::to_string(i), "is not known here"});
    }
    EXPECT_EQ(violations.size(), Violations::kMost);
    EXPECT_EQ(*violations.begin(), (Violation{"/0", "is not known here"})) << "the first ones";
    EXPECT_EQ(std::prev(violations.end())->pointer, "/49");
}

TEST(Violations, KeepWhatIsShortAsItIs) {
    const std::string longest(Violations::kLongestText, ' ');
    EXPECT_EQ(kept({longest, longest}), (Violation{longest, longest}));
    EXPECT_EQ(kept({"/a~1b  c\n", "d"}).pointer, "/a~1b  c\n");
}

TEST(Violations, CutTextsThatAClientMadeLong) {
    for (const std::string character : {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
        std::string name = "/";
        while (name.size() < 900'000) name += character;
        const Violation violation = kept({name, name});
        for (const std::string& text : {violation.pointer, violation.detail}) {
            EXPECT_LE(text.size(), Violations::kLongestText);
            EXPECT_GT(text.size(), Violations::kLongestText - 8);
            EXPECT_TRUE(text.ends_with(kEllipsis)) << text;
            EXPECT_TRUE(is_utf8(text)) << text;
        }
    }
}

TEST(Violations, CutWhiteSpaceAsAnythingElse) {
    EXPECT_EQ(kept({"/" + std::string(900'000, ' '), ""}).pointer.size(), Violations::kLongestText);
}

TEST(Violations, CutNoPointerWithinAnEscape) {
    for (std::size_t before = 0; before < 4; ++before) {
        std::string name = "/" + std::string(before, 'a');
        for (int i = 0; i < 500; ++i) name += "~1";
        const std::string pointer = kept({name, ""}).pointer;
        const std::string_view inner = std::string_view(pointer).substr(0, pointer.size() - kEllipsis.size());
        EXPECT_TRUE(inner.ends_with("~1")) << pointer;
    }
}

}  // namespace
}  // namespace record
