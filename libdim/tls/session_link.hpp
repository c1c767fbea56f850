#pragma once

#include "libdim/sys/clock.hpp"
#include "libdim/tls/authority.hpp"
#include "libdim/tls/session.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <sys/socket.h>

namespace dim::tls {

inline constexpr std::int64_t kDay = 24 * 60 * 60;
inline constexpr const char* kName = "image-server";

inline std::int64_t now() { return sys::realtime_us() / 1'000'000; }
inline Validity valid_now() { return {now() - kDay, now() + kDay}; }

inline Random& random_numbers() {
    static Random random = Random::create().value();
    return random;
}

inline Authority make_authority(Validity validity = valid_now()) {
    return Authority::create(random_numbers(), "Test Cluster CA", validity).value();
}

inline Identity issue(const Authority& authority, const std::string& dns_name = kName,
                      Validity validity = valid_now()) {
    return authority
        .issue_server(random_numbers(),
                      {.common_name = "server", .dns_names = {dns_name}, .addresses = {0x0a000001}},
                      validity)
        .value();
}

/// Both ends of a session in one process.
class Link {
public:
    Link(const Authority& trusted, const Identity& identity, const std::string& name = kName)
        : Link(trusted.certificate_pem(), identity, name) {}
    Link(const std::string& trusted_pem, const Identity& identity, const std::string& name = kName)
        : Link(ServerSettings::create(random_numbers(), identity.certificate_pem, identity.key_pem)
                   .value(),
               ClientSettings::create(random_numbers(), trusted_pem).value(), name) {}
    Link(ServerSettings server_side, ClientSettings client_side, const std::string& name = kName)
        : server_settings_(std::move(server_side)), client_settings_(std::move(client_side)) {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
            std::abort();
        server_socket = sys::Fd(ends[0]);
        client_socket = sys::Fd(ends[1]);
        server =
            std::make_unique<Session>(Session::accept(server_settings_, server_socket).value());
        client = std::make_unique<Session>(
            Session::connect(client_settings_, name, client_socket).value());
    }

    /// Steps both until neither goes on.
    void shake_hands() {
        for (int round = 0; round < 20; ++round) {
            if (client_error.empty() && !is_client_done)
                step(*client, is_client_done, client_error);
            if (server_error.empty() && !is_server_done)
                step(*server, is_server_done, server_error);
        }
    }

    sys::Fd server_socket;
    sys::Fd client_socket;
    std::unique_ptr<Session> server;
    std::unique_ptr<Session> client;
    std::string client_error;
    std::string server_error;
    bool is_client_done = false;
    bool is_server_done = false;
    const ClientSettings& client_settings() const { return client_settings_; }

private:
    static void step(Session& session, bool& is_done, std::string& error) {
        const Result<Progress> progress = session.handshake();
        if (!progress) {
            error = progress.error().message();
        } else {
            is_done = *progress == Progress::done;
        }
    }
    ServerSettings server_settings_;
    ClientSettings client_settings_;
};

}  // namespace dim::tls
