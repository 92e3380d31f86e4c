#include "crm-server/store/connection.h"

#include <optional>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace store {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr asio::use_awaitable_t<asio::io_context::executor_type> kAwait;

// How much longer than the server's own time-out a request may take before the peer counts as dead.
constexpr std::chrono::seconds kGrace{1};

constexpr std::string_view kUnknownStatement = "26000";

void ignore_notice(void*, const char*) {}

}  // namespace

// What was sent up to one Sync, and the answers so far.
struct Connection::Request {
    struct Command {
        bool prepares;  // the statement, or else executes it
        Preparation* preparation;
    };
    std::vector<Command> commands;  // in order
    std::size_t answered = 0;
    std::vector<Rows> rows;
    std::optional<SqlError> error;
    Clock::duration allowed{};   // for its answer, once those before it are there
    Clock::time_point deadline;  // while it is the first that waits

    Request() = default;
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;
    virtual ~Request() = default;

    /// Resumes the caller. Frees the request first, so that the caller may do anything.
    virtual void complete(std::unique_ptr<Request> self) = 0;
};

template <class Handler>
struct Connection::RequestOf final : Connection::Request {
    Handler handler;

    explicit RequestOf(Handler&& h) : handler(std::move(h)) {}

    void complete(std::unique_ptr<Request> self) override {
        Handler resume(std::move(handler));
        std::optional<SqlError> failed(std::move(error));
        std::vector<Rows> result(std::move(rows));
        self.reset();
        if (failed)
            resume(SqlResult<std::vector<Rows>>(tl::unexpected(std::move(*failed))));
        else
            resume(SqlResult<std::vector<Rows>>(std::move(result)));
    }
};

Connection::Connection(asio::io_context& loop, const DatabaseConfig& config)
    : loop_(loop),
      config_(config),
      socket_(loop.get_executor()),
      connect_deadline_(Clock::now() + config.connect_timeout) {}

Connection::~Connection() {
    // libpq owns the socket and closes it.
    if (socket_.is_open()) socket_.release();
}

// libpq looks names up with a call that blocks, which would hold up every request: so the addresses are found
// here.
common::Task<Result<Connection::Addresses>> Connection::resolve() {
    const std::string& host = config_.connection.host;
    asio::ip::basic_resolver<asio::ip::tcp, asio::io_context::executor_type> resolver(loop_.get_executor());
    error_code ec;
    const auto found = co_await resolver.async_resolve(host, "", asio::redirect_error(kAwait, ec));
    if (ec) co_return fail(ErrorKind::unavailable, "cannot resolve " + host + ": " + ec.message());
    Addresses addresses;
    for (const auto& entry : found) {
        const std::string_view comma = addresses.hosts.empty() ? "" : ",";
        addresses.hosts.append(comma).append(host);
        addresses.numbers.append(comma).append(entry.endpoint().address().to_string());
    }
    co_return addresses;
}

common::Task<Result<void>> Connection::connect() {
    const auto self = shared_from_this();
    auto addresses = co_await resolve();
    if (!addresses) co_return tl::unexpected(addresses.error());
    if (state_ == State::closed) co_return fail(ErrorKind::cancelled, "closed while connecting");

    libpq::SessionParameters parameters(config_.connection, config_.statement_timeout);
    parameters.set("host", addresses->hosts);
    parameters.set("hostaddr", addresses->numbers);
    connection_.reset(PQconnectStartParams(parameters.keywords(), parameters.values(), 0));
    if (!connection_) co_return fail(ErrorKind::internal, "libpq is out of memory");
    PQsetNoticeProcessor(connection_.get(), ignore_notice, nullptr);
    co_return co_await poll_until_connected();
}

common::Task<Result<void>> Connection::poll_until_connected() {
    PostgresPollingStatusType wants = PGRES_POLLING_WRITING;
    while (PQstatus(connection_.get()) != CONNECTION_BAD && wants != PGRES_POLLING_OK) {
        if (wants == PGRES_POLLING_FAILED) break;
        // libpq may open another socket with the same number at any step, so the loop lets go of it each
        // time.
        socket_.assign(PQsocket(connection_.get()));
        error_code ec;
        if (wants == PGRES_POLLING_READING)
            co_await socket_.async_wait(socket_.wait_read, asio::redirect_error(kAwait, ec));
        else
            co_await socket_.async_wait(socket_.wait_write, asio::redirect_error(kAwait, ec));
        if (socket_.is_open()) socket_.release();
        if (state_ == State::closed) co_return fail(ErrorKind::cancelled, "closed while connecting");
        if (ec) co_return fail(ErrorKind::unavailable, "the server did not answer in time");
        wants = PQconnectPoll(connection_.get());
    }
    if (PQstatus(connection_.get()) != CONNECTION_OK)
        co_return tl::unexpected(Error(libpq::lost(connection_.get())));
    if (PQsetnonblocking(connection_.get(), 1) != 0 || PQenterPipelineMode(connection_.get()) != 1)
        co_return fail(ErrorKind::internal, "libpq cannot enter pipeline mode");
    socket_.assign(PQsocket(connection_.get()));
    state_ = State::usable;
    co_return Result<void>();
}

common::Task<Error> Connection::serve() {
    const auto self = shared_from_this();
    while (state_ == State::usable) {
        error_code ec;
        co_await socket_.async_wait(socket_.wait_read, asio::redirect_error(kAwait, ec));
        if (state_ != State::usable) break;
        if (ec || PQconsumeInput(connection_.get()) == 0)
            end(libpq::lost(connection_.get()));
        else
            read_answers();
    }
    co_return end_reason_;
}

common::Task<SqlResult<std::vector<Rows>>> Connection::execute(std::span<const Step> steps) {
    const auto self = shared_from_this();
    const auto& token = kAwait;
    co_return co_await asio::async_initiate<decltype(kAwait), void(SqlResult<std::vector<Rows>>)>(
        [this, steps](auto&& handler) {
            using Handler = std::decay_t<decltype(handler)>;
            start(steps, std::make_unique<RequestOf<Handler>>(std::forward<decltype(handler)>(handler)));
        },
        token);
}

void Connection::start(std::span<const Step> steps, std::unique_ptr<Request> request) {
    request->allowed = config_.statement_timeout * static_cast<int>(steps.size()) + kGrace;
    request->deadline = Clock::now() + request->allowed;
    const bool sent = usable() && send(steps, *request);
    requests_.push_back(std::move(request));
    if (!sent)
        end(libpq::lost(connection_.get()));
    else
        flush();
}

bool Connection::send(std::span<const Step> steps, Request& request) {
    std::vector<const char*> values;
    for (const Step& step : steps) {
        Preparation& preparation = preparations_[step.statement->name];
        if (preparation.state == Preparation::State::no &&
            !send_prepare(*step.statement, preparation, request))
            return false;
        values.clear();
        for (const auto& parameter : step.parameters)
            values.push_back(parameter ? parameter->c_str() : nullptr);
        if (PQsendQueryPrepared(connection_.get(), step.statement->name.c_str(),
                                static_cast<int>(values.size()), values.data(), nullptr, nullptr, 0) != 1)
            return false;
        request.commands.push_back({false, &preparation});
    }
    return PQpipelineSync(connection_.get()) == 1;
}

bool Connection::send_prepare(const Statement& statement, Preparation& preparation, Request& request) {
    preparation = {Preparation::State::sent, std::nullopt};
    request.commands.push_back({true, &preparation});
    return PQsendPrepare(connection_.get(), statement.name.c_str(), statement.sql.c_str(), 0, nullptr) == 1;
}

void Connection::flush() {
    if (flushing_ || !usable()) return;
    const int left = PQflush(connection_.get());
    if (left < 0) return end(libpq::lost(connection_.get()));
    if (left == 0) return;
    flushing_ = true;
    socket_.async_wait(socket_.wait_write, [self = shared_from_this()](error_code ec) {
        self->flushing_ = false;
        if (!ec) self->flush();
    });
}

void Connection::read_answers() {
    while (usable() && !requests_.empty() && PQisBusy(connection_.get()) == 0) {
        PGresult* result = PQgetResult(connection_.get());
        if (PQstatus(connection_.get()) == CONNECTION_BAD) {
            // The server's last words, such as "terminating connection", belong to the first request.
            if (result != nullptr) take_result(result);
            return end(libpq::lost(connection_.get()));
        }
        if (result == nullptr) continue;
        if (PQresultStatus(result) != PGRES_PIPELINE_SYNC) {
            take_result(result);
            continue;
        }
        PQclear(result);
        auto request = std::move(requests_.front());
        requests_.pop_front();
        if (!requests_.empty()) requests_.front()->deadline = Clock::now() + requests_.front()->allowed;
        Request& answered = *request;
        answered.complete(std::move(request));
    }
}

void Connection::take_result(PGresult* result) {
    Rows rows(result);
    Request& request = *requests_.front();
    const ExecStatusType status = PQresultStatus(result);
    const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    const bool skipped = status == PGRES_PIPELINE_ABORTED;
    std::optional<SqlError> error;
    if (!good && !skipped) error = libpq::error_of(result);
    // After the last command comes only what went wrong with the commit.
    if (request.answered < request.commands.size()) {
        const auto [prepares, preparation] = request.commands[request.answered++];
        if (prepares)
            *preparation = {good ? Preparation::State::yes : Preparation::State::no, error};
        else if (good)
            request.rows.push_back(std::move(rows));
        else if (error && error->sqlstate == kUnknownStatement && preparation->failure)
            error = preparation->failure;
    }
    if (error && !request.error) request.error = std::move(error);
}

void Connection::enforce_deadline(Clock::time_point now) {
    if (state_ == State::connecting && now > connect_deadline_ && socket_.is_open()) socket_.cancel();
    if (usable() && !requests_.empty() && now > requests_.front()->deadline) {
        SqlError silent;
        silent.kind = ErrorKind::unavailable;
        silent.message = "the server did not answer in time";
        end(silent);
    }
}

void Connection::close() {
    SqlError closed;
    closed.kind = ErrorKind::cancelled;
    closed.message = "the database is being closed";
    end(closed);
}

// Callers are resumed from the loop and not from here, since here may be inside one of them.
void Connection::end(const SqlError& why) {
    if (state_ != State::closed) end_reason_ = why;
    state_ = State::closed;
    for (auto& request : requests_) {
        if (!request->error) request->error = why;
        asio::post(loop_, [request = std::move(request)]() mutable {
            Request& ended = *request;
            ended.complete(std::move(request));
        });
    }
    requests_.clear();
    if (socket_.is_open()) socket_.cancel();
}

}  // namespace store
