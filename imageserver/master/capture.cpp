#include "imageserver/master/capture.hpp"

#include "imageserver/master/oci_image.hpp"
#include "imageserver/master/remote_tree.hpp"
#include "imageserver/master/unpack.hpp"
#include "imageserver/service/pace.hpp"
#include "libdim/model/path_pattern.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/disk_file_system.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <memory>
#include <sys/stat.h>
#include <utility>

namespace dim::server {

namespace {

using Links = sys::TreeWriter::Links;

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
        return finish(tree);
    }

    Result<void> from_machine(const model::MasterSource::Remote& machine) {
        DIM_CHECK(make_staging());
        DIM_TRY(RemoteTree remote,
                RemoteTree::open(machine, {.ssh_options = settings_.ssh_options,
                                           .exclude = settings_.exclude,
                                           .one_file_system = settings_.one_file_system,
                                           .silence = settings_.silence}));
        Pace pace(progress_, "copy from " + machine.host, PaceText::Unit::bytes,
                  remote.used_bytes());
        remote.on_progress([&pace](std::uint64_t count) { pace.tell(count); });
        const Result<void> unpacked = unpack_into(remote, "tree", Links::refused);
        // How ssh and tar ended says more than that their stream ended early.
        DIM_TRY(const std::vector<std::string> notes, remote.finish(unpacked));
        for (const std::string& note : notes)
            master_.notes_.push_back(note);
        return {};
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
    Result<void> unpack_into(ByteSource& bytes, const std::string& name, Links links) {
        DIM_TRY(sys::TreeWriter tree, make_tree(name, links));
        DIM_TRY(TarReader tar, TarReader::open(bytes));
        DIM_CHECK(unpack_tar(tar, tree, budget_, unpacked_));
        return finish(tree);
    }
    Result<void> finish(sys::TreeWriter& tree) {
        DIM_CHECK(tree.finish());
        DIM_TRY(const sys::Fd root, sys::open_directory(master_.directory_));
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
