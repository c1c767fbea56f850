#pragma once

#include "imageserver/service/progress.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/hardware.hpp"
#include "libdim/model/master_source.hpp"
#include "libdim/sys/tree_copy.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace dim::server {

struct CaptureSettings {
    model::Architecture architecture;       ///< which of the images in an OCI image
    std::vector<std::string> exclude = {};  ///< model::PathPattern
    bool one_file_system = false;           ///< leave out what is mounted below the source, too
    std::uint64_t kept_free_bytes = 0;      ///< of the file system that is unpacked to
    std::uint64_t entry_limit = 10'000'000;
    std::vector<std::string> ssh_options = {};  ///< more words for ssh: "-F", "FILE"
    std::chrono::milliseconds silence = std::chrono::minutes(15);  ///< of a machine, RemoteTree
};

/// What an image is made from: a directory, the source's own, or one that was made of it and goes
/// with this object.
class [[nodiscard]] Master {
public:
    /// Of the tree's root, absolute. Only read it: it may be the source's own.
    const std::string& directory() const { return directory_; }
    /// It is the source's own: it may change while it is read, and hold what we never made.
    bool is_in_place() const { return staging_.empty(); }
    /// What of it is meant: for sys::measure_tree and sys::TreeCopy from directory(). May outlive
    /// this.
    const sys::TreeFilter& filter() const { return filter_; }
    /// What a person should know of the capture, one sentence each, fit to print.
    const std::vector<std::string>& notes() const { return notes_; }

    /// The tree that the caller makes, or has made, at STAGING_DIRECTORY/tree.
    static Master unpacked(std::string staging_directory);

    Master(Master&&) noexcept;
    Master& operator=(Master&&) = delete;
    /// Takes the staging directory away, as well as it can.
    ~Master();

private:
    friend class Capture;
    Master() = default;
    std::string staging_;  ///< empty: in place
    std::string directory_;
    sys::TreeFilter filter_;
    std::vector<std::string> notes_;
};

/// Captures SOURCE: a directory is used where it is; a tar file of any compression, an OCI image
/// (layout or archive), an archive of `docker save` and a running machine are unpacked below
/// STAGING_DIRECTORY, which is made, and must not be there yet. It takes the place of the whole
/// tree on its file system. On an error, and with the Master, it goes; after a kill -9 the caller
/// takes it away (sys::remove_tree). Blocks, for minutes. Needs root.
///
/// Errors: not_found, invalid_input for what is no master or damaged, limit_exceeded when it does
/// not fit, unavailable and permission_denied for a machine that cannot be reached; with the cure.
Result<Master> capture(const model::MasterSource& source, const CaptureSettings& settings,
                       const std::string& staging_directory, const Progress& progress);

}  // namespace dim::server
