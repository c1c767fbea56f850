#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/http/client.hpp"
#include "libdim/model/names.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/fd.hpp"
#include "tools/failure.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dim::tool {

/// The daemon's API through its Unix socket. Every call makes its own connection and blocks.
/// Failures: no_daemon, with the cure, when nobody listens; else the problem the daemon answered.
class ApiClient {
public:
    explicit ApiClient(std::string socket_path) : socket_path_(std::move(socket_path)) {}
    /// The same of SERVER, which has joined the one whose daemon has that socket.
    ApiClient(std::string socket_path, model::ComponentName server)
        : socket_path_(std::move(socket_path)), server_(std::move(server)) {}

    template <class Answer>
    Outcome<Answer> get(const std::string& target) const {
        DIM_TRY(const std::string body, exchange(http::Method::get, target, ""));
        return api::parse<Answer>(body);
    }

    template <class Answer, class Question>
    Outcome<Answer> post(const std::string& target, const Question& question) const {
        DIM_TRY(const std::string body,
                exchange(http::Method::post, target, api::to_json(question)));
        return api::parse<Answer>(body);
    }

    /// The text of the answer, which is empty for 204. Fails when none has come within PATIENCE.
    Outcome<std::string> exchange(http::Method method, const std::string& target, std::string body,
                                  std::chrono::milliseconds patience = kPatience) const;

    using ProgressReceiver = std::function<void(const api::JobLine&)>;
    /// A request that takes long: RECEIVER gets every progress line. Returns what was achieved.
    Outcome<std::string> run_job(http::Method method, const std::string& target, std::string body,
                                 const ProgressReceiver& receiver) const;

    /// A stream that ends only when the daemon does, or RECEIVER returns a failure. Fails by UNTIL
    /// at the latest, also when nothing comes.
    Outcome<> follow(const std::string& target,
                     const std::function<Outcome<>(std::string_view)>& receiver,
                     const sys::Deadline& until = sys::Deadline::never()) const;
    /// The same, of a request that ends: RECEIVER gets every line of the answer.
    Outcome<> follow(http::Method method, const std::string& target, std::string body,
                     const std::function<Outcome<>(std::string_view)>& receiver,
                     const sys::Deadline& until = sys::Deadline::never()) const;

private:
    static constexpr std::chrono::seconds kPatience{60};
    Outcome<std::unique_ptr<http::ByteStream>>
    connect(const sys::Deadline& until = sys::Deadline::never()) const;
    Outcome<> pass_gate(const sys::Fd& socket, const sys::Deadline& until) const;

    std::string socket_path_;
    std::optional<model::ComponentName> server_;
};

}  // namespace dim::tool
