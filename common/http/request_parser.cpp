#include "common/http/request_parser.h"

#include <algorithm>

#include <boost/beast/http/error.hpp>
#include <boost/system/error_code.hpp>

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

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) {}

bool RequestParser::accept_body(std::size_t limit, MemoryBudget& memory) {
    const auto announced = content_length();
    if (announced && *announced > limit) return false;
    body_limit(limit);
    longest_body_ = announced ? static_cast<std::size_t>(*announced) : limit;
    memory_.draw_on(memory);
    return true;
}

bool RequestParser::reserve_buffer(std::size_t bytes) {
    if (bytes <= buffer_bytes_) return true;
    if (!memory_.grow_to(body_bytes_ + bytes)) return false;
    buffer_bytes_ = bytes;
    return true;
}

/// Grows with what arrives, and not to what was announced: whoever only announces takes nothing.
bool RequestParser::make_room_for(std::size_t bytes) {
    const std::size_t needed = request.body.size() + bytes;
    const std::size_t capacity = request.body.capacity();
    if (needed <= capacity) return true;
    const std::size_t wanted = std::max(needed, std::min(2 * capacity, longest_body_));
    if (!memory_.grow_to(wanted + buffer_bytes_)) return false;
    body_bytes_ = wanted;
    std::string grown;  // takes what was reserved; a string that grows in place doubles whatever it is told
    grown.reserve(wanted);
    request.body.swap(grown.append(request.body));
    return true;
}

std::size_t RequestParser::on_body_impl(Text bytes, Error& error) {
    if (!make_room_for(bytes.size())) {
        error = make_error_code(boost::system::errc::not_enough_memory);
        return 0;
    }
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, Text, Error&) {}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text bytes, Error& error) {
    return on_body_impl(bytes, error);
}

void RequestParser::on_finish_impl(Error&) {}

Refusal refusal_of(beast::error_code error) {
    if (error == beast::http::error::body_limit) return kTooLarge;
    if (error == beast::http::error::header_limit) return {431, "The header of the request is too large."};
    if (error == beast::http::error::bad_version) return {505, "Only HTTP/1.1 and HTTP/1.0 are served."};
    if (error == boost::system::errc::not_enough_memory) return kNoRoom;
    return {400, "The request is not well-formed HTTP/1.1."};
}

}  // namespace common::http
