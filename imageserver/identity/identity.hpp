#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/ipv4.hpp"
#include "libdim/model/names.hpp"
#include "libdim/tls/authority.hpp"
#include "libdim/tls/certificate.hpp"
#include "libdim/tls/random.hpp"
#include "libdim/tls/server_settings.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

/// The cluster's certificate authority and this server's own certificate, kept in a directory
/// (mode 0700) as ca.key, ca.crt, server.key and server.crt (keys mode 0600), and while the
/// authority is being replaced its successor as next/ca.key and next/ca.crt. Any thread but the
/// event loop's may call: calls write files and wait for each other.
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
    /// 2026-01-01: this program is younger, so a clock that says less is wrong, and an authority
    /// made by it would have expired once the clock is right.
    static constexpr std::int64_t kEarliest = 1'767'225'600;

    /// Makes everything on the first start, all or nothing, and the server's certificate anew when
    /// renew_if_due would. Finishes a change that a killed daemon had committed to, and undoes one
    /// that it had not. NOW is seconds since 1970; RANDOM must outlive this. Errors: invalid_input,
    /// with the cure, when a file is damaged or missing; nothing is changed then.
    static Result<Identity> open(tls::Random& random, Settings settings, std::int64_t now);

    /// For the TLS listener; make it again when certificate_number() has changed.
    Result<tls::ServerSettings> server_settings() const;
    /// Grows with each new server certificate.
    std::uint64_t certificate_number() const;
    /// Call about once a minute: a new server certificate when the server's name or addresses have
    /// changed, the old one has less than kRenewSeconds left, or it was made while the clock was
    /// wrong. It begins with the authority, so that a clock behind ours takes it, too.
    Result<void> renew_if_due(std::int64_t now);

    /// What a boot file must trust: the authority's certificate and its successor's, as PEM.
    std::string trusted_pem() const;

    /// What the certificates say.
    struct Certificates {
        tls::CertificateInfo authority;
        std::optional<tls::CertificateInfo> next;  ///< takes its place with finish_rotation
        tls::CertificateInfo server;
    };
    Result<Certificates> describe() const;

    /// Makes a successor of the authority, unless there is one. The server's certificate stays the
    /// old authority's, which every blade trusts.
    Result<void> begin_rotation(std::int64_t now);
    /// The successor becomes the authority, and issues the server's certificate. Who trusts the old
    /// one only is locked out from here on. Errors: conflict when there is no successor.
    Result<void> finish_rotation(std::int64_t now);

private:
    Identity(tls::Random& random, Settings settings, tls::Authority authority)
        : random_(&random), settings_(std::move(settings)), authority_(std::move(authority)) {}
    Result<void> renew(std::int64_t now);
    Result<void> load_server(std::int64_t now);
    Result<void> renew_unless_good(std::int64_t now);

    tls::Random* random_;
    Settings settings_;
    tls::Authority authority_;
    std::optional<tls::Authority> next_;
    tls::Identity server_;
    std::uint64_t certificate_number_ = 0;
    std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
};

}  // namespace dim::server
