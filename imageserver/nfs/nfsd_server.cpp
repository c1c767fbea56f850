#include "imageserver/nfs/nfsd_server.hpp"

#include "imageserver/nfs/null_call.hpp"
#include "imageserver/service/service_log.hpp"
#include "libdim/base/log.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"

#include <algorithm>
#include <utility>

namespace dim::server {

namespace {

constexpr const char* kNfsdName = "nfsd";
constexpr const char* kVersion = "4.1";  // what blades mount with
/// exportfs takes no options from its standard input, and reads and writes the whole table each
/// time. So few exports are added one by one, which touches nothing of anybody else's; for more it
/// is to read its files.
constexpr std::size_t kOneByOne = 16;
/// How many are withdrawn at once: a command line is limited.
constexpr std::size_t kWithdrawnAtOnce = 500;
constexpr std::size_t kTableLimit = std::size_t{64} << 20;
constexpr std::chrono::milliseconds kExportfsTimeout{120'000};
constexpr std::chrono::milliseconds kStartTimeout{120'000};
constexpr std::chrono::milliseconds kProbeInterval{100};
constexpr std::size_t kSaidLines = 4;

std::string place_text(const NfsdExport& entry) { return entry.client + ':' + entry.directory; }

Error no_server_in_kernel(const std::string& said) {
    return Error(ErrorCode::unavailable,
                 "this kernel has no NFS server, neither built in nor as a module" +
                     (said.empty() ? "" : ": " + said))
        .with_cure("run a kernel with nfsd, or say <services nfs=\"ganesha\"/> in the cluster "
                   "definition");
}

}  // namespace

NfsdServer::NfsdServer(Settings settings) : settings_(std::move(settings)) {
    if (!settings_.probe) settings_.probe = call_null;
}

Result<void> NfsdServer::offer(std::span<const api::NfsExport> exports) {
    Result<void> offered = offer_all(exports);
    if (!offered) offered = fail(std::move(offered).error().with_context(kNfsdName));
    const std::scoped_lock lock(refusal_mutex_);
    refusal_ = offered ? std::nullopt : std::optional(to_string(offered.error()));
    return offered;
}

Result<void> NfsdServer::offer_all(std::span<const api::NfsExport> exports) const {
    std::vector<NfsdExport> wanted;
    for (const api::NfsExport& entry : exports) {
        DIM_TRY(NfsdExport line, nfsd_export(entry));
        wanted.push_back(std::move(line));
    }
    DIM_CHECK(ensure_running());
    // The file first: a restart of the unit offers what is in it, and what is not in the table yet
    // when we are killed here is found missing by the next one.
    const std::string text = render_exports_file(wanted);
    if (sys::read_file(settings_.exports_file, kTableLimit) != text) {
        const std::size_t slash = settings_.exports_file.rfind('/');
        DIM_CHECK(sys::ensure_directory(settings_.exports_file.substr(0, slash)));
        DIM_CHECK(sys::write_file_atomically(settings_.exports_file, text));
    }
    DIM_TRY(const auto present, this->present());
    const NfsdChange change = change_of(present, wanted);
    DIM_CHECK(withdraw(change.withdrawn));
    return add(change.offered);
}

Result<void> NfsdServer::end() {
    {
        const std::scoped_lock lock(refusal_mutex_);
        refusal_ = std::nullopt;
    }
    if (has_served()) DIM_CHECK(sys::unlink(settings_.exports_file));
    DIM_TRY(const auto present, this->present());
    return withdraw(present);
}

bool NfsdServer::has_threads() const {
    const Result<std::string> threads = sys::read_file(settings_.kernel + "/threads");
    return threads && !trim(*threads).empty() && trim(*threads) != "0";
}

Result<void> NfsdServer::check() {
    DIM_CHECK(check_program());
    if (is_in_kernel()) return {};
    DIM_TRY(const sys::RunResult loaded, sys::run(settings_.load, kStartTimeout));
    if (is_in_kernel()) return {};
    return fail(no_server_in_kernel(last_lines(loaded.output, kSaidLines)));
}

/// The file may be that of another image server's daemon on this machine.
bool NfsdServer::has_served() const {
    const Result<std::string> file = sys::read_file(settings_.exports_file, kTableLimit);
    return file && file->contains('\n' + settings_.root + '/');
}

Result<void> NfsdServer::check_program() const {
    if (sys::stat(settings_.exportfs)) return {};
    return fail(Error(ErrorCode::not_found, "there is no " + settings_.exportfs)
                    .with_cure("apt-get install nfs-kernel-server"));
}

/// What cannot be read is taken to be well: what comes next will tell.
bool NfsdServer::is_in_kernel() const {
    const Result<std::string> known = sys::read_file(settings_.file_systems);
    return !known || known->contains("\tnfsd\n");
}

Result<void> NfsdServer::ensure_running() const {
    DIM_CHECK(check_program());
    if (has_threads() && settings_.probe(settings_.address)) return check_versions();
    DIM_TRY(const sys::RunResult started, sys::run(settings_.start, kStartTimeout));
    DIM_CHECK(wait_until_ready(last_lines(started.output, kSaidLines)));
    return check_versions();
}

/// The kernel tells nobody when its server has begun to listen.
Result<void> NfsdServer::wait_until_ready(const std::string& said) const {
    const sys::Deadline deadline = sys::Deadline::in(settings_.ready_timeout);
    for (;;) {
        const Result<void> answered = settings_.probe(settings_.address);
        if (has_threads() && answered) return {};
        if (!is_in_kernel()) return fail(no_server_in_kernel(said));
        if (deadline.has_passed()) {
            const std::string why =
                answered ? "another program answers at port 2049" : to_string(answered.error());
            return fail(
                Error(ErrorCode::unavailable, "the kernel's NFS server does not answer at " +
                                                  to_string(settings_.address) + ": " + why +
                                                  (said.empty() ? "" : "; " + said))
                    .with_cure("systemctl status nfs-server; nfsconf --dump"));
        }
        sys::sleep_for(kProbeInterval);
    }
}

Result<void> NfsdServer::check_versions() const {
    DIM_TRY(const std::string text, sys::read_file(settings_.kernel + "/versions"));
    const auto versions = split_words(text);
    if (std::ranges::find(versions, '+' + std::string(kVersion)) != versions.end()) return {};
    return fail(Error(ErrorCode::unavailable,
                      "NFS 4.1, which blades mount with, is not among what the kernel's NFS server "
                      "offers: " +
                          printable(trim(text), 100))
                    .with_cure("vers4.1=y below [nfsd] in /etc/nfs.conf, then: systemctl restart "
                               "nfs-server"));
}

Result<std::vector<NfsdExport>> NfsdServer::present() const {
    const Result<std::string> table = sys::read_file(settings_.table, kTableLimit);
    if (!table && table.error().code() == ErrorCode::not_found) return std::vector<NfsdExport>();
    DIM_CHECK(table);
    return parse_export_table(*table, settings_.root);
}

Result<void> NfsdServer::withdraw(const std::vector<NfsdExport>& exports) const {
    for (std::size_t begin = 0; begin < exports.size(); begin += kWithdrawnAtOnce) {
        std::vector<std::string> arguments{settings_.exportfs, "-u"};
        for (std::size_t i = begin; i < std::min(begin + kWithdrawnAtOnce, exports.size()); ++i)
            arguments.push_back(place_text(exports[i]));
        DIM_TRY(const sys::RunResult result, sys::run(arguments, kExportfsTimeout));
        if (!result.status.is_success())
            return fail(ErrorCode::unavailable, "exportfs did not withdraw an export (" +
                                                    to_string(result.status) +
                                                    "): " + last_lines(result.output, kSaidLines));
    }
    // Its state is of all that it has mounted.
    DIM_TRY(const auto left, present());
    for (const NfsdExport& entry : exports)
        if (std::ranges::find(left, entry.client, &NfsdExport::client) == left.end())
            expire_client(entry.client);
    return {};
}

Result<void> NfsdServer::add(const std::vector<NfsdExport>& exports) const {
    if (exports.empty()) return {};
    std::string said;
    if (exports.size() > kOneByOne) {
        DIM_TRY(const sys::RunResult result,
                sys::run({settings_.exportfs, "-a"}, kExportfsTimeout));
        said = last_lines(result.output, kSaidLines);
    } else {
        for (const NfsdExport& entry : exports) {
            DIM_TRY(const sys::RunResult result,
                    sys::run({settings_.exportfs, "-i", "-o", entry.options, place_text(entry)},
                             kExportfsTimeout));
            if (!result.status.is_success()) said += last_lines(result.output, kSaidLines);
        }
    }
    return check_offered(exports, said);
}

/// What exportfs says may be about what the administrator exports, and it goes on after an error.
Result<void> NfsdServer::check_offered(const std::vector<NfsdExport>& wanted,
                                       const std::string& said) const {
    DIM_TRY(const auto present, this->present());
    const NfsdChange missing = change_of(present, wanted);
    if (missing.offered.empty()) return {};
    return fail(Error(ErrorCode::unavailable,
                      "exportfs refused " + std::to_string(missing.offered.size()) +
                          " exports, such as " + missing.offered.front().directory + " to " +
                          missing.offered.front().client + (said.empty() ? "" : ": " + said))
                    .with_cure("exportfs -v tells what is offered; what other files of "
                               "/etc/exports.d say of the same directory goes against it"));
}

void NfsdServer::expire_client(const std::string& address) const {
    const std::string clients = settings_.kernel + "/clients";
    const auto numbers = sys::list_names(clients);
    if (!numbers) return;  // nobody has mounted anything
    for (const std::string& number : *numbers) {
        const std::string client = clients + '/' + number;
        const Result<std::string> info = sys::read_file(client + "/info");
        if (!info || !is_about_client(*info, address)) continue;
        if (auto expired = sys::write_file(client + "/ctl", "expire\n"); !expired)
            log(LogLevel::warning, "NFS client " + address + ": " + to_string(expired.error()));
    }
}

api::ServiceStatus NfsdServer::status() const {
    api::ServiceStatus status{.name = kNfsdName, .is_running = has_threads()};
    const std::scoped_lock lock(refusal_mutex_);
    status.cause = refusal_;
    if (!status.is_running && !status.cause)
        status.cause = "the kernel's NFS server has no threads: systemctl status nfs-server";
    return status;
}

}  // namespace dim::server
