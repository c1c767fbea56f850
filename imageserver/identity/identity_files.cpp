#include "imageserver/identity/identity_files.hpp"

#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <filesystem>
#include <initializer_list>

namespace dim::server::identity_files {

namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kKeyMode = 0600;
constexpr mode_t kCertificateMode = 0644;
constexpr std::size_t kFileLimit = 64 * 1024;
/// A directory with complete new pairs that take the place of the server's, and perhaps of the
/// authority's: once it is there, they are in force. ".new" while it is being written or removed.
constexpr auto kRenewal = "/renewal";
/// The same for the authority's successor, which waits there.
constexpr auto kNext = "/next";
constexpr auto kDraft = ".new";

std::string parent_of(const std::string& path) {
    const std::string parent = std::filesystem::path(path).parent_path();
    return parent.empty() ? "." : parent;
}

Result<void> remove_directory(const std::string& path) {
    DIM_TRY(const sys::Fd parent, sys::open_directory(parent_of(path)));
    return sys::remove_tree(parent, std::filesystem::path(path).filename());
}

struct NamedPair {
    const char* name;
    const std::string& certificate_pem;
    const tls::SecretText& key_pem;
};
NamedPair pair_of(const tls::Authority& authority) {
    return {"ca", authority.certificate_pem(), authority.key_pem()};
}
NamedPair pair_of(const tls::Identity& server) {
    return {"server", server.certificate_pem, server.key_pem};
}

Result<void> write_pair(const std::string& directory, const NamedPair& pair) {
    const std::string path = directory + "/" + pair.name;
    DIM_CHECK(sys::write_file_atomically(path + ".key", pair.key_pem.view(), kKeyMode));
    return sys::write_file_atomically(path + ".crt", pair.certificate_pem, kCertificateMode);
}

/// Nothing when there is no such file.
Result<std::optional<std::string>> read_if_there(const std::string& path) {
    Result<std::string> text = sys::read_file(path, kFileLimit);
    if (text) return std::optional(std::move(*text));
    if (text.error().code() == ErrorCode::not_found) return std::nullopt;
    return fail(std::move(text).error());
}

Result<std::optional<tls::Identity>> load_pair(const std::string& directory,
                                               const std::string& name) {
    DIM_TRY(auto certificate, read_if_there(directory + "/" + name + ".crt"));
    DIM_TRY(auto key, read_if_there(directory + "/" + name + ".key"));
    if (!certificate && !key) return std::nullopt;
    const char* missing = !certificate ? ".crt" : !key ? ".key" : nullptr;
    if (missing != nullptr) return fail(ErrorCode::not_found, name + missing + " is missing");
    return tls::Identity{.certificate_pem = std::move(*certificate),
                         .key_pem = tls::SecretText(std::move(*key))};
}

/// Removes DIRECTORY, which is whole, at once: half removed it would look damaged.
Result<void> remove_whole(const std::string& directory) {
    if (!sys::stat(directory)) return {};
    DIM_CHECK(sys::rename(directory, directory + kDraft));
    return remove_directory(directory + kDraft);
}

/// Makes DIRECTORY with all the pairs, or nothing.
Result<void> write_whole(const std::string& directory, std::initializer_list<NamedPair> pairs) {
    const std::string draft = directory + kDraft;
    DIM_CHECK(remove_directory(draft));
    DIM_CHECK(sys::mkdir(draft, kDirectoryMode));
    for (const NamedPair& pair : pairs)
        DIM_CHECK(write_pair(draft, pair));
    DIM_CHECK(sys::rename(draft, directory));
    return sys::fsync(parent_of(directory));
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
    DIM_CHECK(sys::ensure_directory(parent_of(directory)));
    return write_whole(directory, {pair_of(authority), pair_of(server)});
}

Result<void> recover(const std::string& directory) {
    DIM_CHECK(sys::chmod(directory, kDirectoryMode));
    for (const char* name : {"/ca.key", "/server.key"}) {
        const auto status = sys::stat(directory + name);
        if (status && (status->mode & 0777) != kKeyMode)
            DIM_CHECK(sys::chmod(directory + name, kKeyMode));
    }
    const std::string renewal = directory + kRenewal;
    DIM_CHECK(remove_directory(renewal + kDraft));
    DIM_CHECK(remove_directory(directory + kNext + kDraft));
    DIM_TRY(const auto authority, load_pair(renewal, "ca"));
    DIM_TRY(const auto server, load_server(renewal));
    if (authority) {
        DIM_CHECK(write_pair(directory, {"ca", authority->certificate_pem, authority->key_pem}));
        DIM_CHECK(remove_whole(directory + kNext));
    }
    if (server) DIM_CHECK(write_pair(directory, pair_of(*server)));
    return remove_whole(renewal);
}

Result<tls::Authority> load_authority(const std::string& directory) {
    const bool is_replaced = sys::stat(directory + kRenewal + "/ca.crt").has_value();
    Result<std::optional<tls::Identity>> pair =
        load_pair(is_replaced ? directory + kRenewal : directory, "ca");
    if (!pair) return fail(authority_error(directory, std::move(pair).error()));
    if (!*pair) {
        return fail(authority_error(directory,
                                    Error(ErrorCode::not_found, "ca.key and ca.crt are missing")));
    }
    Result<tls::Authority> authority =
        tls::Authority::load((*pair)->certificate_pem, std::move((*pair)->key_pem));
    if (!authority) return fail(authority_error(directory, std::move(authority).error()));
    return authority;
}

Result<std::optional<tls::Authority>> load_next(const std::string& directory) {
    const auto damaged = [&](const Error& error) {
        return Error(ErrorCode::invalid_input,
                     "the next authority in " + directory + kNext + ": " + error.message())
            .with_cure("remove that directory, then 'dim ca rotate' makes another");
    };
    Result<std::optional<tls::Identity>> pair = load_pair(directory + kNext, "ca");
    if (!pair) return fail(damaged(std::move(pair).error()));
    if (!*pair) return std::nullopt;
    Result<tls::Authority> authority =
        tls::Authority::load((*pair)->certificate_pem, std::move((*pair)->key_pem));
    if (!authority) return fail(damaged(std::move(authority).error()));
    return *std::move(authority);
}

Result<std::optional<tls::Identity>> load_server(const std::string& directory) {
    auto pair = load_pair(directory, "server");
    if (!pair) return fail(server_error(directory, pair.error().message()));
    return pair;
}

Result<void> commit_server(const std::string& directory, const tls::Identity& server) {
    DIM_CHECK(recover(directory));
    return write_whole(directory + kRenewal, {pair_of(server)});
}

Result<void> commit_all(const std::string& directory, const tls::Authority& next,
                        const tls::Identity& server) {
    DIM_CHECK(recover(directory));
    return write_whole(directory + kRenewal, {pair_of(next), pair_of(server)});
}

Result<void> store_next(const std::string& directory, const tls::Authority& next) {
    return write_whole(directory + kNext, {pair_of(next)});
}

}  // namespace dim::server::identity_files
