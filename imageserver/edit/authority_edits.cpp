#include "imageserver/edit/authority_edits.hpp"

#include "imageserver/boot/server_observations.hpp"

#include <algorithm>

namespace dim::server {

using model::ComponentName;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::size_t kNamesTold = 10;

std::int64_t seconds(Moment now) { return now.time.microseconds() / kSecond; }

model::Timestamp moment(std::int64_t of_seconds) {
    constexpr std::int64_t kLast = 253'402'300'799;  // what a Timestamp can be
    return *model::Timestamp::from_microseconds(std::clamp<std::int64_t>(of_seconds, 0, kLast) *
                                                kSecond);
}

api::CertificateSummary summary_of(const tls::CertificateInfo& certificate) {
    return {certificate.fingerprint, moment(certificate.not_before), moment(certificate.not_after)};
}

std::string count_of(std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// "3 blades (s01c1b01, s01c1b02, …)".
template <class Name>
std::string list_of(const std::vector<Name>& names, const std::string& what) {
    std::string text = count_of(names.size(), what) + " (";
    for (std::size_t i = 0; i < std::min(names.size(), kNamesTold); ++i)
        text += (i == 0 ? "" : ", ") + to_string(names[i]);
    return text + (names.size() > kNamesTold ? ", …)" : ")");
}

/// Its agent, or the monitor that the agent left, will connect again and must trust us.
bool has_agent(const BootRecord& boot, Moment now, const Moment& listening_since) {
    return boot.kernel && !boot.lost && !is_silent(boot, now, listening_since);
}

void no_progress(std::string_view, std::uint64_t, std::uint64_t) {}

}  // namespace

Result<std::vector<ComponentName>> AuthorityEdits::blades_without(const std::string& fingerprint) {
    DIM_TRY(const auto boots, journal_.newest_boots());
    const Moment now = clock_.now();
    std::vector<ComponentName> blades;
    for (const RosterEntry& entry : roster_.entries()) {
        const auto boot = boots.find(entry.blade.name);
        if (boot == boots.end() || !has_agent(boot->second, now, journal_.listening_since()))
            continue;
        const auto& trusted = boot->second.authorities;
        if (!trusted || !std::ranges::count(*trusted, fingerprint))
            blades.push_back(entry.blade.name);
    }
    return blades;
}

Result<api::AuthorityStatus> AuthorityEdits::status() {
    DIM_TRY(const auto certificates, identity_.describe());
    api::AuthorityStatus status{.authority = summary_of(certificates.authority),
                                .server = summary_of(certificates.server),
                                .images = {},
                                .blades = {}};
    DIM_TRY(status.images, boot_files_.outdated());
    if (!certificates.next) return status;
    status.next = summary_of(*certificates.next);
    DIM_TRY(status.blades, blades_without(certificates.next->fingerprint));
    return status;
}

Result<Edit> AuthorityEdits::rotate(const api::RotateAuthority& request, const Progress& progress) {
    return request.finish ? finish(request.force, progress) : begin(progress);
}

Result<Edit> AuthorityEdits::begin(const Progress& progress) {
    progress("making the next authority", 0, 0);
    DIM_CHECK(identity_.begin_rotation(seconds(clock_.now())));
    DIM_TRY(const std::size_t built, rebuild(progress));
    DIM_TRY(const auto after, status());
    std::string done = "the next authority is made, and boot files trust both; " +
                       count_of(built, "boot file") + " built anew";
    done += after.blades.empty() ? "; every blade that is up trusts it: 'dim ca rotate --finish'"
                                 : "; power-cycle " + list_of(after.blades, "blade") +
                                       ", then 'dim ca rotate --finish'";
    return Edit{.done = std::move(done), .needs = {.dhcp = true}};
}

Result<Edit> AuthorityEdits::finish(bool is_forced, const Progress& progress) {
    DIM_TRY(const auto before, status());
    // One that has expired protects nobody: every blade is locked out until the next takes over.
    const bool is_in_use = before.authority.not_after > clock_.now().time;
    const bool is_refusable = before.next && is_in_use && !is_forced;
    if (is_refusable && !before.images.empty()) {
        return fail(Error(ErrorCode::conflict, "the boot files of " +
                                                   list_of(before.images, "image") +
                                                   " do not trust the next authority")
                        .with_cure("'dim ca rotate' builds them anew; or --force"));
    }
    if (is_refusable && !before.blades.empty()) {
        return fail(
            Error(ErrorCode::conflict,
                  list_of(before.blades, "blade") +
                      " booted before the next authority was made: they would be locked "
                      "out, running, but lost to 'dim status'")
                .with_cure("power-cycle them; 'dim ca show' tells who is left; or --force"));
    }
    progress("the next authority takes over", 0, 0);
    DIM_CHECK(identity_.finish_rotation(seconds(clock_.now())));
    auto built = rebuild(progress);
    if (!built) {
        return fail(std::move(built).error().with_context(
            "the new authority is in force, but boot files still trust the old one, too"));
    }
    return Edit{.done = "the new authority is in force, the old one is gone; " +
                        count_of(*built, "boot file") + " built anew",
                .needs = {.dhcp = true}};
}

Result<std::size_t> AuthorityEdits::rebuild(const Progress& progress) {
    DIM_TRY(const auto images, boot_files_.outdated());
    std::optional<Error> failure;  // the first; one image does not stop the others
    for (const model::ImageName& image : images) {
        const auto built = boot_files_.rebuild(image, progress);
        if (!built && !failure)
            failure = Error(built.error())
                          .with_context("boot file of " + to_string(image))
                          .with_default_cure("'dim buildzimage " + to_string(image) +
                                             "', then 'dim ca rotate' again");
    }
    if (failure) return fail(*std::move(failure));
    return images.size();
}

Result<std::size_t> AuthorityEdits::resume() {
    DIM_TRY(const auto certificates, identity_.describe());
    // Without a rotation they may well be of a former version, which did not note what they trust.
    if (!certificates.next) return 0;
    return rebuild(no_progress);
}

}  // namespace dim::server
