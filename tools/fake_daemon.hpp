#pragma once

#include "libdim/api/cluster_messages.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/http/server.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "tools/command.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cassert>
#include <map>
#include <mutex>
#include <thread>

namespace dim::tool {

/// A daemon on a Unix socket that gives prepared answers and remembers what it was asked. No other
/// image server has joined it.
class [[nodiscard]] FakeDaemon {
public:
    FakeDaemon() {
        server_.emplace(
            context_.get_executor(),
            http::Server::Settings{.limits = {.body = api::limits::kClusterMessageBytes}},
            [this](const http::Request& request, const http::Peer&)
                -> boost::asio::awaitable<http::Reply> { co_return answer(request); },
            [](const http::Peer&, http::Refusal, std::string_view) {});
        const auto listening = server_->listen_unix(socket_path(), 0600);
        assert(listening);
        (void)listening;
        prepare("GET /v1/servers", R"({"servers":[]})");
        thread_ = std::thread([this] { context_.run(); });
    }
    ~FakeDaemon() {
        boost::asio::post(context_, [this] { server_->stop(); });
        thread_.join();
    }
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;

    std::string socket_path() const { return directory_ / "api.sock"; }
    Context context() const { return {.client = ApiClient(socket_path()), .is_terminal = false}; }

    /// WHAT: "GET /v1/status", or with the body that is asked with: "POST /v1/names {…}".
    void prepare(const std::string& what, std::string body) {
        prepare(what, http::Response{.body = std::move(body)});
    }
    void prepare(const std::string& what, const Error& error) {
        const api::Problem problem = api::to_problem(error);
        prepare(what, http::Response{.status = static_cast<int>(problem.status),
                                     .content_type = "application/problem+json",
                                     .body = to_json(problem)});
    }
    /// XML is in force, as revision 7.
    void prepare_cluster(std::string xml) {
        prepare("GET /v1/cluster", to_json(api::ClusterRevision{.number = 7,
                                                                .time = *model::Timestamp::parse(
                                                                    "2026-11-20T13:40:00.000000Z"),
                                                                .origin = "x",
                                                                .sha256 = "ab",
                                                                .blades = 7,
                                                                .is_in_force = true,
                                                                .xml = std::move(xml)}));
    }
    /// "GET /v1/status" and "POST /v1/names {…}", in the order they came.
    std::vector<std::string> requests() const {
        const std::scoped_lock lock(mutex_);
        return requests_;
    }

private:
    void prepare(const std::string& what, http::Response response) {
        const std::scoped_lock lock(mutex_);
        answers_[what] = std::move(response);
    }
    http::Response answer(const http::Request& request) {
        const std::scoped_lock lock(mutex_);
        const std::string what = std::string(to_string(request.method)) + ' ' + request.target;
        requests_.push_back(request.body.empty() ? what : what + ' ' + request.body);
        if (const auto found = answers_.find(requests_.back()); found != answers_.end())
            return found->second;
        if (const auto found = answers_.find(what); found != answers_.end()) return found->second;
        return http::Response{.status = 404, .body = "{}"};
    }

    dim::testing::TemporaryDirectory directory_;
    mutable std::mutex mutex_;
    std::map<std::string, http::Response> answers_;
    std::vector<std::string> requests_;
    boost::asio::io_context context_{1};
    std::optional<http::Server> server_;
    std::thread thread_;
};

/// What POST /v1/names answers: blades of these names.
inline std::string blade_names(const std::vector<std::string>& names) {
    api::NameList list;
    for (const std::string& name : names) {
        const auto parsed = model::ComponentName::parse(name).value();
        list.names.push_back({parsed, parsed, "blade", {}, {}});
    }
    return to_json(list);
}

}  // namespace dim::tool
