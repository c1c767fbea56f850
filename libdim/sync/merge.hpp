#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::sync {

/// A file that the master, a blade's packages and its administrator all change, each other lines.
enum class MergeKind {
    passwd,           ///< passwd(5)
    shadow,           ///< shadow(5): secret
    group,            ///< group(5)
    gshadow,          ///< gshadow(5): secret
    subordinate_ids,  ///< subuid(5), subgid(5)
    shells,           ///< shells(5): a set of lines
    dpkg_status,      ///< dpkg's database of packages, stanzas as of deb822(5)
};

inline constexpr std::size_t kMergeLimit = 16U << 20U;  ///< bytes of each of the three texts
inline constexpr std::size_t kMergeLines = 1'000'000;   ///< of each

struct MergeFile {
    std::string_view path;  ///< relative to the image's root: "etc/passwd"
    std::string_view name;  ///< for people: "passwd"
    MergeKind kind;
};
/// All there are.
std::span<const MergeFile> merge_files();

/// What the file at PATH, relative to the image's root ("etc/passwd"), is merged as; none for
/// others.
std::optional<MergeKind> merge_for(std::string_view path);

struct Merged {
    std::string text;
    /// For people, one sentence each, in the order of the file: what could not have its way. Names
    /// and what of them differs, but nothing that a line of a secret file says.
    std::vector<std::string> conflicts;
};

/// What the blade's text becomes when its image goes from the generation with OLDER to that with
/// NEWER. What one side alone changed is as that side says; where both differ, the blade's stays
/// and is told as a conflict. Done again with its own outcome as BLADE it changes nothing. Errors:
/// invalid_input for a text that is not of KIND's form, naming the line and nothing of it.
Result<Merged> merge(MergeKind kind, std::string_view older, std::string_view newer,
                     std::string_view blade);

}  // namespace dim::sync
