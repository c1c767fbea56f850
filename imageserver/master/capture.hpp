#pragma once

#include "imageserver/master/machine_list.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/hardware.hpp"
#include "libdim/model/master_source.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/tree_copy.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dim::server {

/// Decides what of a machine's tree has to come, by what the machine lists and what is known of an
/// earlier look at it.
class FetchPlan {
public:
    struct Wanted {
        std::vector<std::string> paths;  ///< as they were listed
        std::uint64_t bytes = 0;         ///< about, of their content
    };
    virtual ~FetchPlan() = default;
    /// Once, before anything comes. None: all of it.
    virtual Result<std::optional<Wanted>> begin(MachineList list) = 0;
    /// CAME, of what was wanted last, is below ROOT, where nothing else counts; the rest is not on
    /// the machine any more. What has to come still; nothing: that was all.
    virtual Result<Wanted> more(sys::Fd root, std::set<std::string> came) = 0;
};

struct CaptureSettings {
    model::Architecture architecture;       ///< which of the images in an OCI image
    std::vector<std::string> exclude = {};  ///< model::PathPattern
    bool one_file_system = false;           ///< leave out what is mounted below the source, too
    std::uint64_t kept_free_bytes = 0;      ///< of the file system that is unpacked to
    std::uint64_t entry_limit = 10'000'000;
    std::vector<std::string> ssh_options = {};  ///< more words for ssh: "-F", "FILE"
    std::chrono::milliseconds silence = std::chrono::minutes(15);  ///< of a machine, RemoteTree
    FetchPlan* plan = nullptr;  ///< for a machine; none: all of it comes, and is not listed
    /// How long it waits for the list of another machine; behind that all of it comes.
    std::chrono::milliseconds patience = std::chrono::minutes(15);
};

/// What an image is made from: a directory, the source's own, or one that was made of it and goes
/// with this object.
class [[nodiscard]] Master {
public:
    /// Of the tree's root, absolute. Only read it: it may be the source's own.
    const std::string& directory() const { return directory_; }
    /// It is the source's own: it may change while it is read, and hold what we never made.
    bool is_in_place() const { return staging_.empty(); }
    /// Only what a FetchPlan wanted came; it knows the tree.
    bool is_partial() const { return is_partial_; }
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
    bool is_partial_ = false;
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
