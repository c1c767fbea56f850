#pragma once

#include "imageserver/image/images.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/manifest/read_entry.hpp"
#include "libdim/sys/fd.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// The first-level directories that a blade image has from the shared root.
Result<std::vector<std::string>> shared_directories_of(const Images& images,
                                                       const api::BladeImage& image);

/// The two trees that a blade sees as one: its own image, and the shared root over it. Whoever is
/// root on the blade may have put anything into the image, and may change it while we look: no link
/// is followed, and what is opened stays mounted as long as this is there.
class [[nodiscard]] BladeView {
public:
    /// Mounts what is not. Errors: those of Images::ensure_ready and Images::ensure_shared_ready.
    static Result<BladeView> open(Images& images, const api::BladeImage& image);

    /// Whether PATH, "usr/bin/env", is of the shared root.
    bool is_shared(std::string_view path) const;
    /// The tree that PATH is of.
    const sys::Fd& tree_of(std::string_view path) const {
        return is_shared(path) ? shared_ : private_;
    }

private:
    BladeView(std::vector<std::string> directories, sys::Fd shared, sys::Fd own)
        : directories_(std::move(directories)),
          shared_(std::move(shared)),
          private_(std::move(own)) {}

    std::vector<std::string> directories_;
    sys::Fd shared_;
    sys::Fd private_;
};

/// The root of a blade image, mounted. Errors: those of Images::ensure_ready; conflict when it was
/// unmounted meanwhile.
Result<sys::Fd> open_private_root(Images& images, const api::BladeImage& image);

/// A name in a tree; a root's is empty.
struct FoundName {
    sys::Fd directory;
    std::string name;
};
/// None when a directory on the way to PATH is not there. Errors: conflict for a link on the way,
/// with what it says and what to ask for instead.
Result<std::optional<FoundName>> find_name(const sys::Fd& tree, const std::string& path);

/// What PATH is in TREE; none when it is not there. Errors: those of find_name; conflict for a file
/// that changes all the time, when its content is asked for.
Result<std::optional<manifest::Entry>> entry_at(const sys::Fd& tree, const std::string& path,
                                                manifest::Content content);

/// Where a link TARGET, of the name PATH, leads, as a path to ask for: "/usr/bin".
std::string link_destination(const std::string& path, const std::string& target);

}  // namespace dim::server
