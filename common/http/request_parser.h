// Boost.Beast's HTTP/1 parser, writing straight into a Request.
#pragma once

#include "common/http/memory_budget.h"
#include "common/http/message.h"
#include "common/http/request_check.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include <boost/beast/http/basic_parser.hpp>

namespace common::http {

/// One request of one connection. Feed it with put(); the request is whole once is_done(). The memory of its
/// body is reserved until the parser is destroyed.
class RequestParser final : public boost::beast::http::basic_parser<true> {
  public:
    RequestParser(std::size_t header_limit, std::size_t body_limit);

    /// To be called between the header and the first byte of a body: how long the body may be, and whose
    /// memory it takes. False when it is announced to be longer.
    bool accept_body(std::size_t limit, MemoryBudget& memory);
    /// Reserves what the connection's buffer is to take while the body is read. False when there is no more
    /// memory.
    bool reserve_buffer(std::size_t bytes);

    Request request;        // without path and query until the target was split
    std::string target;     // as sent
    unsigned version = 11;  // 10 or 11

  private:
    using Error = boost::beast::error_code;
    using Text = boost::beast::string_view;

    void on_request_impl(boost::beast::http::verb verb, Text method, Text raw_target, int number,
                         Error& error) override;
    void on_response_impl(int code, Text reason, int number, Error& error) override;
    void on_field_impl(boost::beast::http::field field, Text name, Text value, Error& error) override;
    void on_header_impl(Error& error) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error& error) override;
    std::size_t on_body_impl(Text bytes, Error& error) override;
    void on_chunk_header_impl(std::uint64_t size, Text extensions, Error& error) override;
    std::size_t on_chunk_body_impl(std::uint64_t remain, Text bytes, Error& error) override;
    void on_finish_impl(Error& error) override;

    bool make_room_for(std::size_t bytes);

    bool in_header_ = true;
    std::size_t longest_body_ = 0;
    std::size_t body_bytes_ = 0;    // reserved for request.body
    std::size_t buffer_bytes_ = 0;  // reserved for the connection's buffer
    MemoryReservation memory_;      // of both
};

inline constexpr Refusal kTooLarge{413, "The body of the request is too large."};
inline constexpr Refusal kNoRoom{503, "The server holds too many bodies of requests. Try again soon."};

/// How an error of the parser is answered.
Refusal refusal_of(boost::beast::error_code error);

}  // namespace common::http
