#include "imageserver/master/capture.hpp"

#include "imageserver/master/oci_image.hpp"
#include "imageserver/master/remote_tree.hpp"
#include "imageserver/master/unpack.hpp"
#include "imageserver/service/pace.hpp"
#include "libdim/model/byte_size.hpp"
#include "libdim/model/path_pattern.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/disk_file_system.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <algorithm>
#include <functional>
#include <mutex>
#include <sys/stat.h>
#include <utility>

namespace dim::server {

namespace {

using Links = sys::TreeWriter::Links;
/// Of an entry of an archive: an error ends it.
using PathCheck = std::function<Result<void>(const std::string& path)>;

/// How often what has to come may become more while it comes.
constexpr int kRounds = 4;
/// Of what comes for a file beside its content, and of what nobody could know.
constexpr std::uint64_t kBytesOfHeaders = std::uint64_t{8} << 10;
constexpr std::uint64_t kMargin = std::uint64_t{64} << 20;

/// What one list and all that is planned by it take of the memory is bounded: there is one at a
/// time.
std::timed_mutex& list_lock() {
    static std::timed_mutex lock;
    return lock;
}

sys::TreeFilter filter_of(model::PathPatterns patterns, bool one_file_system) {
    // Every ext4 has a lost+found of its own, the source's and ours.
    sys::TreeFilter filter{.leaves_out =
                               [patterns = std::move(patterns)](const std::string& path) {
                                   return path == "lost+found" || patterns.match(path);
                               },
                           .enters = {}};
    if (one_file_system) return filter;
    filter.enters = [](const sys::Fd& directory) {
        const auto is_on_disk = sys::is_on_disk(directory);
        return is_on_disk && *is_on_disk;
    };
    return filter;
}

}  // namespace

Master Master::unpacked(std::string staging_directory) {
    Master master;
    master.directory_ = staging_directory + "/tree";
    master.staging_ = std::move(staging_directory);
    return master;
}

Master::Master(Master&& other) noexcept
    : staging_(std::exchange(other.staging_, {})),
      is_partial_(other.is_partial_),
      directory_(std::move(other.directory_)),
      filter_(std::move(other.filter_)),
      notes_(std::move(other.notes_)) {}

Master::~Master() {
    if (!staging_.empty()) static_cast<void>(sys::remove_tree(staging_));
}

/// One capture, on its way.
class Capture {
public:
    Capture(const CaptureSettings& settings, std::string staging, const Progress& progress)
        : settings_(settings),
          staging_(std::move(staging)),
          progress_(progress),
          budget_({.directory = staging_,
                   .kept_free_bytes = settings.kept_free_bytes,
                   .entries = settings.entry_limit}) {}

    Result<Master> of(const model::MasterSource& source) {
        DIM_TRY(model::PathPatterns patterns, model::PathPatterns::parse(settings_.exclude));
        master_.filter_ = filter_of(std::move(patterns), settings_.one_file_system);
        if (source.remote()) {
            DIM_CHECK(from_machine(*source.remote()));
        } else {
            DIM_CHECK(from_path(source.path()));
        }
        return std::move(master_);
    }

private:
    Result<void> from_path(const std::string& path) {
        DIM_TRY(const sys::FileStatus status, sys::stat(path));
        if (S_ISDIR(status.mode)) {
            DIM_TRY(const sys::Fd directory, sys::open_directory(path));
            const ImageFormat format = image_format_of(directory);
            if (format != ImageFormat::none) return from_image(directory, format);
            master_.directory_ = path;
            return {};
        }
        if (S_ISREG(status.mode)) return from_archive(path, status.size);
        return fail(Error(ErrorCode::invalid_input, path + " is neither a directory nor a file")
                        .with_cure("name a directory, a tar file or an OCI image"));
    }

    Result<void> from_archive(const std::string& path, std::uint64_t size) {
        DIM_TRY(sys::Fd file, sys::open(path, O_RDONLY));
        Pace pace(progress_, "unpack " + path, PaceText::Unit::bytes, size);
        FileBytes bytes(std::move(file), [&pace](std::uint64_t count) { pace.tell(count); });
        DIM_CHECK(make_staging());
        DIM_CHECK(unpack_into(bytes, "tree", Links::refused));
        DIM_TRY(const sys::Fd tree, sys::open_directory(staging_ + "/tree"));
        const ImageFormat format = image_format_of(tree);
        if (format == ImageFormat::none) return {};
        // What was unpacked is an image in its turn.
        DIM_CHECK(sys::rename(staging_ + "/tree", staging_ + "/image"));
        unpacked_ = {};
        DIM_CHECK(from_image(tree, format));
        return sys::remove_tree(staging_ + "/image");
    }

    Result<void> from_image(const sys::Fd& layout, ImageFormat format) {
        DIM_CHECK(make_staging());
        // Runtimes resolve a link within the image on the way to a layer's entry.
        DIM_TRY(sys::TreeWriter tree, make_tree("tree", Links::within_root));
        DIM_CHECK(unpack_image(layout, format, settings_.architecture, tree, budget_, unpacked_,
                               progress_));
        return finish(tree, staging_ + "/tree");
    }

    Result<void> from_machine(const model::MasterSource::Remote& machine) {
        DIM_CHECK(make_staging());
        DIM_TRY(const RemoteTree remote,
                RemoteTree::open(machine, {.ssh_options = settings_.ssh_options,
                                           .exclude = settings_.exclude,
                                           .one_file_system = settings_.one_file_system,
                                           .silence = settings_.silence}));
        const std::string what = "copy from " + machine.host;
        if (settings_.plan == nullptr) return all_of(remote, what);
        if (!remote.can_list()) {
            tell_why_all("what changed can come alone of a machine with GNU find and tar");
            return all_of(remote, what);
        }
        return planned(remote, what);
    }
    void tell_why_all(const std::string& why) {
        master_.notes_.push_back("all of it came: " + why);
    }
    Result<void> planned(const RemoteTree& remote, const std::string& what) {
        std::unique_lock lock(list_lock(), std::try_to_lock);
        if (!lock) {
            progress_("wait until the list of another machine is done with", 0, 0);
            if (!lock.try_lock_for(settings_.patience)) {
                tell_why_all("the list of another machine was not done with in time");
                return all_of(remote, what);
            }
        }
        DIM_TRY(RemoteTree::Listing listing, remote.list(master_.filter_, progress_));
        if (!listing.list) {
            lock.unlock();
            tell_why_all(listing.why_none);
            return all_of(remote, what);
        }
        const Came came{.names = listing.list->names.size(), .list_bytes = listing.list->bytes};
        DIM_TRY(auto wanted, settings_.plan->begin(*std::exchange(listing.list, {})));
        if (wanted) return some_of(remote, what, *std::move(wanted), came);
        lock.unlock();
        return all_of(remote, what);
    }
    Result<void> all_of(const RemoteTree& remote, const std::string& what) {
        DIM_TRY(RemoteTar tar, remote.all());
        DIM_TRY(const RemoteTar::Ended ended, unpack_from(tar, what, "tree", {}));
        add_notes(ended.notes);
        return {};
    }

    /// For a person.
    struct Came {
        std::uint64_t names = 0;  ///< that the machine has
        std::uint64_t list_bytes = 0;
        std::uint64_t fetched = 0;
        std::uint64_t bytes = 0;
    };
    Result<void> some_of(const RemoteTree& remote, const std::string& what,
                         FetchPlan::Wanted wanted, Came came) {
        master_.is_partial_ = true;
        DIM_CHECK(sys::mkdir(staging_ + "/tree", 0755));
        for (int round = 0; !wanted.paths.empty(); ++round) {
            if (round == kRounds) {
                return fail(Error(ErrorCode::conflict, "the machine's files change all the time")
                                .with_cure("try again when less goes on there"));
            }
            const std::string name = "tree/" + std::to_string(round);
            DIM_TRY(std::set<std::string> paths, fetch(remote, what, name, wanted, came));
            came.fetched += paths.size();
            DIM_TRY(sys::Fd root, sys::open_directory(staging_ + "/" + name));
            DIM_TRY(wanted, settings_.plan->more(std::move(root), std::move(paths)));
        }
        master_.notes_.push_back(std::to_string(came.fetched) + " of " +
                                 std::to_string(came.names) + " files came, " +
                                 to_string(model::ByteSize(came.bytes)) + ", after a list of " +
                                 to_string(model::ByteSize(came.list_bytes)));
        return {};
    }
    /// Those that came.
    Result<std::set<std::string>> fetch(const RemoteTree& remote, const std::string& what,
                                        const std::string& name, const FetchPlan::Wanted& wanted,
                                        Came& came) {
        DIM_TRY(const sys::Fd names, write_names(wanted.paths));
        DIM_TRY(const std::uint64_t most, most_bytes(wanted));
        DIM_TRY(RemoteTar tar, remote.some(names, {.expected = wanted.bytes, .most = most}));
        const std::set<std::string_view> asked(wanted.paths.begin(), wanted.paths.end());
        std::set<std::string> paths;
        const auto check = [&](const std::string& path) -> Result<void> {
            if (!asked.contains(path))
                return fail(ErrorCode::invalid_input, "it was not asked for");
            if (!paths.insert(path).second) return fail(ErrorCode::invalid_input, "it came twice");
            return {};
        };
        DIM_TRY(const RemoteTar::Ended ended, unpack_from(tar, what, name, check));
        came.bytes += tar.bytes();
        const std::uint64_t missing = asked.size() - paths.size();
        if (missing > ended.vanished) {
            return fail(Error(ErrorCode::unavailable,
                              std::to_string(missing) + " files did not come, and tar did not say "
                                                        "why")
                            .with_cure("try again"));
        }
        if (missing != 0) {
            master_.notes_.push_back(std::to_string(missing) +
                                     " files vanished before they could be read");
        }
        add_notes(ended.notes);
        return paths;
    }
    /// What may come for WANTED: files grow after they were listed, and no more than the disk has
    /// is of use, whatever sizes were listed.
    Result<std::uint64_t> most_bytes(const FetchPlan::Wanted& wanted) const {
        DIM_TRY(const sys::SpaceInfo space, sys::statfs(staging_));
        return 2 * std::min(wanted.bytes, space.total_bytes) +
               kBytesOfHeaders * wanted.paths.size() + kMargin;
    }
    /// A file as RemoteTree::some() wants it.
    Result<sys::Fd> write_names(const std::vector<std::string>& paths) const {
        std::string text;
        for (const std::string& path : paths)
            text.append("./").append(path) += '\0';
        const std::string file = staging_ + "/names";
        {
            DIM_TRY(const sys::Fd output, sys::open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600));
            DIM_CHECK(sys::write_all(output, text));
        }
        return sys::open(file, O_RDONLY);
    }

    Result<RemoteTar::Ended> unpack_from(RemoteTar& tar, const std::string& what,
                                         const std::string& name, const PathCheck& check) {
        Pace pace(progress_, what, PaceText::Unit::bytes, tar.expected_bytes());
        tar.on_progress([&pace](std::uint64_t count) { pace.tell(count); });
        const Result<void> unpacked = unpack_into(tar, name, Links::refused, check);
        // How ssh and tar ended says more than that their stream ended early.
        return tar.finish(unpacked);
    }
    void add_notes(const std::vector<std::string>& notes) {
        for (const std::string& note : notes)
            master_.notes_.push_back(note);
    }

    Result<void> make_staging() {
        if (!master_.staging_.empty()) return {};
        DIM_CHECK(sys::mkdir(staging_, 0700));
        master_.staging_ = staging_;
        master_.directory_ = staging_ + "/tree";
        return {};
    }
    Result<sys::TreeWriter> make_tree(const std::string& name, Links links) {
        DIM_CHECK(sys::mkdir(staging_ + "/" + name, 0755));
        DIM_TRY(sys::Fd root, sys::open_directory(staging_ + "/" + name));
        return sys::TreeWriter(std::move(root), links);
    }
    Result<void> unpack_into(ByteSource& bytes, const std::string& name, Links links,
                             const PathCheck& check = {}) {
        DIM_TRY(sys::TreeWriter tree, make_tree(name, links));
        DIM_TRY(TarReader tar, TarReader::open(bytes));
        DIM_CHECK(unpack_tar(tar, tree, budget_, unpacked_, check));
        return finish(tree, staging_ + "/" + name);
    }
    Result<void> finish(sys::TreeWriter& tree, const std::string& directory) {
        DIM_CHECK(tree.finish());
        DIM_TRY(const sys::Fd root, sys::open_directory(directory));
        DIM_CHECK(set_named_acls(root, tree, unpacked_));
        if (unpacked_.acl_names != 0) {
            master_.notes_.push_back(std::to_string(unpacked_.acl_names) +
                                     " lines of ACLs were left out: they name users or groups "
                                     "that the tree does not have");
        }
        if (tree.attributes_left_out() != 0) {
            master_.notes_.push_back(std::to_string(tree.attributes_left_out()) +
                                     " extended attributes were left out: the server's file system "
                                     "does not have them");
        }
        return {};
    }

    const CaptureSettings& settings_;
    std::string staging_;
    const Progress& progress_;
    UnpackBudget budget_;
    Unpacked unpacked_;
    Master master_;
};

Result<Master> capture(const model::MasterSource& source, const CaptureSettings& settings,
                       const std::string& staging_directory, const Progress& progress) {
    Capture capture(settings, staging_directory, progress);
    auto master = capture.of(source);
    if (master) return master;
    return fail(std::move(master).error().with_context("capture " + to_string(source)));
}

}  // namespace dim::server
