#include "imageserver/api/reply.hpp"
#include "imageserver/daemon/daemon_parts.hpp"
#include "imageserver/daemon/report.hpp"
#include "imageserver/tftp/ipxe_file.hpp"
#include "libdim/base/log.hpp"
#include "libdim/render/dhcp_plan.hpp"
#include "libdim/sys/notify.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace dim::server {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kTick{1};
constexpr std::chrono::seconds kMemberRetry{30};
constexpr std::chrono::seconds kServiceRetry{15};

}  // namespace

asio::awaitable<void> Daemon::Parts::keep_up() {
    asio::steady_timer timer(loop_);
    const auto tick = [this] { return upkeep_.tick(); };
    for (;;) {
        const Upkeep::Due due = co_await run_on(lanes_.upkeep, tick);
        if (due.collect_boot_files) collect_boot_files();
        if (due.renew_boot_files)
            asio::post(lanes_.images.threads(), [this] { boot_file_renewal_.renew(); });
        if (due.reserve_blade_images)
            asio::post(lanes_.images.threads(), [this] { disk_.reserve_blade_images(); });
        if (due.collect_trash) collect_trash();
        if (due.look_at_overrides) blade_image_upkeep_.renew_overrides();
        if (due.check_blade_images) blade_image_upkeep_.check();
        if (due.new_certificate) agent_server_->use_tls(due.new_certificate);
        timer.expires_after(kTick);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

/// On a lane of its own kind: members that do not answer take their time.
asio::awaitable<void> Daemon::Parts::bring_members_in_line() {
    asio::steady_timer timer(loop_);
    const auto catch_up = [this] {
        rollout_.catch_up();
        return true;
    };
    for (;;) {
        co_await run_on(lanes_.servers, catch_up);
        timer.expires_after(kMemberRetry);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

/// Once, and again after a while as long as one of them does not run as it should.
void Daemon::Parts::bring_up_services() {
    asio::post(lanes_.services, [this] {
        const bool is_complete = apply_services();
        asio::post(loop_, [this, is_complete] {
            if (auto told = sys::notify_service_manager("READY=1"); !told)
                report("service manager", told.error());
            if (is_complete) return;
            service_timer_.expires_after(kServiceRetry);
            service_timer_.async_wait([this](const boost::system::error_code& error) {
                if (!error) bring_up_services();
            });
        });
    });
}

/// True when all of them run with what the database and the roster say.
bool Daemon::Parts::apply_services() {
    bool is_complete = true;
    for (const Result<void>& outcome : {appliers_.apply_all(), services_.tftp().start()}) {
        if (outcome) continue;
        is_complete = false;
        log(LogLevel::error, to_string(outcome.error()));
    }
    is_complete = provide_ipxe() && is_complete;
    journal_.count_change();
    return is_complete;
}

/// For blades with BIOS; nobody misses it where there are none.
bool Daemon::Parts::provide_ipxe() {
    constexpr auto kKind = "ipxe";
    const auto provided = server::provide_ipxe(state_.boot_files.directory());
    const auto entries = state_.roster.entries();
    const bool is_needed = std::ranges::any_of(entries, [](const RosterEntry& entry) {
        return entry.blade.type == model::BladeType::x86_64_bios;
    });
    if (provided || !is_needed) {
        state_.alerts.forget(kKind, render::kIpxeFile);
        return true;
    }
    report("iPXE for blades with BIOS", provided.error());
    state_.alerts.note({kKind, render::kIpxeFile,
                        "blades with BIOS have nothing to load: " + provided.error().message(),
                        provided.error().cure()},
                       clock_.now());
    return false;
}

/// A file that the DHCP server may still name stays.
void Daemon::Parts::collect_boot_files() {
    const auto good_since = appliers_.dhcp_good_since();
    if (!good_since || ServiceApplier::Clock::now() - *good_since < BootFileStore::kKeepReplaced)
        return;
    // An edit that failed half-way may have replaced one without telling it.
    appliers_.request({.dhcp = true}, [this](const Result<void>& told) {
        if (!told) return report("boot files", told.error());
        asio::post(lanes_.images.threads(), [this] {
            if (auto collected = state_.boot_files.collect(); !collected)
                report("boot files", collected.error());
        });
    });
}

/// To the blades whose next boot loads another one than before.
void Daemon::Parts::name_boot_files() {
    appliers_.request({.dhcp = true}, [](const Result<void>& told) {
        if (!told) report("boot files", told.error());
    });
}

void Daemon::Parts::collect_trash() {
    asio::post(lanes_.images.threads(), [this] {
        const auto collected = state_.images->collect_trash(clock_.now().uptime_us);
        if (!collected) return report("trash", collected.error());
        if (*collected == 0) return;
        log(LogLevel::notice, "blade images deleted that were in the trash for " +
                                  std::to_string(settings_.trash_days) +
                                  " days: " + std::to_string(*collected));
    });
}

}  // namespace dim::server
