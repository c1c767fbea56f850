#pragma once

#include "imageserver/master/tar_reader.hpp"
#include "libdim/sys/tree_writer.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dim::server {

/// What a tree that is unpacked may take.
class UnpackBudget {
public:
    struct Settings {
        std::string directory;          ///< on the file system that it is unpacked to
        std::uint64_t kept_free_bytes;  ///< what is left free there
        std::uint64_t entries;          ///< at most
    };
    explicit UnpackBudget(Settings settings) : settings_(std::move(settings)) {}

    /// Errors: limit_exceeded, with the limit.
    Result<void> add_entry();
    Result<void> add_bytes(std::uint64_t count);

private:
    Result<void> check_space();
    Settings settings_;
    std::uint64_t entries_ = 0;
    std::uint64_t bytes_since_check_ = 0;
};

/// What came out of archives.
struct Unpacked {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;      ///< of files' content, without holes
    std::uint64_t acl_names = 0;  ///< lines of ACLs that were left out: they name nobody
    struct Acl {
        std::string path;
        std::string attribute;
        std::vector<AclLine> lines;
    };
    std::vector<Acl> named_acls;  ///< for set_named_acls()
};

/// Every entry of the tar file becomes one of the tree; the first whose path CHECK refuses ends it.
/// The errors name the entry; none leaves anything outside of the tree.
Result<void> unpack_tar(TarReader& tar, sys::TreeWriter& tree, UnpackBudget& budget,
                        Unpacked& unpacked,
                        const std::function<Result<void>(const std::string& path)>& check = {});

/// Once the whole tree is there: the ACLs that name users and groups, by its own /etc/passwd and
/// /etc/group below ROOT.
Result<void> set_named_acls(const sys::Fd& root, sys::TreeWriter& tree, Unpacked& unpacked);

/// A layer of an OCI image (OCI image specification, layer.md). In two readings, because what a
/// layer takes away is of the layers below it, never of its own: first what WHITEOUTS says goes,
/// then what ENTRIES has comes. Both read the same file.
Result<void> apply_whiteouts(TarReader& whiteouts, sys::TreeWriter& tree);
Result<void> unpack_layer(TarReader& entries, sys::TreeWriter& tree, UnpackBudget& budget,
                          Unpacked& unpacked);

}  // namespace dim::server
