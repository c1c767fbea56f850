#include "initagent/boot_loop.hpp"

#include "initagent/backoff.hpp"
#include "libdim/base/log.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/init_process.hpp"

#include <algorithm>
#include <utility>

namespace dim::agent {

namespace {

constexpr std::chrono::seconds kLongestRetryAfter{300};

void tell_console(const api::BootFailure& failure) {
    log(LogLevel::error, "boot attempt " + std::to_string(failure.attempt) + " failed at stage " +
                             std::string(to_string(failure.stage)) + ": " + failure.cause);
    if (!failure.tried.empty()) log(LogLevel::error, "  tried: " + failure.tried);
}

enum class Acted { yes, no };

Acted run_shell(char* const* environment) {
    log(LogLevel::notice, "a shell, as dim.on-failure=shell says; exit it to try again");
    const auto ended = sys::run_on_console({"/bin/sh"}, environment);
    if (ended) return Acted::yes;
    log(LogLevel::error,
        "no shell: " + to_string(ended.error()) + " (the boot file has none); trying again");
    return Acted::no;
}

Acted act(OnFailure action, char* const* environment) {
    switch (action) {
        case OnFailure::retry: return Acted::no;
        case OnFailure::shell: return run_shell(environment);
        case OnFailure::reboot:
            log(LogLevel::notice, "rebooting, as dim.on-failure=reboot says");
            log(LogLevel::error, to_string(sys::reboot()));
            return Acted::no;
    }
    std::unreachable();
}

}  // namespace

OnFailure after_failure(std::uint32_t attempt, const AgentSettings& settings) {
    if (!settings.retries || attempt % *settings.retries != 0) return OnFailure::retry;
    return settings.on_failure;
}

std::chrono::milliseconds wait_before_retry(std::chrono::milliseconds delay,
                                            std::optional<std::chrono::seconds> retry_after) {
    if (!retry_after) return delay;
    return std::max(delay, std::chrono::milliseconds(std::min(*retry_after, kLongestRetryAfter)));
}

void boot_until_it_works(Boot& boot) {
    std::optional<Backoff> backoff;
    for (std::uint32_t attempt = 1;; ++attempt) {
        StageReporter reporter(attempt);
        const api::BootFailure failure = reporter.failure(boot.attempt(reporter));
        tell_console(failure);
        boot.report(failure);

        const AgentSettings& settings = boot.environment().settings;
        // Whoever leaves a shell wants another attempt now.
        if (act(after_failure(attempt, settings), boot.process_environment()) == Acted::yes)
            continue;
        if (!backoff) backoff.emplace(settings.longest_delay);
        const auto wait = wait_before_retry(backoff->next(random_number()), boot.retry_after());
        log(LogLevel::notice, "next attempt in " + std::to_string(wait.count() / 1000) + "." +
                                  std::to_string(wait.count() / 100 % 10) + " s");
        sys::sleep_for(wait);
    }
}

}  // namespace dim::agent
