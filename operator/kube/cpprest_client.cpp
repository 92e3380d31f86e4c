// cpprestsdk's own headers use what Asio deprecates.
#undef BOOST_ASIO_NO_DEPRECATED

#include "operator/kube/cpprest_client.h"

#include "operator/kube/request.h"
#include "operator/kube/response.h"
#include "operator/kube/tls_context.h"
#include "operator/kube/token_source.h"
#include "operator/kube/watch_decoder.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>
#include <netinet/tcp.h>
#include <string>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cpprest/http_client.h>
#include <openssl/crypto.h>
#include <pplx/threadpool.h>

namespace kube {
namespace {

using boost::asio::ip::tcp;
using web::http::client::http_client;
using web::http::client::http_client_config;

/// More than any page or object; a guard for memory, not a limit of the API.
constexpr std::size_t kMaxBody = 64 * 1024 * 1024;

/// What a failed request is to the caller.
Error transport_error(const Request& request, const std::exception& exception, const std::string& reason) {
    const auto* http = dynamic_cast<const web::http::http_exception*>(&exception);
    const bool timed_out = http != nullptr && http->error_code() == std::errc::timed_out;
    std::string message = request.method + " " + request.target.substr(0, request.target.find('?')) + ": " +
                          exception.what() + (reason.empty() ? "" : ": " + reason);
    return {timed_out ? ErrorKind::timeout : ErrorKind::unavailable, std::move(message)};
}

/// One request and its answer, read as it arrives. Ends the connection when it is stopped or left early.
class Exchange {
  public:
    Exchange(const Request& request, TlsContext* tls, std::stop_token stop)
        : request_(request),
          tls_(tls),
          stop_(std::move(stop)),
          on_stop_(stop_, [this] { cancel_.cancel(); }) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange() {
        if (!complete_) {
            cancel_.cancel();
        }
    }

    /// Sends the request and waits for the head of the answer.
    Result<Response> send(http_client& client, const std::string& server_name, const std::string& token) {
        return guarded([&] {
            web::http::http_request message(request_.method);
            message.set_request_uri(web::uri(request_.target));
            message.headers().add("Accept", "application/json");
            message.headers().add("User-Agent", std::string(kFieldManager));
            if (!server_name.empty()) {
                // The library takes the name that it expects in the certificate from here.
                message.headers().add("Host", server_name);
            }
            if (!token.empty()) {
                message.headers().add("Authorization", "Bearer " + token);
            }
            if (!request_.body.empty()) {
                message.set_body(request_.body, request_.content_type);
            }
            response_ = client.request(message, cancel_.get_token()).get();
            Response head{.status = response_.status_code()};
            response_.headers().match("Retry-After", head.retry_after);
            return head;
        });
    }

    /// What has arrived of the body, waiting until there is something; empty at its end. The view is valid
    /// until the next call.
    Result<std::string_view> receive() {
        return guarded([&]() -> std::string_view {
            // getn alone would wait until the buffer is full, and hold back a watch's events.
            auto body = response_.body().streambuf();
            const int first = body.bumpc().get();
            if (first == decltype(body)::traits::eof()) {
                complete_ = true;
                return {};
            }
            buffer_.front() = static_cast<unsigned char>(first);
            const std::size_t more = std::min(body.in_avail(), buffer_.size() - 1);
            const std::size_t read = more > 0 ? body.getn(buffer_.data() + 1, more).get() : 0;
            return {reinterpret_cast<const char*>(buffer_.data()), read + 1};
        });
    }

  private:
    template <class Step>
    Result<std::invoke_result_t<Step>> guarded(Step step) {
        try {
            return step();
        } catch (const std::exception& exception) {
            if (stop_.stop_requested()) {
                return fail(ErrorKind::cancelled, "stopped");
            }
            return tl::unexpected(
                transport_error(request_, exception, tls_ != nullptr ? tls_->take_failure() : std::string{}));
        }
    }

    const Request& request_;
    TlsContext* tls_;
    pplx::cancellation_token_source cancel_;
    std::stop_token stop_;
    web::http::http_response response_;
    std::array<unsigned char, 16 * 1024> buffer_;
    bool complete_ = false;
    std::stop_callback<std::function<void()>> on_stop_;
};

Result<Response> read_body(Exchange& exchange, Response response) {
    while (true) {
        const auto bytes = exchange.receive();
        if (!bytes) {
            return tl::unexpected(bytes.error());
        }
        if (bytes->empty()) {
            return response;
        }
        if (response.body.size() + bytes->size() > kMaxBody) {
            return fail(ErrorKind::internal, "the API server's answer is larger than 64 MiB");
        }
        response.body.append(*bytes);
    }
}

/// Lets the kernel find out within 30 s that the other side is gone without a word (a node or a load
/// balancer that died), where a silent watch would wait for minutes. Sockets can only be set up before the
/// library connects them, and opened for the family of an address; in a cluster the server is one.
void watch_over(tcp::socket& socket, const boost::asio::ip::address& server) {
    boost::system::error_code ignored;
    if (socket.is_open() || socket.open(server.is_v6() ? tcp::v6() : tcp::v4(), ignored)) {
        return;
    }
    const auto set = [&](int level, int option, int value) {
        setsockopt(socket.native_handle(), level, option, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 15);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
    set(IPPROTO_TCP, TCP_KEEPCNT, 3);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, 30'000);
}

http_client_config client_config(const std::string& host, const std::shared_ptr<TlsContext>& tls,
                                 std::chrono::milliseconds silence) {
    http_client_config config;
    config.set_timeout(silence);
    config.set_max_redirects(0);
    boost::system::error_code not_an_address;
    const auto address = boost::asio::ip::make_address(host, not_an_address);
    if (tls) {
        // The callback keeps the context alive for as long as connections are made.
        config.set_ssl_context_callback([tls](boost::asio::ssl::context& context) { tls->install(context); });
        config.set_tlsext_sni_enabled(static_cast<bool>(not_an_address));
    }
    if (!not_an_address) {
        config.set_nativehandle_options([address, encrypted = tls != nullptr](void* handle) {
            using Encrypted = boost::asio::ssl::stream<tcp::socket&>;
            watch_over(encrypted ? static_cast<Encrypted*>(handle)->next_layer()
                                 : *static_cast<tcp::socket*>(handle),
                       address);
        });
    }
    return config;
}

class CpprestClient final : public Client {
  public:
    CpprestClient(const Config& config, const web::uri& server, std::shared_ptr<TlsContext> tls,
                  const SilenceLimits& limits, OnAnswer on_answer)
        : tls_(std::move(tls)),
          on_answer_(std::move(on_answer)),
          server_name_(config.tls_server_name),
          tokens_(config.token, config.token_file),
          calls_(server, client_config(host_of(config.server), tls_, limits.call)),
          watches_(server, client_config(host_of(config.server), tls_, limits.watch)) {}

    Result<Page> list(const Kind& kind, const Selection& selection, int limit,
                      const std::string& continue_token, std::stop_token stop) override {
        return call(list_request(kind, selection, limit, continue_token), stop)
            .and_then([&](const Response& response) { return decode_page(kind, response); });
    }

    Result<void> watch(const Kind& kind, const Selection& selection, const std::string& resource_version,
                       const std::function<void(WatchEvent)>& on_event, std::stop_token stop) override {
        const Request request = watch_request(kind, selection, resource_version);
        return authorized([&](const std::string& token) { return follow(request, token, on_event, stop); });
    }

    Result<json> create(const Kind& kind, const json& object, const CreateOptions& options,
                        std::stop_token stop) override {
        return call(create_request(kind, object, options), stop).and_then(decode_object);
    }

    Result<json> apply(const Kind& kind, const json& object, const ApplyOptions& options,
                       std::stop_token stop) override {
        return call(apply_request(kind, object, options), stop).and_then(decode_object);
    }

    Result<json> patch(const Kind& kind, const ObjectKey& key, const json& changes,
                       const PatchOptions& options, std::stop_token stop) override {
        return call(patch_request(kind, key, changes, options), stop).and_then(decode_object);
    }

    Result<void> remove(const Kind& kind, const ObjectKey& key, const DeleteOptions& options,
                        std::stop_token stop) override {
        return call(delete_request(kind, key, options), stop).map([](const Response&) {});
    }

  private:
    /// Attempts with the current token, and once more with a new one when it was refused.
    template <class Attempt>
    std::invoke_result_t<Attempt, const std::string&> authorized(Attempt attempt) {
        for (bool again = false;; again = true) {
            const auto token = tokens_.token(std::chrono::steady_clock::now());
            if (!token) {
                return tl::unexpected(token.error());
            }
            auto result = attempt(*token);
            const bool refused = !result && result.error().kind == ErrorKind::unauthorized;
            if (!refused || !tokens_.forget(*token) || again) {
                return result;
            }
        }
    }

    Result<Response> call(const Request& request, const std::stop_token& stop) {
        return authorized([&](const std::string& token) -> Result<Response> {
            auto response = fetch(calls_, request, token, stop);
            const bool broken = !response && response.error().kind == ErrorKind::unavailable;
            if (broken && request.idempotent) {
                // Kept connections break together, when the server restarts: the second attempt uses none of
                // them.
                http_client fresh(calls_.base_uri(), calls_.client_config());
                response = fetch(fresh, request, token, stop);
            }
            if (response && response->status / 100 != 2) {
                return tl::unexpected(error_of(*response));
            }
            return response;
        });
    }

    Result<Response> send(Exchange& exchange, const Request& request, http_client& client,
                          const std::string& token) {
        const auto began = std::chrono::steady_clock::now();
        auto head = exchange.send(client, server_name_, token);
        if (on_answer_) {
            on_answer_(request.method, head ? head->status : 0, std::chrono::steady_clock::now() - began);
        }
        return head;
    }

    Result<Response> fetch(http_client& client, const Request& request, const std::string& token,
                           const std::stop_token& stop) {
        Exchange exchange(request, tls_.get(), stop);
        return send(exchange, request, client, token).and_then([&](Response head) {
            return read_body(exchange, std::move(head));
        });
    }

    Result<void> follow(const Request& request, const std::string& token,
                        const std::function<void(WatchEvent)>& on_event, const std::stop_token& stop) {
        Exchange exchange(request, tls_.get(), stop);
        auto head = send(exchange, request, watches_, token);
        if (!head) {
            return tl::unexpected(head.error());
        }
        if (head->status != 200) {
            const auto response = read_body(exchange, *std::move(head));
            return tl::unexpected(response ? error_of(*response) : response.error());
        }
        WatchDecoder decoder;
        while (true) {
            const auto bytes = exchange.receive();
            if (!bytes) {
                return tl::unexpected(bytes.error());
            }
            if (bytes->empty()) {
                return decoder.finish();
            }
            if (auto decoded = decoder.feed(*bytes, on_event); !decoded) {
                return decoded;
            }
        }
    }

    const std::shared_ptr<TlsContext> tls_;
    const OnAnswer on_answer_;
    const std::string server_name_;
    TokenSource tokens_;
    http_client calls_;
    http_client watches_;
};

/// The library looks up an IPv6 address with its brackets, in vain; without them, and with a port, it gets it
/// right.
std::string without_brackets(std::string url) {
    const std::size_t open = url.find("://[");
    const std::size_t close = url.find(']');
    if (open == std::string::npos || close == std::string::npos) {
        return url;
    }
    if (url.substr(close + 1, 1) != ":") {
        url.insert(close + 1, url.starts_with("https") ? ":443" : ":80");
    }
    return url.erase(close, 1).erase(open + 3, 1);
}

/// What must be settled before cpprestsdk and OpenSSL are first used.
void prepare_library() {
    static std::once_flag once;
    std::call_once(once, [] {
        // The library's threads end after main: they must not find OpenSSL taken down.
        OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
        crossplat::threadpool::initialize_with_threads(4);
        // For each connection the library loads the system's certificate authorities, which we do not trust
        // and replace at once: a megabyte and 20 ms a time. Now it finds none.
        setenv("SSL_CERT_FILE", "/dev/null", 1);
        setenv("SSL_CERT_DIR", "/dev/null", 1);
    });
}

}  // namespace

Result<std::unique_ptr<Client>> connect(const Config& config, const SilenceLimits& limits,
                                        OnAnswer on_answer) {
    prepare_library();
    std::shared_ptr<TlsContext> tls;
    if (config.server.starts_with("https://")) {
        auto created = TlsContext::create(config);
        if (!created) {
            return tl::unexpected(created.error());
        }
        tls = *std::move(created);
    }
    try {
        return std::make_unique<CpprestClient>(config, web::uri(without_brackets(config.server)),
                                               std::move(tls), limits, std::move(on_answer));
    } catch (const std::exception& error) {
        return fail(ErrorKind::invalid, config.server + " is no URL of an API server: " + error.what());
    }
}

}  // namespace kube
