#include "imageserver/daemon/upkeep.hpp"

#include "imageserver/daemon/report.hpp"
#include "libdim/base/log.hpp"

namespace dim::server {

namespace {

constexpr int kTicksPerFlush = 5;
constexpr int kTicksPerRenewal = 6 * 60 * 60;
constexpr int kTicksPerCollection = 10 * 60;
constexpr std::int64_t kSecond = 1'000'000;

}  // namespace

Upkeep::Due Upkeep::tick() {
    auto done = journal_.find_lost(clock_.now());
    if (++ticks_ % kTicksPerFlush == 0 && done) done = alerts_.flush();
    note_failure(done);
    return {.use_new_certificate = ticks_ % kTicksPerRenewal == 0 && renew_certificate(),
            .collect_boot_files = ticks_ % kTicksPerCollection == 0};
}

/// A full disk is told once, not every second.
void Upkeep::note_failure(const Result<void>& done) {
    const std::string failure = done ? "" : to_string(done.error());
    if (failure != last_failure_ && !done) report("state", done.error());
    last_failure_ = failure;
}

bool Upkeep::renew_certificate() {
    const auto renewed = identity_.renew_if_due(clock_.now().microseconds() / kSecond);
    if (!renewed) report("server certificate", renewed.error());
    if (!renewed || !*renewed) return false;
    log(LogLevel::notice, "a new server certificate is in use");
    return true;
}

}  // namespace dim::server
