#include "crm-server/api/problem.h"

#include "common/http/problem.h"

namespace api {
namespace {

constexpr std::chrono::seconds kPatience{1};

int status_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid:
            return 400;
        case ErrorKind::unauthorized:
            return 401;
        case ErrorKind::forbidden:
            return 403;
        case ErrorKind::not_found:
            return 404;
        case ErrorKind::conflict:
            return 409;
        case ErrorKind::expired:
            return 410;
        case ErrorKind::throttled:
            return 429;
        case ErrorKind::unavailable:
        case ErrorKind::cancelled:
            return 503;
        case ErrorKind::timeout:
            return 504;
        case ErrorKind::internal:
            return 500;
    }
    return 500;
}

/// Errors of ours are told in general words: their messages may name hosts, tables or files.
std::string detail_of(int status, const Error& error) {
    switch (status) {
        case 500:
            return "The server failed to do this; its log says why under this requestId.";
        case 503:
            return "The server's database is not available at the moment. Try again later.";
        case 504:
            return "The database did not answer in time. Try again later.";
        default:
            return error.message;
    }
}

}  // namespace

Problem problem_of(const Error& error) {
    Problem problem{.status = status_of(error.kind)};
    problem.detail = detail_of(problem.status, error);
    if (problem.status >= 500) problem.cause = error.message;
    if (problem.status == 429 || problem.status == 503) {
        const auto wait = std::chrono::ceil<std::chrono::seconds>(error.retry_after.value_or(kPatience));
        problem.headers.emplace_back("Retry-After", std::to_string(wait.count()));
    }
    return problem;
}

Problem problem_of(const record::WriteError& error) {
    if (error.version_mismatch) {
        return {.status = 412,
                .detail = "The record has changed since: read it again and repeat the change."};
    }
    if (!error.violations.empty()) return problem_of(error.violations);
    return problem_of(error.error);
}

Problem problem_of(record::Violations violations) {
    return {.status = 400,
            .detail = "The body breaks rules of its fields; see errors.",
            .violations = std::move(violations)};
}

tl::unexpected<Problem> refuse(int status, std::string detail) {
    return tl::unexpected(Problem{.status = status, .detail = std::move(detail)});
}

common::http::Response problem_response(const Problem& problem, const common::http::Request& request) {
    std::vector<common::http::FieldError> errors;
    errors.reserve(problem.violations.size());
    for (const record::Violation& violation : problem.violations) {
        errors.push_back({violation.pointer, violation.detail});
    }
    common::http::Response response = common::http::problem({.status = problem.status,
                                                             .detail = problem.detail,
                                                             .request_id = request.id,
                                                             .instance = request.path,
                                                             .errors = std::move(errors)});
    response.headers.insert(response.headers.end(), problem.headers.begin(), problem.headers.end());
    return response;
}

}  // namespace api
