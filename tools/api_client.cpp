#include "tools/api_client.hpp"

#include "libdim/api/limits.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/sys/unix_socket.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace dim::tool {

namespace {

using namespace std::chrono_literals;

constexpr http::Client::Settings kClientSettings{
    .limits = {.body = api::limits::kClusterMessageBytes}};
constexpr auto kConnectTimeout = 5s;
constexpr auto kGateTimeout = 15s;  // longer than the daemon tries to reach a member

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

/// Where the daemon of SOCKET lets through to members: in the same directory.
std::string member_socket_beside(const std::string& socket) {
    return socket.substr(0, socket.rfind('/') + 1) + "members.sock";
}

/// In TIME, but by UNTIL at the latest.
sys::Deadline sooner(std::chrono::milliseconds time, const sys::Deadline& until) {
    const std::chrono::milliseconds left{until.poll_timeout()};
    return until.is_never() || time < left ? sys::Deadline::in(time) : until;
}

/// A socket on which no wait is longer than until its own deadline.
class BoundedStream final : public http::ByteStream {
public:
    BoundedStream(sys::Fd socket, const sys::Deadline& until)
        : stream_(std::move(socket)), until_(until) {}
    Result<std::size_t> read(std::span<char> buffer, const sys::Deadline& deadline) override {
        return stream_.read(buffer, bounded(deadline));
    }
    Result<void> write(std::string_view bytes, const sys::Deadline& deadline) override {
        return stream_.write(bytes, bounded(deadline));
    }

private:
    sys::Deadline bounded(const sys::Deadline& deadline) const {
        if (deadline.is_never()) return until_;
        return sooner(std::chrono::milliseconds(deadline.poll_timeout()), until_);
    }

    http::SocketStream stream_;
    sys::Deadline until_;
};

bool is_success(const http::Response& response) {
    return response.status >= 200 && response.status < 300;
}

}  // namespace

/// Asks the daemon to carry what follows to the server; see imageserver/peer/member_gate.hpp.
Outcome<> ApiClient::pass_gate(const sys::Fd& socket, const sys::Deadline& until) const {
    const sys::Deadline deadline = sooner(kGateTimeout, until);
    DIM_CHECK(sys::send_all(socket, to_string(*server_) + '\n', deadline));
    std::string line;
    while (!line.ends_with('\n') && line.size() < api::limits::kMessageBytes) {
        std::array<char, 1024> buffer;
        DIM_TRY(const std::size_t count, sys::receive(socket, buffer, deadline));
        if (count == 0) return fail(ErrorCode::unavailable, "the daemon closed the connection");
        line.append(buffer.data(), count);
    }
    if (line == "ok\n") return {};
    DIM_TRY(const auto problem, api::parse<api::Problem>(line));
    return fail(to_error(problem));
}

Outcome<std::unique_ptr<http::ByteStream>> ApiClient::connect(const sys::Deadline& until) const {
    const std::string path = server_ ? member_socket_beside(socket_path_) : socket_path_;
    auto socket = sys::connect_unix(path, sooner(kConnectTimeout, until));
    if (!socket) {
        const Error& error = socket.error();
        if (error.code() == ErrorCode::permission_denied) {
            return fail(Error(error).with_cure("run this command as root"));
        }
        return std::unexpected(
            Failure(ExitCode::no_daemon,
                    Error(ErrorCode::unavailable,
                          "no image-server daemon answers at " + path + ": " + error.message())
                        .with_cure("start it with 'systemctl start dim-imageserver' or "
                                   "'imageserver --cluster FILE'; "
                                   "--socket names another socket")));
    }
    if (server_) DIM_CHECK(pass_gate(*socket, until));
    return std::make_unique<BoundedStream>(*std::move(socket), until);
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
        return fail(Error(ErrorCode::unavailable, "the connection ended before the work was done")
                        .with_cure(server_
                                       ? "it goes on there: ask 'dim --on " + to_string(*server_) +
                                             " status'"
                                       : "the work is finished or undone when the daemon starts "
                                         "again; ask 'dim status'"));
    }
    return *std::move(outcome);
}

Outcome<> ApiClient::follow(const std::string& target,
                            const std::function<Outcome<>(std::string_view)>& receiver,
                            const sys::Deadline& until) const {
    return follow(http::Method::get, target, "", receiver, until);
}

Outcome<> ApiClient::follow(http::Method method, const std::string& target, std::string body,
                            const std::function<Outcome<>(std::string_view)>& receiver,
                            const sys::Deadline& until) const {
    DIM_TRY(auto stream, connect(until));
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
