#include "operator/kube/response.h"

#include <gtest/gtest.h>

namespace kube {
namespace {

using std::chrono::milliseconds;

constexpr Kind kSecrets{"", "v1", "Secret", "secrets"};

std::string status(int code, const std::string& message) {
    return json({{"kind", "Status"}, {"code", code}, {"message", message}}).dump();
}

TEST(Response, TheHttpStatusDecidesTheKindOfTheError) {
    const struct {
        int status;
        ErrorKind kind;
    } rows[] = {
        {400, ErrorKind::invalid},     {401, ErrorKind::unauthorized}, {403, ErrorKind::forbidden},
        {404, ErrorKind::not_found},   {405, ErrorKind::invalid},      {409, ErrorKind::conflict},
        {410, ErrorKind::expired},     {413, ErrorKind::invalid},      {415, ErrorKind::invalid},
        {422, ErrorKind::invalid},     {429, ErrorKind::throttled},    {500, ErrorKind::unavailable},
        {502, ErrorKind::unavailable}, {503, ErrorKind::unavailable},  {504, ErrorKind::unavailable},
        {302, ErrorKind::internal},
    };
    for (const auto& row : rows) {
        const Error error = error_of({.status = row.status, .body = status(row.status, "no")});
        EXPECT_EQ(error.kind, row.kind) << row.status;
        EXPECT_EQ(error.message, "no") << row.status;
    }
}

TEST(Response, TheCausesOfARejectedObjectAreToldUnlessTheMessageHasThem) {
    const std::string body =
        R"({"kind": "Status", "code": 422, "message": "Thing \"a\" is invalid: spec.x: Required value",
        "details": {"causes": [
            {"field": "spec.x", "message": "Required value"},
            {"field": "spec.y", "message": "Invalid value: 3"},
            {"message": "storage is immutable"}]}})";
    EXPECT_EQ(
        error_of({.status = 422, .body = body}).message,
        "Thing \"a\" is invalid: spec.x: Required value; spec.y: Invalid value: 3; storage is immutable");
}

TEST(Response, APatchOfAnotherObjectOfTheNameIsAConflict) {
    const std::string body =
        R"({"kind": "Status", "code": 422, "message": "Pod \"a\" is invalid: metadata.uid: Invalid value",
        "details": {"causes": [{"field": "metadata.uid", "message": "Invalid value: field is immutable"}]}})";
    EXPECT_EQ(error_of({.status = 422, .body = body}).kind, ErrorKind::conflict);
}

TEST(Response, TheWaitComesFromTheHeaderOrElseFromTheStatus) {
    const std::string told = R"({"kind": "Status", "message": "busy", "details": {"retryAfterSeconds": 7}})";
    EXPECT_EQ(error_of({.status = 429, .retry_after = "2", .body = told}).retry_after, milliseconds(2000));
    EXPECT_EQ(error_of({.status = 429, .body = told}).retry_after, milliseconds(7000));
    EXPECT_EQ(error_of({.status = 503, .retry_after = "1", .body = ""}).retry_after, milliseconds(1000));
    EXPECT_EQ(error_of({.status = 429, .body = "{}"}).retry_after, std::nullopt);
    for (const char* not_seconds : {"soon", "Wed, 21 Oct 2015 07:28:00 GMT", "-1", "2 ", "99999999999999"}) {
        EXPECT_EQ(error_of({.status = 429, .retry_after = not_seconds, .body = "{}"}).retry_after,
                  std::nullopt)
            << not_seconds;
    }
}

TEST(Response, AnAnswerThatIsNoStatusIsToldInPart) {
    EXPECT_EQ(error_of({.status = 502, .body = ""}).message, "HTTP 502");
    EXPECT_EQ(error_of({.status = 502, .body = "{}"}).message, "HTTP 502");
    EXPECT_EQ(error_of({.status = 502, .body = "<h1>\nBad\tgateway</h1>"}).message,
              "HTTP 502: <h1> Bad gateway</h1>");
    EXPECT_EQ(error_of({.status = 502, .body = std::string(9999, 'x')}).message,
              "HTTP 502: " + std::string(200, 'x'));
    EXPECT_EQ(error_of({.status = 404, .body = R"({"kind": "Status", "reason": "NotFound"})"}).message,
              "NotFound");
}

TEST(Response, MisshapenStatusFieldsAreLeftOut) {
    const Error error =
        error_of({.status = 422,
                  .body = R"({"message": 3, "code": "x", "details": {"causes": [1, {"message": null}]}})"});
    EXPECT_EQ(error, (Error{ErrorKind::invalid, "HTTP 422"}));
    EXPECT_EQ(error_of({.status = 422, .body = R"({"message": "m", "details": [1]})"}).message, "m");
    EXPECT_EQ(
        error_of({.status = 422, .body = R"({"message": "m", "details": {"causes": {"a": 1}}})"}).message,
        "m");
}

TEST(Response, AStatusByItselfCarriesItsOwnCode) {
    const Error error =
        error_of_status(json::parse(R"({"code": 410, "message": "too old resource version"})"));
    EXPECT_EQ(error, (Error{ErrorKind::expired, "too old resource version"}));
    EXPECT_EQ(error_of_status(json(nullptr)).kind, ErrorKind::internal);
    EXPECT_EQ(error_of_status(json::object()).kind, ErrorKind::internal);
}

TEST(Response, APageHasItsItemsWithTheirKindAndWhereToGoOn) {
    const std::string body = R"({"kind": "SecretList", "apiVersion": "v1",
        "metadata": {"resourceVersion": "1042", "continue": "next"},
        "items": [{"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}]})";
    const auto page = decode_page(kSecrets, {.status = 200, .body = body});
    ASSERT_TRUE(page);
    EXPECT_EQ(page->resource_version, "1042");
    EXPECT_EQ(page->continue_token, "next");
    ASSERT_EQ(page->items.size(), 2U);
    EXPECT_EQ(page->items[1],
              json::parse(R"({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "b"}})"));
}

TEST(Response, TheLastPageMayBeEmpty) {
    for (const char* items : {"null", "[]"}) {
        const auto page = decode_page(
            kSecrets,
            {.status = 200,
             .body = std::string(R"({"metadata": {"resourceVersion": "7"}, "items": )") + items + "}"});
        ASSERT_TRUE(page) << items;
        EXPECT_TRUE(page->items.empty());
        EXPECT_EQ(page->continue_token, "");
    }
}

TEST(Response, WhatIsNoListIsAnErrorThatQuotesNothing) {
    for (const char* body : {"", "{", "[]", "{}", R"({"metadata": {}, "items": []})",
                             R"({"metadata": {"resourceVersion": "7"}, "items": {"password": "hunter2"}})",
                             R"({"metadata": {"resourceVersion": "7"}, "items": ["hunter2"]})",
                             R"({"metadata": {"resourceVersion": "7"}, "items": [{"password": "hunter2"})"}) {
        const auto page = decode_page(kSecrets, {.status = 200, .body = body});
        ASSERT_FALSE(page) << body;
        EXPECT_EQ(page.error().kind, ErrorKind::internal);
        EXPECT_EQ(page.error().message.find("hunter2"), std::string::npos);
    }
}

TEST(Response, AnObjectIsDecodedOrRefused) {
    EXPECT_EQ(*decode_object({.status = 200, .body = R"({"a": 1})"}), json::parse(R"({"a": 1})"));
    for (const char* body : {"", "[1]", "{\"a\": ", "{\"a\": \"\xff\"}"}) {
        const auto object = decode_object({.status = 200, .body = body});
        ASSERT_FALSE(object) << body;
        EXPECT_EQ(object.error().kind, ErrorKind::internal);
    }
}

}  // namespace
}  // namespace kube
