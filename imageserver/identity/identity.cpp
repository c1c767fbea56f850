#include "imageserver/identity/identity.hpp"

#include "imageserver/identity/identity_files.hpp"

#include <algorithm>
#include <utility>

namespace dim::server {

namespace {

/// A certificate that is good for this much longer than it should be was made by a clock that was
/// ahead.
constexpr std::int64_t kClockSlack = 30 * Identity::kDay;

/// Clocks of blades may be a little behind.
tls::Validity authority_validity(std::int64_t now) {
    const std::int64_t begin = std::max(now, Identity::kEarliest);
    return {.not_before = begin - Identity::kDay, .not_after = begin + Identity::kAuthoritySeconds};
}

/// How much longer a certificate is good; from when it begins, if the clock says that it has not.
std::int64_t seconds_left(const tls::CertificateInfo& certificate, std::int64_t now) {
    return certificate.not_after - std::max(now, certificate.not_before);
}

tls::ServerNames names_of(const Identity::Settings& settings) {
    tls::ServerNames names{.common_name = to_string(settings.server),
                           .dns_names = {to_string(settings.server)},
                           .addresses = {}};
    for (const model::Ipv4Address address : settings.addresses)
        names.addresses.push_back(address.value());
    return names;
}

Result<tls::Identity> issue(tls::Random& random, const tls::Authority& authority,
                            const Identity::Settings& settings, std::int64_t now) {
    DIM_TRY(const auto issuer, tls::describe_certificate(authority.certificate_pem()));
    const tls::Validity validity{.not_before = issuer.not_before,
                                 .not_after =
                                     std::max(now, issuer.not_before) + Identity::kServerSeconds};
    return authority.issue_server(random, names_of(settings), validity);
}

/// Whether a certificate says what it should, for long enough, and not for longer than a clock that
/// is right gives it.
bool is_good(const tls::CertificateInfo& certificate, const tls::CertificateInfo& authority,
             const Identity::Settings& settings, std::int64_t now) {
    const tls::ServerNames names = names_of(settings);
    const std::int64_t left = seconds_left(certificate, now);
    return certificate.common_name == names.common_name &&
           std::ranges::is_permutation(certificate.dns_names, names.dns_names) &&
           std::ranges::is_permutation(certificate.addresses, names.addresses) &&
           certificate.not_before == authority.not_before && left >= Identity::kRenewSeconds &&
           left <= Identity::kServerSeconds + kClockSlack;
}

Error damaged(const std::string& directory, const Error& error) {
    return Error(ErrorCode::invalid_input,
                 "the server's certificate in " + directory + ": " + error.message())
        .with_cure("remove server.key and server.crt; the authority makes new ones at the next "
                   "start");
}

}  // namespace

Result<Identity> Identity::open(tls::Random& random, Settings settings, std::int64_t now) {
    const std::string& directory = settings.directory;
    DIM_TRY(const bool is_there, identity_files::exist(directory));
    if (!is_there) {
        DIM_TRY(tls::Authority authority,
                tls::Authority::create(random, settings.cluster, authority_validity(now)));
        DIM_TRY(tls::Identity server, issue(random, authority, settings, now));
        DIM_CHECK(identity_files::create(directory, authority, server));
        Identity identity(random, std::move(settings), std::move(authority));
        identity.server_ = std::move(server);
        return identity;
    }
    // Before anything is put right: what is damaged stays as it was found.
    DIM_TRY(tls::Authority authority, identity_files::load_authority(directory));
    DIM_CHECK(identity_files::recover(directory));
    DIM_TRY(auto next, identity_files::load_next(directory));
    Identity identity(random, std::move(settings), std::move(authority));
    identity.next_ = std::move(next);
    DIM_CHECK(identity.load_server(now));
    return identity;
}

Result<void> Identity::load_server(std::int64_t now) {
    DIM_TRY(auto server, identity_files::load_server(settings_.directory));
    if (!server) return renew(now);
    server_ = *std::move(server);
    if (auto usable = server_settings(); !usable)
        return fail(damaged(settings_.directory, std::move(usable).error()));
    return renew_unless_good(now);
}

Result<tls::ServerSettings> Identity::server_settings() const {
    const std::lock_guard lock(*mutex_);
    return tls::ServerSettings::create(*random_, server_.certificate_pem, server_.key_pem);
}

std::uint64_t Identity::certificate_number() const {
    const std::lock_guard lock(*mutex_);
    return certificate_number_;
}

Result<void> Identity::renew_if_due(std::int64_t now) {
    const std::lock_guard lock(*mutex_);
    return renew_unless_good(now);
}

Result<void> Identity::renew_unless_good(std::int64_t now) {
    DIM_TRY(const auto authority, tls::describe_certificate(authority_.certificate_pem()));
    auto certificate = tls::describe_certificate(server_.certificate_pem);
    if (!certificate) return fail(damaged(settings_.directory, std::move(certificate).error()));
    DIM_TRY(const bool is_ours,
            tls::is_issued_by(server_.certificate_pem, authority_.certificate_pem()));
    if (is_ours && is_good(*certificate, authority, settings_, now)) return {};
    return renew(now);
}

Result<void> Identity::renew(std::int64_t now) {
    DIM_TRY(tls::Identity fresh, issue(*random_, authority_, settings_, now));
    DIM_CHECK(identity_files::commit_server(settings_.directory, fresh));
    server_ = std::move(fresh);
    ++certificate_number_;
    return identity_files::recover(settings_.directory);
}

std::string Identity::trusted_pem() const {
    const std::lock_guard lock(*mutex_);
    return authority_.certificate_pem() + (next_ ? next_->certificate_pem() : "");
}

Result<Identity::Certificates> Identity::describe() const {
    const std::lock_guard lock(*mutex_);
    Certificates certificates;
    DIM_TRY(certificates.authority, tls::describe_certificate(authority_.certificate_pem()));
    DIM_TRY(certificates.server, tls::describe_certificate(server_.certificate_pem));
    if (next_) {
        DIM_TRY(certificates.next, tls::describe_certificate(next_->certificate_pem()));
    }
    return certificates;
}

Result<void> Identity::begin_rotation(std::int64_t now) {
    const std::lock_guard lock(*mutex_);
    if (next_) return {};
    DIM_TRY(tls::Authority next,
            tls::Authority::create(*random_, settings_.cluster, authority_validity(now)));
    DIM_CHECK(identity_files::store_next(settings_.directory, next));
    next_ = std::move(next);
    return {};
}

Result<void> Identity::finish_rotation(std::int64_t now) {
    const std::lock_guard lock(*mutex_);
    if (!next_) {
        return fail(Error(ErrorCode::conflict, "no new authority was made")
                        .with_cure("'dim ca rotate' makes one and has boot files trust it"));
    }
    DIM_TRY(tls::Identity server, issue(*random_, *next_, settings_, now));
    DIM_CHECK(identity_files::commit_all(settings_.directory, *next_, server));
    authority_ = *std::exchange(next_, std::nullopt);
    server_ = std::move(server);
    ++certificate_number_;
    return identity_files::recover(settings_.directory);
}

}  // namespace dim::server
