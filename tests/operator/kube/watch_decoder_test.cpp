#include "operator/kube/watch_decoder.h"

#include <gtest/gtest.h>

namespace kube {
namespace {

std::string line(const std::string& type, const std::string& object) {
    return R"({"type":")" + type + R"(","object":)" + object + "}\n";
}

struct Decoded {
    std::vector<WatchEvent> events;
    Result<void> result;
};

/// Feeds the text in pieces of that size.
Decoded decode(const std::string& text, std::size_t piece = std::string::npos) {
    WatchDecoder decoder;
    Decoded decoded;
    for (std::size_t at = 0; at < text.size() && decoded.result; at += std::min(piece, text.size())) {
        decoded.result = decoder.feed(std::string_view(text).substr(at, piece),
                                      [&](WatchEvent event) { decoded.events.push_back(std::move(event)); });
    }
    if (decoded.result) {
        decoded.result = decoder.finish();
    }
    return decoded;
}

const std::string kObject = R"({"metadata":{"name":"a","managedFields":[{"manager":"m"}]}})";

TEST(WatchDecoder, DecodesEachTypeOfEventWithItsWholeObject) {
    const Decoded decoded =
        decode(line("ADDED", kObject) + line("MODIFIED", kObject) + line("DELETED", kObject) +
               line("BOOKMARK", R"({"metadata":{"resourceVersion":"9"}})"));
    ASSERT_TRUE(decoded.result);
    ASSERT_EQ(decoded.events.size(), 4U);
    EXPECT_EQ(decoded.events[0].type, EventType::added);
    EXPECT_EQ(decoded.events[1].type, EventType::modified);
    EXPECT_EQ(decoded.events[2].type, EventType::deleted);
    EXPECT_EQ(decoded.events[3].type, EventType::bookmark);
    EXPECT_EQ(decoded.events[0].object, json::parse(kObject));
    EXPECT_EQ(resource_version_of(decoded.events[3].object), "9");
}

TEST(WatchDecoder, DecodesTheSameWhereverTheBytesAreCut) {
    const std::string text =
        line("ADDED", kObject) + line("MODIFIED", R"({"a":"\n{\"é"})") + line("DELETED", kObject);
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        const Decoded decoded = decode(text, piece);
        ASSERT_TRUE(decoded.result) << piece;
        ASSERT_EQ(decoded.events.size(), 3U) << piece;
        EXPECT_EQ(decoded.events[1].object["a"], "\n{\"é") << piece;
    }
}

TEST(WatchDecoder, AnEventIsTherewithItsLastByteAndNotLater) {
    WatchDecoder decoder;
    int events = 0;
    const auto count = [&](const WatchEvent&) { ++events; };
    const std::string text = line("ADDED", kObject);
    ASSERT_TRUE(decoder.feed(text.substr(0, text.size() - 1), count));
    EXPECT_EQ(events, 0);
    ASSERT_TRUE(decoder.feed("\n", count));
    EXPECT_EQ(events, 1);
}

TEST(WatchDecoder, EmptyLinesAndUnknownTypesAreLeftOut) {
    const Decoded decoded = decode("\n\r\n" + line("SOMETHING", kObject) + line("ADDED", kObject));
    ASSERT_TRUE(decoded.result);
    EXPECT_EQ(decoded.events.size(), 1U);
}

TEST(WatchDecoder, AnErrorEventEndsItWithTheServersError) {
    const Decoded expired =
        decode(line("ADDED", kObject) + line("ERROR", R"({"kind":"Status","code":410,"message":"too old"})") +
               line("ADDED", kObject));
    ASSERT_FALSE(expired.result);
    EXPECT_EQ(expired.result.error(), (Error{ErrorKind::expired, "too old"}));
    EXPECT_EQ(expired.events.size(), 1U);
    EXPECT_EQ(decode(line("ERROR", R"({"code":500,"message":"etcd"})")).result.error().kind,
              ErrorKind::unavailable);
    EXPECT_EQ(decode(line("ERROR", "{}")).result.error().kind, ErrorKind::internal);
}

TEST(WatchDecoder, WhatIsNoEventIsAnErrorThatQuotesNothing) {
    for (const std::string text :
         {"hunter2\n", "[]\n", "{}\n", "{\"type\":\"ADDED\"}\n", "{\"type\":3,\"object\":{}}\n",
          "{\"type\":\"ADDED\",\"object\":[\"hunter2\"]}\n",
          "{\"type\":\"ADDED\",\"object\":{\"a\":\"hunter2\xff\"}}\n",
          "{\"type\":\"ADDED\",\"object\":{\"a\":\"hunter2\"}\n"}) {
        const Decoded decoded = decode(text);
        ASSERT_FALSE(decoded.result) << text;
        EXPECT_EQ(decoded.result.error().kind, ErrorKind::internal) << text;
        EXPECT_EQ(decoded.result.error().message.find("hunter2"), std::string::npos);
        EXPECT_TRUE(decoded.events.empty());
    }
}

TEST(WatchDecoder, AnEndInsideAnEventIsUnavailable) {
    const std::string text = line("ADDED", kObject) + line("ADDED", kObject);
    const Decoded decoded = decode(text.substr(0, text.size() - 5));
    ASSERT_FALSE(decoded.result);
    EXPECT_EQ(decoded.result.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(decoded.events.size(), 1U);
}

TEST(WatchDecoder, TheLongestLineIsEightMebibytes) {
    const std::string frame = R"({"type":"ADDED","object":{"a":""}})";
    const auto of_length = [&](std::size_t length) {
        return line("ADDED", R"({"a":")" + std::string(length - frame.size(), 'x') + R"("})");
    };
    EXPECT_TRUE(decode(of_length(WatchDecoder::kMaxLine), 1 << 20).result);
    for (const std::size_t piece : {std::size_t{1} << 20, std::string::npos}) {
        const Decoded decoded = decode(of_length(WatchDecoder::kMaxLine + 1), piece);
        ASSERT_FALSE(decoded.result);
        EXPECT_EQ(decoded.result.error().kind, ErrorKind::internal);
    }
}

}  // namespace
}  // namespace kube
