#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/compare.hpp"
#include "libdim/manifest/manifest.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// The tree of an image, as its two parts have it: the root, and the shared directories themselves,
/// are in both.
struct SplitTree {
    manifest::Manifest shared;
    manifest::Manifest golden;
};

/// The first directory of a path.
std::string_view top_of(std::string_view path);

/// That the first-level directories SHARED can be shared. Errors: not_found when one of them is no
/// directory of TREE, whose name for people is SOURCE.
Result<void> check_shared(const manifest::Manifest& tree, const std::vector<std::string>& shared,
                          const std::string& source);
/// What each part gets of TREE when they are. Errors: those of check_shared().
Result<SplitTree> split_tree(manifest::Manifest tree, const std::vector<std::string>& shared,
                             const std::string& source);

/// The tree that the parts make together; names of one file in both are two files there.
manifest::Manifest whole_tree(const SplitTree& split);

/// By path, whatever part each is in.
std::vector<manifest::Difference> differences_of(const SplitTree& from, const SplitTree& to);

}  // namespace dim::server
