#include "tools/api_client.hpp"

#include "libdim/api/limits.hpp"
#include "libdim/sys/unix_socket.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace dim::tool {

namespace {

using namespace std::chrono_literals;

constexpr http::Client::Settings kClientSettings{
    .limits = {.body = api::limits::kClusterMessageBytes}};
constexpr auto kConnectTimeout = 5s;

http::Request make_request(http::Method method, const std::string& target, std::string body) {
    http::Request request;
    request.method = method;
    request.target = target;
    if (!body.empty()) request.content_type = "application/json";
    request.body = std::move(body);
    return request;
}

/// The error a refusal carries; a body that is no problem document is quoted.
Error error_of(const http::Response& response) {
    if (const auto problem = api::parse<api::Problem>(response.body)) return to_error(*problem);
    return Error(ErrorCode::internal,
                 "the daemon answered with status " + std::to_string(response.status));
}

bool is_success(const http::Response& response) {
    return response.status >= 200 && response.status < 300;
}

}  // namespace

Outcome<std::unique_ptr<http::ByteStream>> ApiClient::connect() const {
    auto socket = sys::connect_unix(socket_path_, sys::Deadline::in(kConnectTimeout));
    if (!socket) {
        const Error& error = socket.error();
        if (error.code() == ErrorCode::permission_denied) {
            return fail(Error(error).with_cure("run this command as root"));
        }
        return std::unexpected(
            Failure(ExitCode::no_daemon,
                    Error(ErrorCode::unavailable, "no image-server daemon answers at " +
                                                      socket_path_ + ": " + error.message())
                        .with_cure("start it with 'systemctl start dim-imageserver' or "
                                   "'imageserver --cluster FILE'; "
                                   "--socket names another socket")));
    }
    return std::make_unique<http::SocketStream>(*std::move(socket));
}

Outcome<std::string> ApiClient::exchange(http::Method method, const std::string& target,
                                         std::string body,
                                         std::chrono::milliseconds patience) const {
    DIM_TRY(auto stream, connect());
    http::Client client(std::move(stream), kClientSettings);
    DIM_TRY(auto response, client.exchange(make_request(method, target, std::move(body)),
                                           sys::Deadline::in(patience)));
    if (!is_success(response)) return fail(error_of(response));
    return std::move(response.body);
}

Outcome<std::string> ApiClient::run_job(http::Method method, const std::string& target,
                                        std::string body, const ProgressReceiver& receiver) const {
    DIM_TRY(auto stream, connect());
    http::Client client(std::move(stream), kClientSettings);
    std::optional<Outcome<std::string>> outcome;
    const auto take_line = [&](std::string_view line) {
        auto parsed = api::parse<api::JobLine>(line);
        if (!parsed) {
            outcome.emplace(fail(std::move(parsed).error()));
        } else if (parsed->problem) {
            outcome.emplace(fail(to_error(*parsed->problem)));
        } else if (parsed->done) {
            outcome.emplace(*parsed->done);
        } else {
            receiver(*parsed);
        }
        return outcome ? http::Client::Next::stop : http::Client::Next::go_on;
    };
    // The daemon says at once that it took the job; how long a step takes nobody can know.
    DIM_TRY(const auto response, client.follow(make_request(method, target, std::move(body)),
                                               sys::Deadline::in(kPatience), 0ms, take_line));
    if (!is_success(response)) return fail(error_of(response));
    if (!outcome) {
        return fail(
            Error(ErrorCode::unavailable, "the daemon ended before the work was done")
                .with_cure(
                    "the work is finished or undone when it starts again; ask 'dim status'"));
    }
    return *std::move(outcome);
}

Outcome<> ApiClient::follow(const std::string& target,
                            const std::function<Outcome<>(std::string_view)>& receiver) const {
    return follow(http::Method::get, target, "", receiver);
}

Outcome<> ApiClient::follow(http::Method method, const std::string& target, std::string body,
                            const std::function<Outcome<>(std::string_view)>& receiver) const {
    DIM_TRY(auto stream, connect());
    http::Client client(std::move(stream), kClientSettings);
    Outcome<> outcome;
    const auto take_line = [&](std::string_view line) {
        outcome = receiver(line);
        return outcome ? http::Client::Next::go_on : http::Client::Next::stop;
    };
    DIM_TRY(const auto response, client.follow(make_request(method, target, std::move(body)),
                                               sys::Deadline::in(kPatience), 0ms, take_line));
    if (!is_success(response)) return fail(error_of(response));
    return outcome;
}

}  // namespace dim::tool
