#include "imageserver/identity/identity_files.hpp"

#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <filesystem>

namespace dim::server::identity_files {

namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kKeyMode = 0600;
constexpr mode_t kCertificateMode = 0644;
constexpr std::size_t kFileLimit = 64 * 1024;
/// A complete new pair that takes the place of the server's; ".new" while it is being written.
constexpr auto kRenewal = "renewal";

std::string parent_of(const std::string& path) {
    const std::string parent = std::filesystem::path(path).parent_path();
    return parent.empty() ? "." : parent;
}

Result<void> remove_directory(const std::string& path) {
    DIM_TRY(const sys::Fd parent, sys::open_directory(parent_of(path)));
    return sys::remove_tree(parent, std::filesystem::path(path).filename());
}

Result<void> write_pair(const std::string& directory, const std::string& name,
                        std::string_view certificate, const tls::SecretText& key) {
    DIM_CHECK(sys::write_file_atomically(directory + "/" + name + ".key", key.view(), kKeyMode));
    return sys::write_file_atomically(directory + "/" + name + ".crt", certificate,
                                      kCertificateMode);
}

/// Nothing when there is no such file.
Result<std::optional<std::string>> read_if_there(const std::string& path) {
    Result<std::string> text = sys::read_file(path, kFileLimit);
    if (text) return std::optional(std::move(*text));
    if (text.error().code() == ErrorCode::not_found) return std::nullopt;
    return fail(std::move(text).error());
}

Error authority_error(const std::string& directory, const Error& error) {
    return Error(ErrorCode::invalid_input,
                 "the cluster's authority in " + directory + ": " + error.message())
        .with_cure("restore ca.key and ca.crt from a backup; without one, remove the directory and "
                   "build every boot file anew, since each carries the authority's certificate");
}

Error server_error(const std::string& directory, std::string what) {
    return Error(ErrorCode::invalid_input,
                 "the server's certificate in " + directory + ": " + std::move(what))
        .with_cure("remove server.key and server.crt; the authority makes new ones at the next "
                   "start");
}

}  // namespace

Result<bool> exist(const std::string& directory) {
    const auto names = sys::list_names(directory);
    if (names) return !names->empty();
    if (names.error().code() == ErrorCode::not_found) return false;
    return fail(names.error());
}

Result<void> create(const std::string& directory, const tls::Authority& authority,
                    const tls::Identity& server) {
    const std::string draft = directory + ".new";
    DIM_CHECK(sys::ensure_directory(parent_of(directory)));
    DIM_CHECK(remove_directory(draft));
    DIM_CHECK(sys::mkdir(draft, kDirectoryMode));
    DIM_CHECK(write_pair(draft, "ca", authority.certificate_pem(), authority.key_pem()));
    DIM_CHECK(write_pair(draft, "server", server.certificate_pem, server.key_pem));
    DIM_CHECK(sys::rename(draft, directory));
    return sys::fsync(parent_of(directory));
}

Result<void> recover(const std::string& directory) {
    DIM_CHECK(sys::chmod(directory, kDirectoryMode));
    for (const char* name : {"/ca.key", "/server.key"}) {
        const auto status = sys::stat(directory + name);
        if (status && (status->mode & 0777) != kKeyMode)
            DIM_CHECK(sys::chmod(directory + name, kKeyMode));
    }
    const std::string renewal = directory + "/" + kRenewal;
    DIM_CHECK(remove_directory(renewal + ".new"));
    DIM_TRY(const auto pair, load_server(renewal));
    if (!pair) return {};
    DIM_CHECK(write_pair(directory, "server", pair->certificate_pem, pair->key_pem));
    // Half removed it would look damaged.
    DIM_CHECK(sys::rename(renewal, renewal + ".new"));
    return remove_directory(renewal + ".new");
}

Result<tls::Authority> load_authority(const std::string& directory) {
    Result<std::string> certificate = sys::read_file(directory + "/ca.crt", kFileLimit);
    if (!certificate) return fail(authority_error(directory, std::move(certificate).error()));
    Result<std::string> key = sys::read_file(directory + "/ca.key", kFileLimit);
    if (!key) return fail(authority_error(directory, std::move(key).error()));
    Result<tls::Authority> authority =
        tls::Authority::load(std::move(*certificate), tls::SecretText(std::move(*key)));
    if (!authority) return fail(authority_error(directory, std::move(authority).error()));
    return authority;
}

Result<std::optional<tls::Identity>> load_server(const std::string& directory) {
    DIM_TRY(auto certificate, read_if_there(directory + "/server.crt"));
    DIM_TRY(auto key, read_if_there(directory + "/server.key"));
    if (!certificate && !key) return std::nullopt;
    if (!certificate) return fail(server_error(directory, "server.crt is missing"));
    if (!key) return fail(server_error(directory, "server.key is missing"));
    return tls::Identity{.certificate_pem = std::move(*certificate),
                         .key_pem = tls::SecretText(std::move(*key))};
}

Result<void> replace_server(const std::string& directory, const tls::Identity& server) {
    const std::string renewal = directory + "/" + kRenewal;
    DIM_CHECK(remove_directory(renewal + ".new"));
    DIM_CHECK(sys::mkdir(renewal + ".new", kDirectoryMode));
    DIM_CHECK(write_pair(renewal + ".new", "server", server.certificate_pem, server.key_pem));
    DIM_CHECK(sys::rename(renewal + ".new", renewal));
    DIM_CHECK(sys::fsync(directory));
    return recover(directory);
}

}  // namespace dim::server::identity_files
