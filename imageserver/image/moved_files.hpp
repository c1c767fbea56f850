#pragma once

#include "imageserver/image/merged_files.hpp"
#include "imageserver/image/small_files.hpp"
#include "libdim/base/result.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace dim::server {

/// The new files of a blade image that is moved: those of the newer generation, and merged ones.
/// What they hold is on the device before they take the places of older ones, so that after a power
/// failure, too, a file is the old or the new one.
class MovedFiles final : public manifest::FileSource {
public:
    /// FILES has all of the generation, SMALL some of them. ROOT is the blade image's. All
    /// references outlive this.
    MovedFiles(const sys::Fd& root, manifest::TreeSource files, const SmallFiles& small,
               MergedFiles& merged)
        : root_(root), files_(std::move(files)), small_(small), merged_(merged) {}

    Result<void> provide(const manifest::Entry& entry, const sys::Fd& directory,
                         const std::string& name) override;
    Result<void> settle() override;
    /// More would need more room for their names in the directories, which those keep.
    std::size_t most_waiting() const override { return 1000; }

private:
    Result<void> make(const manifest::Entry& entry, const sys::Fd& directory,
                      const std::string& name);

    const sys::Fd& root_;
    manifest::TreeSource files_;
    const SmallFiles& small_;
    MergedFiles& merged_;
    std::size_t unsettled_ = 0;     ///< files
    std::vector<sys::Fd> written_;  ///< the first of them
};

}  // namespace dim::server
