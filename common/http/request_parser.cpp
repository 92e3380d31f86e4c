#include "common/http/request_parser.h"

#include <boost/beast/http/error.hpp>

namespace common::http {
namespace beast = boost::beast;

RequestParser::RequestParser(std::size_t header_limit, std::size_t body_limit) {
    this->header_limit(static_cast<std::uint32_t>(header_limit));
    this->body_limit(body_limit);
}

void RequestParser::on_request_impl(beast::http::verb, Text method, Text raw_target, int number, Error&) {
    request.method.assign(method.data(), method.size());
    target.assign(raw_target.data(), raw_target.size());
    version = static_cast<unsigned>(number);
}

void RequestParser::on_response_impl(int, Text, int, Error&) {}

void RequestParser::on_field_impl(beast::http::field, Text name, Text value, Error&) {
    // Fields after the body (trailers) are dropped: they came too late for the checks.
    if (!in_header_) return;
    request.headers.emplace_back(std::string(name.data(), name.size()),
                                 std::string(value.data(), value.size()));
}

void RequestParser::on_header_impl(Error&) {
    in_header_ = false;
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) {
    // Within the limit: the parser has checked it with the header.
    if (length) request.body.reserve(*length);
}

std::size_t RequestParser::on_body_impl(Text bytes, Error&) {
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, Text, Error&) {}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text bytes, Error& error) {
    return on_body_impl(bytes, error);
}

void RequestParser::on_finish_impl(Error&) {}

Refusal refusal_of(beast::error_code error) {
    if (error == beast::http::error::body_limit) return {413, "The body of the request is too large."};
    if (error == beast::http::error::header_limit) return {431, "The header of the request is too large."};
    if (error == beast::http::error::bad_version) return {505, "Only HTTP/1.1 and HTTP/1.0 are served."};
    return {400, "The request is not well-formed HTTP/1.1."};
}

}  // namespace common::http
