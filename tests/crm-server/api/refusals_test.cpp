// Every way in which a request can be wrong, and the problem document that says so.
#include "tests/crm-server/api/server_fixture.h"

#include <gmock/gmock.h>

namespace {

using nlohmann::json;
using support::HttpReply;
using testing::HasSubstr;

constexpr const char* kNobody = "/api/v1/contacts/01890000-0000-7000-8000-000000000000";

class RefusalsTest : public ServerTest {
  protected:
    /// The reply's body, after checking that it is a problem document of that status.
    static json problem(const HttpReply& reply, int status) {
        EXPECT_EQ(reply.status, status) << reply.body;
        EXPECT_EQ(reply.header("Content-Type"), "application/problem+json");
        json body = json_of(reply);
        EXPECT_EQ(body.value("status", 0), status);
        EXPECT_EQ(body.value("requestId", ""), reply.header("X-Request-Id"));
        EXPECT_NE(body.value("title", ""), "");
        return body;
    }

    static std::vector<std::string> pointers(const json& problem) {
        std::vector<std::string> found;
        for (const json& error : problem.value("errors", json::array())) found.push_back(error.at("pointer"));
        return found;
    }
};

TEST_F(RefusalsTest, TellUnknownPathsAndRecordsAs404) {
    problem(call("GET", "/"), 404);
    problem(call("GET", "/api/v1/leads"), 404);
    problem(call("GET", kNobody), 404);
    problem(call("GET", "/api/v1/contacts/7"), 404);
    problem(call("PATCH", kNobody, json::object()), 404);
    problem(call("DELETE", kNobody), 404);
}

TEST_F(RefusalsTest, NameTheMethodsOfAPath) {
    const HttpReply reply = call("PUT", "/api/v1/contacts", json::object());
    problem(reply, 405);
    EXPECT_EQ(reply.header("Allow"), "POST, GET, HEAD, OPTIONS");
    const HttpReply options = call("OPTIONS", kNobody);
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(options.header("Allow"), "GET, HEAD, PATCH, DELETE, OPTIONS");
}

TEST_F(RefusalsTest, NameTheMethodsOfTheServer) {
    const HttpReply reply = call("OPTIONS", "*");
    EXPECT_EQ(reply.status, 204);
    EXPECT_EQ(reply.header("Allow"), "POST, GET, HEAD, DELETE, PATCH, OPTIONS");
}

TEST_F(RefusalsTest, TellAMethodThatNobodyKnowsFromOneThatThePathDoesNotTake) {
    for (const char* path : {"/api/v1/contacts", kNobody, "/api/v1/login", "/nowhere"}) {
        for (const char* method : {"FOO", "get", "PROPFIND"}) problem(call(method, path), 501);
    }
    for (const char* method : {"PUT", "TRACE", "CONNECT", "PATCH"}) {
        EXPECT_NE(problem(call(method, "/api/v1/contacts"), 405).at("detail"), "") << method;
    }
}

TEST_F(RefusalsTest, NameWhatAPatchMayBe) {
    constexpr const char* kTaken = "application/merge-patch+json, application/json";
    EXPECT_EQ(call("OPTIONS", kNobody).header("Accept-Patch"), kTaken);
    EXPECT_EQ(call("OPTIONS", "/api/v1/contacts").header("Accept-Patch"), "");
    const HttpReply reply =
        call_raw("PATCH", kNobody, "[]", {{"Content-Type", "application/json-patch+json"}});
    problem(reply, 415);
    EXPECT_EQ(reply.header("Accept-Patch"), kTaken);
}

/// Of a request whose body is announced and not sent.
HttpReply reply_to_header(std::uint16_t port, const std::string& method_and_path, const std::string& fields) {
    support::HttpConnection connection(port);
    connection.send(method_and_path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
    const auto reply = connection.receive();
    EXPECT_TRUE(reply) << method_and_path;
    return reply.value_or(HttpReply{});
}

TEST_F(RefusalsTest, NeedNoBodyWhenTheHeaderIsEnough) {
    const std::string json_type = "Content-Type: application/json\r\n";
    const std::string token = "Authorization: Bearer " + token_ + "\r\n";
    for (const std::string& body :
         {std::string("Content-Length: 1048575\r\n"), std::string("Transfer-Encoding: chunked\r\n"),
          std::string("Content-Length: 1000\r\nExpect: 100-continue\r\n")}) {
        const auto reply = [&](const std::string& method_and_path, const std::string& fields) {
            return reply_to_header(server_->api_port(), method_and_path, fields + body);
        };
        const HttpReply unknown = reply("POST /api/v1/contacts", json_type);
        problem(unknown, 401);
        EXPECT_EQ(unknown.header("WWW-Authenticate"), "Bearer realm=\"crm\"");
        EXPECT_EQ(unknown.header("Connection"), "close");
        problem(reply("POST /api/v1/contacts", json_type + "Authorization: Bearer crm_nobody\r\n"), 401);
        problem(reply("POST /api/v1/contacts", token), 415);
        problem(reply("POST /api/v1/nothing", json_type + token), 404);
        problem(reply("PUT /api/v1/contacts", json_type + token), 405);
        problem(reply("FOO /api/v1/contacts", json_type + token), 501);
        problem(reply("POST /api/v1/login", ""), 415);
    }
    EXPECT_EQ(reply_to_header(server_->api_port(), "POST /api/v1/contacts",
                              json_type + token + "Content-Length: 1000\r\nExpect: 100-continue\r\n")
                  .status,
              100);
}

TEST_F(RefusalsTest, LimitABodyThatNoCredentialCameWith) {
    const auto login = [&](std::size_t size) {
        std::string body = R"({"email": "nobody@crm.example", "password": "x"})";
        body.append(size - body.size(), ' ');
        return support::http_request(server_->api_port(), "POST", "/api/v1/login", body,
                                     {{"Content-Type", "application/json"}});
    };
    problem(login(16'384), 401);
    problem(login(16'385), 413);
    problem(call_raw("DELETE", kNobody, std::string(16'384, 'x')), 404);
    problem(call_raw("DELETE", kNobody, std::string(16'385, 'x')), 413);
}

TEST_F(RefusalsTest, PointAtEachFieldThatBreaksARule) {
    const json body = problem(call("POST", "/api/v1/contacts",
                                   {{"email", "nobody"}, {"id", kNobody}, {"colour", "red"}, {"status", 5}}),
                              400);
    EXPECT_THAT(pointers(body), testing::UnorderedElementsAre("/email", "/id", "/colour", "/status"));
    EXPECT_THAT(pointers(problem(call("POST", "/api/v1/companies", json::object()), 400)),
                testing::ElementsAre("/name"));
}

TEST_F(RefusalsTest, PointAtAReferenceToNothing) {
    const json contact{{"lastName", "L"}, {"companyId", "01890000-0000-7000-8000-000000000000"}};
    EXPECT_THAT(pointers(problem(call("POST", "/api/v1/contacts", contact), 400)),
                testing::ElementsAre("/companyId"));
}

TEST_F(RefusalsTest, SayWhereTheJsonIsMalformed) {
    const json body = problem(call_raw("POST", "/api/v1/contacts", "{\"lastName\": }"), 400);
    EXPECT_THAT(body.at("detail").get<std::string>(), HasSubstr("line 1, column 14"));
    problem(call_raw("POST", "/api/v1/contacts", "[]"), 400);
    problem(call_raw("POST", "/api/v1/contacts", ""), 400);
    problem(call_raw("POST", "/api/v1/contacts", R"({"city": "a", "city": "b"})"), 400);
    problem(call_raw("POST", "/api/v1/contacts", R"({"city": "a\u0000b"})"), 400);
}

TEST_F(RefusalsTest, AcceptOnlyJsonBodies) {
    const auto post = [&](const char* content_type) {
        return support::http_request(server_->api_port(), "POST", "/api/v1/contacts", R"({"lastName": "L"})",
                                     {{"Authorization", "Bearer " + token_}, {"Content-Type", content_type}});
    };
    for (const char* content_type :
         {"application/json; charset=utf-8", "application/json;charset=utf-8;",
          "application/json; charset=utf8", "application/json; charset=utf-8; profile=\"x\""}) {
        EXPECT_EQ(post(content_type).status, 201) << content_type;
    }
    problem(post("application/json; charset=latin1"), 415);
    const HttpReply reply = post("application/x-www-form-urlencoded");
    problem(reply, 415);
    EXPECT_EQ(reply.header("Accept"), "application/json");
    problem(post("application/merge-patch+json"), 415);
    problem(support::http_request(server_->api_port(), "POST", "/api/v1/contacts", "{}",
                                  {{"Authorization", "Bearer " + token_}}),
            415);
}

TEST_F(RefusalsTest, LimitTheSizeOfABody) {
    const json large{{"notes", std::string(std::size_t{1024} * 1024, 'x')}};
    problem(call("POST", "/api/v1/contacts", large), 413);
}

TEST_F(RefusalsTest, NameTheParameterOfAListThatIsWrong) {
    const auto detail = [&](const std::string& query) {
        return problem(call("GET", "/api/v1/contacts?" + query), 400).at("detail").get<std::string>();
    };
    EXPECT_THAT(detail("colour=red"), HasSubstr("colour"));
    EXPECT_THAT(detail("limit=201"), HasSubstr("limit"));
    EXPECT_THAT(detail("limit=5&limit=5"), HasSubstr("limit"));
    EXPECT_THAT(detail("cursor=nonsense"), HasSubstr("cursor"));
    EXPECT_THAT(detail("sort=notes"), HasSubstr("sort"));
    EXPECT_THAT(detail("sort=%zz"), HasSubstr("percent-encoding"));
}

TEST_F(RefusalsTest, TakeCursorsOnlyForTheListTheyCameFrom) {
    for (int i = 0; i < 2; ++i) create("contacts", {{"lastName", "L"}});
    const std::string cursor =
        json_of(call("GET", "/api/v1/contacts?limit=1&sort=lastName")).at("nextCursor");
    EXPECT_EQ(call("GET", "/api/v1/contacts?cursor=" + cursor).status, 200);
    problem(call("GET", "/api/v1/contacts?sort=-createdAt&cursor=" + cursor), 400);
}

}  // namespace
