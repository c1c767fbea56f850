#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/ipv4.hpp"
#include "libdim/model/names.hpp"
#include "libdim/tls/authority.hpp"
#include "libdim/tls/random.hpp"
#include "libdim/tls/server_settings.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dim::server {

/// The cluster's certificate authority and this server's own certificate, kept in a directory
/// (mode 0700) as ca.key, ca.crt, server.key and server.crt (keys mode 0600). Not for several
/// threads.
class Identity {
public:
    struct Settings {
        std::string directory;  ///< STATE/identity
        std::string cluster;    ///< name in the authority's certificate
        model::ComponentName server;
        std::vector<model::Ipv4Address> addresses;
    };
    static constexpr std::int64_t kDay = 86'400;
    static constexpr std::int64_t kAuthoritySeconds = 20 * 365 * kDay;
    static constexpr std::int64_t kServerSeconds = 825 * kDay;
    static constexpr std::int64_t kRenewSeconds = 60 * kDay;

    /// Makes everything on the first start, all or nothing, and the server's certificate anew when
    /// the server's name or addresses have changed or it is about to expire. The authority is never
    /// replaced: it is in every boot file. NOW is seconds since 1970; RANDOM must outlive this.
    /// Errors: invalid_input, with the cure, when a file is damaged or missing; nothing is changed
    /// then.
    static Result<Identity> open(tls::Random& random, Settings settings, std::int64_t now);

    /// For the TLS listener; make it again after renew_if_due said true.
    Result<tls::ServerSettings> server_settings() const;
    const std::string& authority_pem() const { return authority_.certificate_pem(); }
    std::string authority_path() const { return settings_.directory + "/ca.crt"; }
    /// Call about once a day: a new server certificate when the old one has less than kRenewSeconds
    /// left. True when there is a new one.
    Result<bool> renew_if_due(std::int64_t now);

private:
    Identity(tls::Random& random, Settings settings, tls::Authority authority, tls::Identity server)
        : random_(&random),
          settings_(std::move(settings)),
          authority_(std::move(authority)),
          server_(std::move(server)) {}
    Result<void> renew(std::int64_t now);

    tls::Random* random_;
    Settings settings_;
    tls::Authority authority_;
    tls::Identity server_;
};

}  // namespace dim::server
