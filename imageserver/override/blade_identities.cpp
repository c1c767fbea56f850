#include "imageserver/override/blade_identities.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/random.hpp"
#include "libdim/sys/remove_tree.hpp"
#include "libdim/sys/run.hpp"

#include <functional>

namespace dim::server {

using model::ComponentName;

// override_file: what the daemon wrote into the image of a blade. DIGEST is of the file's content,
// mode and owner, PENDING that of a file that is about to be written; WRITTEN are microseconds
// since 1970.
const Migration kOverrideMigration{"override-1", R"sql(
CREATE TABLE blade_identity (
    blade TEXT PRIMARY KEY,
    machine_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE override_file (
    blade TEXT NOT NULL,
    image TEXT NOT NULL,
    path TEXT NOT NULL,
    rule TEXT NOT NULL,
    digest TEXT NOT NULL,
    pending TEXT NOT NULL,
    written INTEGER NOT NULL,
    PRIMARY KEY (blade, image, path)
) STRICT, WITHOUT ROWID;
)sql"};

namespace {

constexpr std::size_t kMachineIdBytes = 16;
constexpr std::size_t kKeyFileBytes = std::size_t{64} << 10;
constexpr std::chrono::minutes kKeyPatience{2};

/// As ssh-keygen names them. Programs from before 2014 read no other form than PEM; ed25519 has
/// none.
struct KeyType {
    std::string_view type;
    std::string_view file;
    bool is_pem;
};
constexpr std::array<KeyType, 3> kKeyTypes{{{"ed25519", "ssh_host_ed25519_key", false},
                                            {"ecdsa", "ssh_host_ecdsa_key", true},
                                            {"rsa", "ssh_host_rsa_key", true}}};

/// A version 4 UUID (RFC 4122), as systemd makes them.
std::string as_random_uuid(std::string hex) {
    hex[12] = '4';
    hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) % 4];
    return hex;
}

/// False when there is no ssh-keygen. What it says is not told: it may be about keys.
Result<bool> make_key(const KeyType& key, const std::string& blade, const std::string& directory) {
    std::vector<std::string> arguments{
        "ssh-keygen", "-q", "-N", "", "-C", "root@" + blade, "-t", std::string(key.type)};
    if (key.is_pem) arguments.insert(arguments.end(), {"-m", "PEM"});
    arguments.insert(arguments.end(), {"-f", directory + "/" + std::string(key.file)});
    const auto made = sys::run(arguments, kKeyPatience);
    if (!made && made.error().code() == ErrorCode::not_found) return false;
    if (!made) return fail(Error(made.error()).with_context("make ssh host keys of " + blade));
    if (!made->status.is_success())
        return fail(Error(ErrorCode::io, "make ssh host keys of " + blade +
                                             ": ssh-keygen ended with " + to_string(made->status))
                        .with_cure("see that it works: 'ssh-keygen -t " + std::string(key.type) +
                                   " -f /tmp/key', and that the disk is not full"));
    for (const std::string& ending : {std::string(), std::string(".pub")})
        DIM_CHECK(sys::fsync(directory + "/" + std::string(key.file) + ending));
    return true;
}

}  // namespace

Result<std::string> BladeIdentities::machine_id(const ComponentName& blade) {
    DIM_TRY(const std::string random, sys::random_hex(kMachineIdBytes));
    return database_.transaction([&](Transaction& transaction) -> Result<std::string> {
        DIM_CHECK(transaction.execute("INSERT INTO blade_identity (blade, machine_id) "
                                      "VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                                      blade.text(), as_random_uuid(random)));
        DIM_TRY(Statement row,
                transaction.query("SELECT machine_id FROM blade_identity WHERE blade = ?1",
                                  blade.text()));
        DIM_TRY(const bool is_there, row.next());
        if (!is_there) return fail(ErrorCode::internal, "the machine-id was not kept");
        return row.text(0);
    });
}

/// All or none: made in a directory beside, which is renamed.
Result<bool> BladeIdentities::make_keys(const ComponentName& blade, const std::string& directory) {
    const std::string unfinished = "." + blade.text() + ".new";
    DIM_CHECK(sys::ensure_directory(keys_directory_, 0700));
    DIM_TRY(const sys::Fd keys, sys::open_directory(keys_directory_));
    DIM_CHECK(sys::remove_tree(keys, unfinished));
    const std::string beside = keys_directory_ + "/" + unfinished;
    DIM_CHECK(sys::mkdir(beside, 0700));
    for (const KeyType& key : kKeyTypes) {
        DIM_TRY(const bool is_made, make_key(key, blade.text(), beside));
        if (!is_made) {
            DIM_CHECK(sys::remove_tree(keys, unfinished));
            return false;
        }
    }
    DIM_CHECK(sys::fsync(beside));
    DIM_CHECK(sys::rename(beside, directory));
    DIM_CHECK(sys::fsync(keys));
    return true;
}

Result<std::vector<BladeIdentities::KeyFile>>
BladeIdentities::ssh_host_keys(const ComponentName& blade) {
    const std::string directory = keys_directory_ + "/" + blade.text();
    {
        const std::scoped_lock lock(
            making_.at(std::hash<std::string>()(blade.text()) % making_.size()));
        if (!sys::stat(directory)) {
            DIM_TRY(const bool is_made, make_keys(blade, directory));
            if (!is_made) return std::vector<KeyFile>();
        }
    }
    std::vector<KeyFile> files;
    for (const KeyType& key : kKeyTypes) {
        for (const bool is_secret : {true, false}) {
            std::string name = std::string(key.file) + (is_secret ? "" : ".pub");
            DIM_TRY(std::string bytes, sys::read_file(directory + "/" + name, kKeyFileBytes));
            files.push_back({.name = std::move(name),
                             .bytes = tls::SecretText(std::move(bytes)),
                             .is_secret = is_secret});
        }
    }
    return files;
}

}  // namespace dim::server
