#include "common/http/media_type.h"

#include <gtest/gtest.h>

namespace common::http {
namespace {

using Parameters = std::vector<MediaType::Parameter>;

TEST(MediaType, IsReadAsRfc9110HasIt) {
    const struct {
        std::string_view text;
        std::string_view name;
        Parameters parameters;
    } table[] = {
        {"application/json", "application/json", {}},
        {"Application/JSON", "application/json", {}},
        {" \tapplication/json \t", "application/json", {}},
        {"application/merge-patch+json", "application/merge-patch+json", {}},
        {"text/html;charset=utf-8", "text/html", {{"charset", "utf-8"}}},
        {"text/html \t; \tCharset=UTF-8", "text/html", {{"charset", "UTF-8"}}},
        {"text/html;charset=utf-8;", "text/html", {{"charset", "utf-8"}}},
        {"text/html;", "text/html", {}},
        {"text/html ; ; ;; charset=utf-8 ;", "text/html", {{"charset", "utf-8"}}},
        {R"(a/b; charset=utf-8; profile="x")", "a/b", {{"charset", "utf-8"}, {"profile", "x"}}},
        {R"(a/b; p="q; r=\"s\\t\"";u=v)", "a/b", {{"p", R"(q; r="s\t")"}, {"u", "v"}}},
        {R"(a/b; p="")", "a/b", {{"p", ""}}},
        {R"(a/b; p="\u\t\f-8")", "a/b", {{"p", "utf-8"}}},
        {"a/b; p=\"caf\xC3\xA9\t\"", "a/b", {{"p", "caf\xC3\xA9\t"}}},
        {"a/b; p=1; p=2", "a/b", {{"p", "1"}, {"p", "2"}}},
        {"!#$%&'*+-.^_`|~/1", "!#$%&'*+-.^_`|~/1", {}},
    };
    for (const auto& row : table) {
        const auto media_type = parse_media_type(row.text);
        ASSERT_TRUE(media_type) << row.text;
        EXPECT_EQ(media_type->name, row.name) << row.text;
        EXPECT_EQ(media_type->parameters, row.parameters) << row.text;
    }
}

TEST(MediaType, IsNothingElse) {
    for (const std::string_view text : {"",
                                        " ",
                                        ";",
                                        "application",
                                        "application/",
                                        "/json",
                                        "application /json",
                                        "application/ json",
                                        "application/json/x",
                                        "application/json charset=utf-8",
                                        "application/json, application/json",
                                        "application/json; charset",
                                        "application/json; charset=",
                                        "application/json; charset =utf-8",
                                        "application/json; charset= utf-8",
                                        "application/json; =utf-8",
                                        "application/json; charset=utf-8 x",
                                        "application/json; charset=\"utf-8",
                                        "application/json; charset=\"utf-8\\\"",
                                        "application/json; charset=\"utf-8\\",
                                        "application/json; charset=\"utf-8\"x",
                                        "application/json; charset=\"utf\x01-8\"",
                                        "application/json; charset=\"utf\x7F-8\"",
                                        "application/json; p=a,b",
                                        "application/js\xC3\xB6n"}) {
        EXPECT_FALSE(parse_media_type(text)) << text;
    }
}

}  // namespace
}  // namespace common::http
