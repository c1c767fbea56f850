#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/compare.hpp"
#include "libdim/manifest/manifest.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dim::changeset {

/// What makes one tree of another, but for the contents of files: only what differs.
struct Outline {
    std::string from;  ///< the digest of the older tree's manifest
    std::string to;    ///< the digest of the newer one's
    /// Every path that differs as it was, the directories that these are in, all names of a file
    /// one name of which is among them, and the root. Nothing when nothing differs.
    manifest::Manifest older;
    /// The same as it becomes.
    manifest::Manifest newer;

    bool operator==(const Outline&) const = default;
};

/// FROM and TO are the manifests' digests.
Outline outline_of(const manifest::Manifest& older, std::string from,
                   const manifest::Manifest& newer, std::string to);

/// What is to be done, in words.
std::vector<manifest::Difference> differences_of(const Outline& outline);

/// Whether it makes its newer tree of an empty one, whatever is elsewhere.
bool is_whole(const Outline& outline);

/// What a tree that holds OLDER, all that the older tree has, holds after the changeset; of a whole
/// one whatever OLDER is. Errors: conflict when it was made of another tree than OLDER;
/// invalid_input when what comes of it is not what it says.
Result<manifest::Manifest> newer_tree(const Outline& outline, const manifest::Manifest& older);

/// The files of the newer tree whose content is needed: new inodes, by path. Has pointers into
/// OUTLINE.
std::vector<const manifest::Entry*> needed_files(const Outline& outline);

/// 16 hexadecimal digits that another outline does not have.
std::string name_of(const Outline& outline);

/// As manifests in a changeset: at most so many bytes of text each, some millions of names.
inline constexpr std::size_t kOutlineLimit = std::size_t{512} << 20;

/// What apply() calls the directory that it makes in the root of a tree begins so.
inline constexpr std::string_view kStagingName = ".dim-changeset-";

/// Errors: invalid_input when no two trees have that outline: something is in what is no directory,
/// or the root is none; or when it changes what apply() makes for itself.
Result<void> check_outline(const Outline& outline);

}  // namespace dim::changeset
