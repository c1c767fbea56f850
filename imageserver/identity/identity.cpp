#include "imageserver/identity/identity.hpp"

#include "imageserver/identity/identity_files.hpp"
#include "libdim/tls/certificate.hpp"

#include <algorithm>

namespace dim::server {

namespace {

/// Clocks of blades may be a little behind.
tls::Validity validity(std::int64_t now, std::int64_t seconds) {
    return {.not_before = now - Identity::kDay, .not_after = now + seconds};
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
    return authority.issue_server(random, names_of(settings),
                                  validity(now, Identity::kServerSeconds));
}

/// Whether a certificate says what it should, for long enough. One from the future is useless, too.
bool is_good(const tls::CertificateInfo& certificate, const Identity::Settings& settings,
             std::int64_t now) {
    const tls::ServerNames names = names_of(settings);
    return certificate.common_name == names.common_name &&
           std::ranges::is_permutation(certificate.dns_names, names.dns_names) &&
           std::ranges::is_permutation(certificate.addresses, names.addresses) &&
           certificate.not_before <= now && certificate.not_after - now >= Identity::kRenewSeconds;
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
                tls::Authority::create(random, settings.cluster, validity(now, kAuthoritySeconds)));
        DIM_TRY(tls::Identity server, issue(random, authority, settings, now));
        DIM_CHECK(identity_files::create(directory, authority, server));
        return Identity(random, std::move(settings), std::move(authority), std::move(server));
    }
    // Before anything is put right: what is damaged stays as it was found.
    DIM_TRY(tls::Authority authority, identity_files::load_authority(directory));
    DIM_CHECK(identity_files::recover(directory));
    DIM_TRY(auto server, identity_files::load_server(directory));
    const bool is_missing = !server;
    Identity identity(random, std::move(settings), std::move(authority),
                      std::move(server).value_or(tls::Identity{}));
    if (is_missing) {
        DIM_CHECK(identity.renew(now));
        return identity;
    }
    if (auto usable = identity.server_settings(); !usable)
        return fail(damaged(identity.settings_.directory, std::move(usable).error()));
    DIM_TRY(const bool is_renewed, identity.renew_if_due(now));
    static_cast<void>(is_renewed);
    return identity;
}

Result<tls::ServerSettings> Identity::server_settings() const {
    return tls::ServerSettings::create(*random_, server_.certificate_pem, server_.key_pem);
}

Result<bool> Identity::renew_if_due(std::int64_t now) {
    Result<tls::CertificateInfo> certificate = tls::describe_certificate(server_.certificate_pem);
    if (!certificate) return fail(damaged(settings_.directory, std::move(certificate).error()));
    if (is_good(*certificate, settings_, now)) return false;
    DIM_CHECK(renew(now));
    return true;
}

Result<void> Identity::renew(std::int64_t now) {
    DIM_TRY(tls::Identity fresh, issue(*random_, authority_, settings_, now));
    DIM_CHECK(identity_files::replace_server(settings_.directory, fresh));
    server_ = std::move(fresh);
    return {};
}

}  // namespace dim::server
