#include "imageserver/daemon/daemon_parts.hpp"
#include "imageserver/daemon/report.hpp"
#include "libdim/base/log.hpp"
#include "libdim/sys/signals.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <chrono>
#include <csignal>

namespace dim::server {

namespace {

namespace asio = boost::asio;

/// For answers under way when the daemon is told to end; within what a service manager waits.
constexpr std::chrono::seconds kDrainTime{20};

}  // namespace

void Daemon::Parts::handle_signals() {
    for (;;) {
        const auto signal = sys::next_signal(state_.signals);
        if (!signal) return report("signals", signal.error());
        if (*signal == 0) return;
        if (*signal == SIGHUP) {
            reload();
        } else if (draining_ == 0) {
            drain();
        } else {
            end();
        }
    }
}

/// Answers what was asked, and ends: when all is answered, after a while, or at the next signal.
void Daemon::Parts::drain() {
    log(LogLevel::notice, "ending once what was asked is answered, in " +
                              std::to_string(kDrainTime.count()) + " s at the latest");
    drain_timer_.expires_after(kDrainTime);
    drain_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) end();
    });
    news_.stop();
    const std::array servers{admin_server_.get(), agent_server_.get()};
    draining_ = static_cast<int>(servers.size()) + 2;
    const auto one_less = [this] {
        if (--draining_ == 0) end();
    };
    for (http::Server* server : servers)
        server->drain(one_less);
    server_channel_.drain(one_less);
    boot_server_.drain([this, one_less] { asio::post(loop_, one_less); });
}

void Daemon::Parts::end() {
    server_syncs_.stop();
    admin_server_->stop();
    if (agent_server_) agent_server_->stop();
    server_channel_.stop();
    loop_.stop();
}

void Daemon::Parts::reload() {
    asio::post(lanes_.edits, [this] {
        const auto done =
            cluster_edits_.reload([](std::string_view, std::uint64_t, std::uint64_t) {});
        if (!done) return report("reload", done.error());
        log(LogLevel::notice, *done);
    });
}

}  // namespace dim::server
