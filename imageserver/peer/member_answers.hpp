#pragma once

#include "imageserver/peer/membership.hpp"
#include "imageserver/state/wall_clock.hpp"
#include "libdim/api/server_messages.hpp"
#include "libdim/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace dim::server {

/// What members answer to questions of which the last answer is worth showing when they do not.
/// Kept in memory. Any thread may call.
class MemberAnswers {
public:
    static constexpr std::size_t kMostAnswers = 256;
    static constexpr std::size_t kMostBytes = 4 * 1024 * 1024;  ///< of one

    /// The references outlive this.
    MemberAnswers(Membership& membership, const WallClock& clock)
        : membership_(membership), clock_(clock) {}

    /// GETs TARGET of the daemon of SERVER; blocks for seconds at most. Errors: not_found for what
    /// is no member.
    Result<api::MemberAnswer> ask(const model::ComponentName& server, const std::string& target);

private:
    using Question = std::pair<model::ComponentName, std::string>;
    struct Kept {
        std::string text;
        std::int64_t uptime_us;
    };
    void keep(const Question& question, const std::string& text);
    api::MemberAnswer last_answer(const Question& question, const Error& problem);

    Membership& membership_;
    const WallClock& clock_;
    std::mutex mutex_;
    std::map<Question, Kept> kept_;
};

}  // namespace dim::server
