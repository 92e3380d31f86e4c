#include "common/http/server.h"

#include "common/http/session.h"
#include "common/log.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace common::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<steady_clock, asio::wait_traits<steady_clock>, Executor>;

namespace {

constexpr asio::use_awaitable_t<Executor> kAwait;
/// After an error that will not go away at once, such as no free file descriptor.
constexpr milliseconds kAcceptPause{100};
/// How many connections above the limit are told so at the same time; more are closed without a word.
constexpr std::size_t kTurnedAwayLimit = 64;

/// A function with by-value parameters: they live as long as the coroutine.
Task<void> run_session(std::shared_ptr<Session> session, bool welcome) {
    co_await (welcome ? session->serve() : session->turn_away());
}

/// How often deadlines are compared with the clock: fine enough for the shortest of them.
milliseconds sweep_period(const ServerOptions& options) {
    const auto shortest = std::min({options.idle_timeout, options.header_timeout, options.body_timeout,
                                    options.write_timeout, options.drain_idle_timeout});
    return std::clamp(shortest / 8, milliseconds(1), milliseconds(250));
}

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
    State(asio::io_context& io, std::shared_ptr<SessionContext> shared)
        : context(std::move(shared)),
          executor(io.get_executor()),
          acceptor(executor),
          sweep_timer(executor),
          drain_timer(executor),
          period(sweep_period(context->options)) {}

    error_code open();
    error_code open(const asio::ip::address& address);
    static Task<void> accept(std::shared_ptr<State> self);
    void start(Socket socket);
    void accept_waiting();
    void sweep();
    void session_ended(const std::exception_ptr& error);
    void drain(milliseconds deadline, std::function<void()> done);
    void finish_drain();

    std::shared_ptr<SessionContext> context;
    Executor executor;
    asio::basic_socket_acceptor<tcp, Executor> acceptor;
    Timer sweep_timer;
    Timer drain_timer;
    milliseconds period;
    bool sweeping = false;
    std::function<void()> drained;
};

error_code Server::State::open() {
    error_code error;
    const auto address = asio::ip::make_address(context->options.address, error);
    if (error) return error;
    error = open(address);
    const bool no_ipv6 = error == asio::error::address_family_not_supported ||
                         error == boost::system::errc::address_not_available;
    if (no_ipv6 && address == asio::ip::address_v6::any()) error = open(asio::ip::address_v4::any());
    return error;
}

error_code Server::State::open(const asio::ip::address& address) {
    error_code error;
    error_code ignored;
    acceptor.close(ignored);
    const tcp::endpoint endpoint(address, context->options.port);
    acceptor.open(endpoint.protocol(), error);
    // Whatever the machine's default is: the wildcard of IPv6 takes IPv4 too.
    if (!error && address.is_v6()) acceptor.set_option(asio::ip::v6_only(!address.is_unspecified()), error);
    // Only skips the wait for old connections: Linux still refuses a port that something listens on.
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    return error;
}

Task<void> Server::State::accept(std::shared_ptr<State> self) {
    Timer pause(self->executor);
    bool failing = false;
    while (self->acceptor.is_open()) {
        error_code error;
        Socket socket(self->executor);
        co_await self->acceptor.async_accept(socket, asio::redirect_error(kAwait, error));
        if (!error) {
            failing = false;
            self->start(std::move(socket));
        } else if (error != asio::error::operation_aborted && error != asio::error::connection_aborted) {
            if (!failing) log::warning("Cannot accept connections", {{"error", error.message()}});
            failing = true;
            pause.expires_after(kAcceptPause);
            co_await pause.async_wait(asio::redirect_error(kAwait, error));
        }
    }
}

void Server::State::start(Socket socket) {
    const std::size_t open = context->sessions.size();
    const std::size_t limit = context->options.connection_limit;
    if (open >= limit + kTurnedAwayLimit) return;
    auto session = std::make_shared<Session>(context, std::move(socket));
    asio::co_spawn(
        executor, run_session(std::move(session), open < limit),
        [self = shared_from_this()](const std::exception_ptr& error) { self->session_ended(error); });
    if (!sweeping) sweep();
}

void Server::State::sweep() {
    const auto now = steady_clock::now();
    for (Session* session : context->sessions) session->expire(now);
    sweeping = !context->sessions.empty();
    if (!sweeping) return;
    sweep_timer.expires_after(period);
    sweep_timer.async_wait([weak = weak_from_this()](error_code error) {
        if (auto self = weak.lock(); self && !error) self->sweep();
    });
}

void Server::State::session_ended(const std::exception_ptr& error) {
    try {
        if (error) std::rethrow_exception(error);
    } catch (const std::exception& what) {
        log::error("Connection failed", {{"error", what.what()}});
    }
    if (context->draining && context->sessions.empty()) finish_drain();
}

/// Connections that the kernel has completed but nobody has accepted would be reset by closing the acceptor.
void Server::State::accept_waiting() {
    error_code error;
    acceptor.non_blocking(true, error);
    while (!error) {
        Socket socket(executor);
        acceptor.accept(socket, error);
        if (!error) start(std::move(socket));
    }
}

void Server::State::drain(milliseconds deadline, std::function<void()> done) {
    context->draining = true;
    drained = std::move(done);
    accept_waiting();
    error_code ignored;
    acceptor.close(ignored);
    const auto idle_end = steady_clock::now() + context->options.drain_idle_timeout;
    for (Session* session : context->sessions) session->shorten_idle_wait(idle_end);

    drain_timer.expires_after(context->sessions.empty() ? milliseconds(0) : deadline);
    drain_timer.async_wait([weak = weak_from_this()](error_code error) {
        if (auto self = weak.lock(); self && !error) self->finish_drain();
    });
}

void Server::State::finish_drain() {
    if (!drained) return;
    if (!context->sessions.empty()) {
        log::warning("Closing connections that did not end in time",
                     {{"connections", context->sessions.size()}});
    }
    for (Session* session : context->sessions) session->abort();
    drain_timer.cancel();
    std::exchange(drained, nullptr)();
}

Server::Server(std::shared_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
    error_code ignored;
    state_->acceptor.close(ignored);
    state_->sweep_timer.cancel();
    state_->drain_timer.cancel();
}

Result<std::unique_ptr<Server>> Server::listen(asio::io_context& io, ServerOptions options, Handler handler,
                                               std::function<void(const Exchange&)> observe,
                                               AdmitBody admit_body) {
    auto context = std::make_shared<SessionContext>(std::move(options));
    context->admit_body = std::move(admit_body);
    context->handler = std::move(handler);
    context->observe = std::move(observe);
    auto state = std::make_shared<State>(io, context);
    if (const error_code error = state->open()) {
        return fail(ErrorKind::unavailable, "Cannot listen on " + context->options.address + " port " +
                                                std::to_string(context->options.port) + ": " +
                                                error.message());
    }
    asio::co_spawn(state->executor, State::accept(state), [](const std::exception_ptr& error) {
        if (error) std::rethrow_exception(error);
    });
    return std::unique_ptr<Server>(new Server(std::move(state)));
}

std::uint16_t Server::port() const {
    error_code ignored;
    return state_->acceptor.local_endpoint(ignored).port();
}

std::size_t Server::connections() const {
    return state_->context->sessions.size();
}

std::size_t Server::body_bytes() const {
    return state_->context->bodies.reserved();
}

void Server::drain(milliseconds deadline, std::function<void()> done) {
    state_->drain(deadline, std::move(done));
}

}  // namespace common::http
