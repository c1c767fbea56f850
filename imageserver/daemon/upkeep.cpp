#include "imageserver/daemon/upkeep.hpp"

#include "imageserver/daemon/report.hpp"
#include "libdim/base/log.hpp"

namespace dim::server {

namespace {

constexpr int kTicksPerFlush = 5;
constexpr int kTicksPerNeighbours = 10;
/// A clock that was wrong when the daemon started is put right at any time; blades wait for us to
/// notice.
constexpr int kTicksPerCertificateCheck = 30;
constexpr int kTicksPerCollection = 10 * 60;
constexpr int kTicksPerRenewal = 60;
constexpr int kTicksPerLook = 10;
constexpr int kTicksPerReservation = 10 * 60;
constexpr int kTicksPerTrash = 10 * 60;
constexpr int kTicksPerOverrides = 5;
constexpr int kTicksPerCheck = 10 * 60;
/// Not among what a start has to do.
constexpr int kFirstCheck = 5 * 60;
// An alert's kind and origin.
constexpr const char* kUnwritable = "state-unwritable";
constexpr const char* kState = "dim.db";
constexpr std::int64_t kSecond = 1'000'000;

std::string date_text(std::int64_t seconds) {
    const auto time = model::Timestamp::from_microseconds(seconds * kSecond);
    return time ? to_string(*time).substr(0, 10) : "an unknown date";
}

/// Nothing as long as it has more than a year.
std::optional<Error> authority_problem(const tls::CertificateInfo& authority, std::int64_t now) {
    if (authority.not_after - now >= Upkeep::kAuthorityWarning) return std::nullopt;
    const std::string date = date_text(authority.not_after);
    const std::string what =
        authority.not_after < now
            ? "the cluster's certificate authority has expired on " + date +
                  ": no blade whose clock is right boots any more, and running ones go lost"
            : "the cluster's certificate authority expires on " + date +
                  ": from then on no blade boots, and running ones go lost";
    return Error(ErrorCode::unavailable, what)
        .with_cure("'dim ca rotate' makes a new one; 'dim ca rotate --finish' when every blade has "
                   "been booted since");
}

}  // namespace

Upkeep::Due Upkeep::tick() {
    ++ticks_;
    const Moment now = clock_.now();
    alerts_.keep_before(now);
    note_failure(write_state());
    if (ticks_ % kTicksPerLook == 1) look_at_disk();
    // Somebody who takes the interface down and up again empties the kernel's table.
    if (ticks_ % kTicksPerNeighbours == 0 || neighbours_.is_outdated()) neighbours_.keep();
    if (ticks_ % kTicksPerCertificateCheck == 0) {
        look_at_certificate(now);
        look_at_authority(now);
    }
    return {.new_certificate = new_certificate(),
            .collect_boot_files = ticks_ % kTicksPerCollection == 0,
            // What a killed daemon did not come to, at the first tick.
            .renew_boot_files = ticks_ % kTicksPerRenewal == 1,
            .reserve_blade_images = ticks_ % kTicksPerReservation == 1,
            .collect_trash = ticks_ % kTicksPerTrash == 1,
            .look_at_overrides = ticks_ % kTicksPerOverrides == 2,
            .check_blade_images = ticks_ % kTicksPerCheck == kFirstCheck};
}

Result<void> Upkeep::find_lost() {
    const Moment now = clock_.now();
    std::optional<std::map<model::ComponentName, SeenOff>> off;  // mostly nobody went silent
    return journal_.find_lost(now, [&](const BootRecord& boot) {
        if (!off) off = chassis_.seen_off();
        const auto seen = off->find(boot.blade);
        return seen != off->end() && is_off(seen->second, &boot, now);
    });
}

Result<void> Upkeep::write_state() {
    DIM_CHECK(find_lost());
    if (ticks_ % kTicksPerFlush != 0) return {};
    // The alert itself is written, if nothing else: so this fails as long as nothing can be.
    DIM_CHECK(alerts_.flush());
    if (is_unwritable_) alerts_.forget(kUnwritable, kState);
    is_unwritable_ = false;
    return {};
}

void Upkeep::note_unwritable(const Error& error) {
    is_unwritable_ = true;
    std::string text = error.message();
    if (const std::size_t kept = journal_.unstored_count(); kept != 0)
        text += "; boots that are only in memory: " + std::to_string(kept);
    alerts_.note({kUnwritable, kState, std::move(text), error.cure()}, clock_.now());
}

void Upkeep::look_at_disk() {
    const auto looked = disk_.look();
    const std::string failure = looked ? "" : to_string(looked.error());
    if (failure != last_disk_failure_ && !looked) report("disk", looked.error());
    last_disk_failure_ = failure;
}

/// A full disk is told once, not every second.
void Upkeep::note_failure(const Result<void>& done) {
    const std::string failure = done ? "" : to_string(done.error());
    if (failure != last_failure_ && !done) report("state", done.error());
    if (!done && (failure != last_failure_ || ticks_ % kTicksPerFlush == 0))
        note_unwritable(done.error());
    last_failure_ = failure;
}

void Upkeep::look_at_authority(Moment now) {
    const auto certificates = identity_.describe();
    // What cannot be read cannot be renewed either, which is told.
    if (!certificates) return;
    (void)authority_alert_.set(
        authority_problem(certificates->authority, now.time.microseconds() / kSecond), now);
}

void Upkeep::look_at_certificate(Moment now) {
    const auto renewed = identity_.renew_if_due(now.time.microseconds() / kSecond);
    std::optional<Error> problem;
    if (!renewed) {
        problem =
            Error(renewed.error())
                .with_context(
                    "the server's certificate could not be renewed, and is tried again every 30 s");
    }
    if (certificate_alert_.set(problem, now)) report("server certificate", *problem);
}

std::shared_ptr<const tls::ServerSettings> Upkeep::new_certificate() {
    const std::uint64_t number = identity_.certificate_number();
    if (number == used_certificate_) return nullptr;
    auto settings = identity_.server_settings();
    if (!settings) {  // memory: it is tried again with the next tick
        report("server certificate", settings.error());
        return nullptr;
    }
    used_certificate_ = number;
    log(LogLevel::notice, "a new server certificate is in use");
    return std::make_shared<const tls::ServerSettings>(*std::move(settings));
}

}  // namespace dim::server
