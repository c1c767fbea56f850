#pragma once

#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/tree_record.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/base/result.hpp"
#include "libdim/manifest/manifest.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/model/names.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

/// The two file systems of an image, each with a tree that has generations.
enum class ImagePart {
    shared,  ///< the shared root: a directory for each generation that somebody may be shown
    golden,  ///< what blade images are cloned from: the newest generation alone
};

/// One part of an image through its generations, as files:
///
///   the tree of the newest generation  what changed since the last one are new inodes
///   past/N/                            the files of generation N that N+1 replaced
///   N.PART.manifest                    of the newest generation
///   N.PART.delta                       what makes the manifest of N of that of N+1
///
/// N+1 is the next generation that there is: those between may have been collected. So a generation
/// costs what it changed, and every one of them can be had again. One call at a time for an image;
/// blade images are not cloned meanwhile.
class TreeGenerations {
public:
    TreeGenerations(ImagePart part, model::ImageName image, const ImagePaths& paths)
        : part_(part), image_(std::move(image)), paths_(&paths) {}

    /// Errors: not_found, conflict when the image is of a time before manifests; invalid_input when
    /// a file is damaged; with the cure.
    Result<TreeRecord> record(model::Generation newest) const;
    /// The manifest of generation NUMBER ≤ NEWEST. Errors: those of record().
    Result<manifest::Manifest> manifest_of(model::Generation number,
                                           model::Generation newest) const;
    /// Where the files are that generation NUMBER had and NEWEST has not.
    Result<std::vector<sys::Fd>> past_roots(model::Generation number,
                                            model::Generation newest) const;

    /// Mounts it unless it is; the golden image until close_file_system().
    Result<void> open_file_system() const;
    /// Its tree, while it is mounted.
    Result<sys::Fd> open_tree(model::Generation generation) const;
    /// Nothing of the golden image is in use any more; a daemon that was killed may have left it
    /// mounted, and one that is mounted must not be cloned.
    Result<void> close_file_system() const;
    /// Makes the shared root of generation NUMBER < NEWEST, by links alone, unless it is there.
    Result<void> rebuild(model::Generation number, model::Generation newest) const;

    /// Makes the tree below ROOT, which is as that of NEWEST, what that of generation NUMBER was;
    /// on the device when it returns. Errors: those of record(); limit_exceeded when it is full.
    Result<void> set_back(const sys::Fd& root, model::Generation number,
                          model::Generation newest) const;

    /// Copies the files of WANTED that generation NUMBER ≤ NEWEST has, no directories, to their
    /// paths below the directory TO, which is empty. Errors: those of record().
    Result<void> extract(const std::vector<std::string>& wanted, model::Generation number,
                         model::Generation newest, const sys::Fd& to) const;

    struct Advance {
        model::Generation from;  ///< the newest
        model::Generation to;
        manifest::Manifest want;
        /// Blades see the tree of FROM, which stays beside the new one: it is made by links.
        bool is_from_in_use;
    };
    /// Makes the next generation, on the disk when it returns, from the files of SOURCE. What the
    /// manifest of TO says is what the files were when they were copied. Returns its digest.
    /// Errors: limit_exceeded when a file system is full, conflict for a file that changes all the
    /// time; after one of them, retreat().
    Result<std::string> advance(Advance advance, manifest::FileSource& source,
                                const Progress& progress) const;
    /// Takes back what advance() did, however far it came. It can be called again.
    Result<void> retreat(model::Generation from, model::Generation to) const;
    struct Collection {
        model::Generation number;
        std::optional<model::Generation> older;  ///< the next one there is; none: it is the oldest
        model::Generation newer;                 ///< the next one there is
        model::Generation newest;
    };
    /// Deletes what generation NUMBER alone needs; what the older ones need of it goes to OLDER. It
    /// can be called again, after a kill at any point. Errors: those of record().
    Result<void> collect(const Collection& collection) const;
    /// TO has come into force: deletes what only FROM being the newest needed.
    Result<void> settle(model::Generation from) const;

private:
    Result<std::optional<manifest::ScannedTree>> begin_tree(const Advance& advance,
                                                            const TreeRecord& record) const;
    Result<TreeRecord> change_tree(Advance& advance, const manifest::ScannedTree& have,
                                   manifest::FileSource& source, const Progress& progress) const;
    Result<void> write_records(const Advance& advance, const TreeRecord& old,
                               TreeRecord& made) const;
    Result<void> hand_down(const Collection& collection) const;
    Result<void> restore_tree(model::Generation from, model::Generation to) const;
    std::string tree(model::Generation generation) const;
    std::string past(model::Generation generation) const;
    std::string stem(model::Generation generation) const;

    ImagePart part_;
    model::ImageName image_;
    const ImagePaths* paths_;
};

}  // namespace dim::server
