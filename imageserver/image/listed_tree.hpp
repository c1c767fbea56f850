#pragma once

#include "imageserver/master/machine_list.hpp"
#include "libdim/manifest/manifest.hpp"
#include "libdim/manifest/scan_cache.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace dim::server {

/// What came of a machine's tree so far.
struct FetchedFiles {
    std::set<std::string> asked;                     ///< for these paths
    std::map<std::string, manifest::Entry> entries;  ///< by path: what of these came
};

/// A machine's tree as its list, an earlier look at it and what came of it tell.
struct ListedTree {
    manifest::ScannedTree tree;        ///< all of it when nothing is unknown
    std::vector<std::string> unknown;  ///< paths that have to come
};

/// By LIST: what has not changed since KNOWN, whose cache has the machine's own inodes and times of
/// change, is as it was, under another name too; all else is what FETCHED has. What was asked for
/// and did not come is not there any more, nor is what was in it.
ListedTree tree_of(const MachineList& list, const manifest::ScannedTree& known,
                   const FetchedFiles& fetched);

/// For TREE, which came after LIST was made: by what its entries are recognised in a later one.
manifest::ScanCache cache_of(const manifest::Manifest& tree, const MachineList& list);

}  // namespace dim::server
