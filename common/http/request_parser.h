// Boost.Beast's HTTP/1 parser, writing straight into a Request.
#pragma once

#include "common/http/message.h"
#include "common/http/request_check.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include <boost/beast/http/basic_parser.hpp>

namespace common::http {

/// One request of one connection. Feed it with put(); the request is whole once is_done().
class RequestParser final : public boost::beast::http::basic_parser<true> {
  public:
    RequestParser(std::size_t header_limit, std::size_t body_limit);

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

    bool in_header_ = true;
};

/// How an error of the parser is answered.
Refusal refusal_of(boost::beast::error_code error);

}  // namespace common::http
