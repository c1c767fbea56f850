#include "imageserver/identity/identity.hpp"

#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/tls/certificate.hpp"

#include <algorithm>
#include <string_view>

namespace dim::server {

namespace {

constexpr mode_t kPrivateDirectory = 0700;
constexpr mode_t kPrivateFile = 0600;
constexpr mode_t kPublicFile = 0644;
constexpr std::size_t kPemLimit = std::size_t{64} * 1024;
// A blade's clock may be a little behind ours when a certificate is new.
constexpr std::int64_t kClockSkewSeconds = 86'400;

std::string file_path(const std::string& directory, std::string_view name) {
    return directory + '/' + std::string(name);
}

tls::ServerNames names_of(const Identity::Settings& settings) {
    tls::ServerNames names;
    names.common_name = to_string(settings.server);
    names.dns_names = {names.common_name};
    for (const model::Ipv4Address address : settings.addresses)
        names.addresses.push_back(address.value());
    return names;
}

Result<tls::Identity> issue(tls::Random& random, const tls::Authority& authority,
                            const Identity::Settings& settings, std::int64_t now) {
    return authority.issue_server(
        random, names_of(settings),
        {.not_before = now - kClockSkewSeconds, .not_after = now + Identity::kServerSeconds});
}

Result<void> write_pair(const std::string& directory, std::string_view name,
                        const tls::SecretText& key, const std::string& certificate) {
    const std::string base = file_path(directory, name);
    DIM_CHECK(sys::write_file_atomically(base + ".key", key.view(), kPrivateFile));
    return sys::write_file_atomically(base + ".crt", certificate, kPublicFile);
}

/// Everything at once: it is made in a directory of its own, so that a kill leaves all or nothing.
Result<void> create_all(tls::Random& random, const Identity::Settings& settings, std::int64_t now) {
    const std::string staged = settings.directory + ".new";
    DIM_CHECK(sys::ensure_directory(staged, kPrivateDirectory));
    DIM_CHECK(sys::chmod(staged, kPrivateDirectory));
    DIM_TRY(const auto authority,
            tls::Authority::create(
                random, "DIM cluster " + settings.cluster,
                {.not_before = now, .not_after = now + Identity::kAuthoritySeconds}));
    DIM_CHECK(write_pair(staged, "ca", authority.key_pem(), authority.certificate_pem()));
    DIM_TRY(const auto server, issue(random, authority, settings, now));
    DIM_CHECK(write_pair(staged, "server", server.key_pem, server.certificate_pem));
    return sys::rename(staged, settings.directory);
}

Error damaged(Error error, const std::string& directory) {
    return std::move(error).with_cure("restore " + directory +
                                      " from a backup; without the old authority every boot file "
                                      "must be built again, and then the directory can be removed");
}

Result<std::string> read_pem(const std::string& directory, std::string_view name) {
    auto text = sys::read_file(file_path(directory, name), kPemLimit);
    if (!text) return fail(damaged(std::move(text).error(), directory));
    return text;
}

struct Loaded {
    tls::Authority authority;
    tls::Identity server;
};

Result<Loaded> load(const std::string& directory) {
    DIM_TRY(std::string authority_pem, read_pem(directory, "ca.crt"));
    DIM_TRY(std::string authority_key, read_pem(directory, "ca.key"));
    DIM_TRY(std::string server_pem, read_pem(directory, "server.crt"));
    DIM_TRY(std::string server_key, read_pem(directory, "server.key"));
    auto authority =
        tls::Authority::load(std::move(authority_pem), tls::SecretText(std::move(authority_key)));
    if (!authority) {
        return fail(damaged(std::move(authority).error().with_context(directory), directory));
    }
    return Loaded{*std::move(authority),
                  {std::move(server_pem), tls::SecretText(std::move(server_key))}};
}

bool is_for(const tls::CertificateInfo& info, const tls::ServerNames& names) {
    return info.common_name == names.common_name &&
           std::ranges::is_permutation(info.dns_names, names.dns_names) &&
           std::ranges::is_permutation(info.addresses, names.addresses);
}

/// True when the files hold a certificate for these names, with its own key. A kill between the
/// writes of a renewal leaves a new key beside the old certificate.
Result<bool> is_usable(tls::Random& random, const tls::Identity& server,
                       const Identity::Settings& settings) {
    const auto info = tls::describe_certificate(server.certificate_pem);
    if (!info) {
        return fail(Error(info.error())
                        .with_context(file_path(settings.directory, "server.crt"))
                        .with_cure("remove server.crt and server.key there, and restore the rest "
                                   "from a backup"));
    }
    return is_for(*info, names_of(settings)) &&
           tls::ServerSettings::create(random, server.certificate_pem, server.key_pem).has_value();
}

}  // namespace

Result<Identity> Identity::open(tls::Random& random, Settings settings, std::int64_t now) {
    if (!sys::stat(settings.directory)) DIM_CHECK(create_all(random, settings, now));
    DIM_TRY(auto loaded, load(settings.directory));
    Identity identity(random, std::move(settings), std::move(loaded.authority),
                      std::move(loaded.server), 0);
    DIM_TRY(const bool usable, is_usable(random, identity.server_, identity.settings_));
    if (usable) {
        DIM_TRY(const auto info, tls::describe_certificate(identity.server_.certificate_pem));
        identity.not_after_ = info.not_after;
    }
    DIM_CHECK(identity.renew_if_due(now));
    return identity;
}

Result<tls::ServerSettings> Identity::server_settings() const {
    return tls::ServerSettings::create(*random_, server_.certificate_pem, server_.key_pem);
}

Result<bool> Identity::renew_if_due(std::int64_t now) {
    if (not_after_ - now >= kRenewSeconds) return false;
    DIM_TRY(auto server, issue(*random_, authority_, settings_, now));
    DIM_CHECK(write_pair(settings_.directory, "server", server.key_pem, server.certificate_pem));
    server_ = std::move(server);
    not_after_ = now + kServerSeconds;
    return true;
}

}  // namespace dim::server
