#include "common/http/session.h"

#include "common/http/problem.h"
#include "common/log.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

namespace common::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr asio::use_awaitable_t<Executor> kAwait;
constexpr auto kNever = steady_clock::time_point::max();
/// A connection that waits keeps a buffer of this size; most requests fit.
constexpr std::size_t kSmallRead = std::size_t{4} * 1024;
constexpr std::size_t kLargeRead = std::size_t{16} * 1024;
/// What may wait unparsed in a connection's buffer beside a header: bounds chunk extensions and trailers.
constexpr std::size_t kBufferSlack = std::size_t{64} * 1024;
/// What the buffer of a connection may take without being counted, as for a header; while a body is read,
/// what is more is taken from the memory for bodies.
constexpr std::size_t kUncountedBuffer = 2 * kSmallRead;
/// How long, and for how much, a closing connection reads on so that the client gets the last reply: closing
/// a socket with unread bytes resets the connection, which discards replies on their way (RFC 9112,
/// section 9.6).
constexpr std::chrono::milliseconds kLingerTime{2'000};
constexpr std::size_t kLingerBytes = std::size_t{8} * 1024 * 1024;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// Nobody is there to answer.
constexpr Refusal kGone{0, "The connection is gone."};
constexpr Refusal kTimedOut{408, "The request did not arrive in time."};

tl::unexpected<Refusal> refused(Refusal refusal) {
    return tl::unexpected<Refusal>(refusal);
}

constexpr const char* kNotSendable = "The response cannot be sent as HTTP";

/// For what the program got wrong.
Response failed(const Request& request, const std::string& why) {
    log::error(
        "Request failed",
        {{"request_id", request.id}, {"method", request.method}, {"path", request.path}, {"error", why}});
    return problem({.status = 500,
                    .detail = "The server failed to answer. The request id finds the reason in its log.",
                    .request_id = request.id});
}

/// A client has one address, whichever family the socket is of that it came by.
std::string text_of(const boost::asio::ip::address& address) {
    const bool mapped = address.is_v6() && address.to_v6().is_v4_mapped();
    return mapped ? boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string()
                  : address.to_string();
}

}  // namespace

Session::Session(std::shared_ptr<SessionContext> context, Socket socket)
    : context_(std::move(context)),
      socket_(std::move(socket)),
      buffer_(context_->options.header_limit + kBufferSlack),
      deadline_(kNever),
      place_(context_->sessions.insert(context_->sessions.end(), this)) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    remote_address_ = text_of(socket_.remote_endpoint(ignored).address());
}

Session::~Session() {
    context_->sessions.erase(place_);
}

Task<void> Session::serve() {
    After after = After::next_request;
    while (after == After::next_request) after = co_await serve_one();
    if (after == After::linger) co_await linger();
}

Task<void> Session::turn_away() {
    Request nobody;
    if (co_await refuse(nobody, {503, "The server has too many connections. Try again soon."}) ==
        After::linger) {
        co_await linger();
    }
}

Task<Session::After> Session::serve_one() {
    RequestParser parser(context_->options.header_limit + 1, context_->options.body_limit);
    Request& request = parser.request;
    Received<void> received = co_await receive_header(parser);
    if (received && !parser.is_done()) {
        const Admission admission = co_await admit(request);
        if (!admission) co_return co_await close_with(request, admission.error());
        received = co_await receive_body(parser, *admission);
    }
    if (!received) co_return co_await refuse(request, received.error());

    const auto start = steady_clock::now();
    deadline_ = kNever;  // the handler sets its own
    const Response response = co_await answer(request);
    const bool keep_alive = parser.keep_alive() && !context_->draining;
    const bool sent = co_await send(request, response, parser.version, keep_alive);
    if (context_->observe) context_->observe({request, response.status, steady_clock::now() - start});
    if (!sent) co_return After::close;
    co_return keep_alive ? After::next_request : After::linger;
}

Task<Session::Received<void>> Session::wait_for_request() {
    skip_empty_lines();
    if (buffer_.size() != 0) co_return Received<void>();
    if (buffer_.capacity() > kSmallRead) buffer_.shrink_to_fit();
    idle_ = true;
    const ServerOptions& options = context_->options;
    set_deadline(context_->draining ? std::min(options.idle_timeout, options.drain_idle_timeout)
                                    : options.idle_timeout);
    Received<void> received;
    while (received && buffer_.size() == 0) {
        received = co_await receive_some(kSmallRead);
        skip_empty_lines();
    }
    idle_ = false;
    if (received || received.error() != kTimedOut) co_return received;
    // Nothing was asked, so there is nothing to answer; but what arrived together with the deadline is a
    // request.
    error_code ignored;
    const bool arrived = buffer_.size() != 0 || socket_.available(ignored) != 0;
    co_return arrived ? Received<void>() : refused(kGone);
}

Task<Session::Received<void>> Session::receive_header(RequestParser& parser) {
    if (auto received = co_await wait_for_request(); !received) co_return received;
    set_deadline(context_->options.header_timeout);
    for (;;) {
        const auto length = header_length(unparsed(), context_->options.header_limit);
        if (!length) co_return refused(length.error());
        if (*length != 0) {
            error_code error;
            buffer_.consume(parser.put(asio::buffer(buffer_.data(), *length), error));
            if (error) co_return refused(refusal_of(error));
            break;
        }
        if (auto received = co_await receive_some(kSmallRead); !received) co_return received;
    }
    identify(parser.request);
    const auto target = split_target(parser.request.method, parser.target);
    if (!target) co_return refused(target.error());
    parser.request.path = target->path;
    parser.request.query = target->query;
    if (const auto refusal = check_framing(parser.version, parser.request)) co_return refused(*refusal);
    co_return Received<void>();
}

Task<Admission> Session::admit(const Request& request) {
    if (!context_->admit_body) co_return BodyTerms{.limit = context_->options.body_limit};
    deadline_ = kNever;  // as for the handler
    std::string failure;
    try {
        Admission admission = co_await context_->admit_body(request);
        if (admission || is_sendable(admission.error())) co_return admission;
        failure = kNotSendable;
    } catch (const std::exception& error) {
        failure = error.what();
    }
    co_return tl::unexpected<Response>(failed(request, failure));
}

Task<Session::Received<void>> Session::receive_body(RequestParser& parser, BodyTerms terms) {
    const std::size_t limit = std::min(terms.limit, context_->options.body_limit);
    if (!parser.accept_body(limit, terms.anonymous ? context_->anonymous_bodies : context_->bodies)) {
        co_return refused(kTooLarge);
    }
    set_deadline(context_->options.body_timeout);
    if (expects_continue(parser.version, parser.request) && buffer_.size() == 0 &&
        !co_await send_continue()) {
        co_return refused(kGone);
    }
    bool flowing = false;  // then it is read in large pieces, which have to be reserved
    while (!parser.is_done()) {
        error_code error = boost::beast::http::error::need_more;
        if (buffer_.size() != 0) buffer_.consume(parser.put(buffer_.data(), error));
        if (error == boost::beast::http::error::need_more) {
            if (has_bare_line_feed(unparsed()))
                co_return refused({400, "A chunk's line ends in a bare line feed."});
            const std::size_t at_most = reserve_read(parser, flowing ? kLargeRead : kSmallRead);
            if (at_most == 0) co_return refused(kNoRoom);
            const std::size_t before = buffer_.size();
            if (auto received = co_await receive_some(at_most); !received) co_return received;
            flowing = buffer_.size() - before == at_most;
        } else if (error) {
            co_return refused(refusal_of(error));
        }
    }
    co_return Received<void>();
}

/// How much of a body may be read into the buffer next: at_most, or less when memory is short; 0 when there
/// is none.
std::size_t Session::reserve_read(RequestParser& parser, std::size_t at_most) {
    for (const std::size_t size : {at_most, kSmallRead}) {
        const std::size_t needed = buffer_.size() + size;
        if (needed <= kUncountedBuffer || parser.reserve_buffer(needed)) return size;
    }
    return 0;
}

Task<Session::Received<void>> Session::receive_some(std::size_t at_most) {
    const std::size_t room = buffer_.max_size() - buffer_.size();
    if (room == 0) co_return refused({400, "A chunk extension or trailer is too large."});
    error_code error;
    const std::size_t count = co_await socket_.async_read_some(buffer_.prepare(std::min(room, at_most)),
                                                               asio::redirect_error(kAwait, error));
    buffer_.commit(count);
    if (timed_out_) co_return refused(kTimedOut);
    if (error) co_return refused(kGone);
    co_return Received<void>();
}

Task<Response> Session::answer(const Request& request) {
    std::string failure;
    try {
        Response response = co_await context_->handler(request);
        if (is_sendable(response)) co_return response;
        failure = kNotSendable;
    } catch (const std::exception& error) {
        failure = error.what();
    }
    co_return failed(request, failure);
}

Task<Session::After> Session::refuse(Request& request, Refusal refusal) {
    if (refusal == kGone) co_return After::close;
    identify(request);
    Response response =
        problem({.status = refusal.status, .detail = std::string(refusal.detail), .request_id = request.id});
    if (refusal.status == 503) response.headers.emplace_back("Retry-After", "1");
    co_return co_await close_with(request, response);
}

/// Some of the request may not have been read: nothing can follow it.
Task<Session::After> Session::close_with(const Request& request, const Response& response) {
    const bool sent = co_await send(request, response, 11, false);
    if (context_->observe) context_->observe({request, response.status, std::chrono::nanoseconds(0)});
    co_return sent ? After::linger : After::close;
}

void Session::identify(Request& request) {
    if (!request.id.empty()) return;
    request.id = context_->request_ids.id_of(request);
    request.remote_address = remote_address_;
}

Task<bool> Session::send(const Request& request, const Response& response, unsigned version,
                         bool keep_alive) {
    set_deadline(context_->options.write_timeout);
    write_head(head_, response,
               {.version = version,
                .keep_alive = keep_alive,
                .date = context_->date.at(std::chrono::system_clock::now()),
                .request_id = request.id});
    const std::string_view body =
        has_body(request.method, response.status) ? response.body : std::string_view();
    const std::array<asio::const_buffer, 2> bytes{asio::buffer(head_), asio::buffer(body)};
    error_code error;
    co_await asio::async_write(socket_, bytes, asio::redirect_error(kAwait, error));
    co_return !error;
}

Task<bool> Session::send_continue() {
    error_code error;
    co_await asio::async_write(socket_, asio::buffer(kContinue), asio::redirect_error(kAwait, error));
    co_return !error && !timed_out_;
}

Task<void> Session::linger() {
    error_code error;
    socket_.shutdown(tcp::socket::shutdown_send, error);
    set_deadline(kLingerTime);
    std::size_t total = 0;
    buffer_.clear();
    while (!error && !timed_out_ && total < kLingerBytes) {
        total += co_await socket_.async_read_some(buffer_.prepare(kSmallRead),
                                                  asio::redirect_error(kAwait, error));
    }
}

/// Clients may send an empty line after a body (RFC 9112, section 2.2).
void Session::skip_empty_lines() {
    while (unparsed().starts_with("\r\n")) buffer_.consume(2);
}

std::string_view Session::unparsed() const {
    return {static_cast<const char*>(buffer_.data().data()), buffer_.size()};
}

void Session::set_deadline(std::chrono::milliseconds from_now) {
    deadline_ = steady_clock::now() + from_now;
    timed_out_ = false;
}

void Session::expire(steady_clock::time_point now) {
    if (now < deadline_) return;
    deadline_ = kNever;
    timed_out_ = true;
    error_code ignored;
    socket_.cancel(ignored);
}

void Session::shorten_idle_wait(steady_clock::time_point deadline) {
    if (idle_) deadline_ = std::min(deadline_, deadline);
}

void Session::abort() {
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace common::http
