#pragma once

#include "imageserver/image/generation_files.hpp"
#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/master_tree.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/base/result.hpp"
#include "libdim/changeset/changeset_reader.hpp"
#include "libdim/changeset/staged_contents.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/model/names.hpp"
#include "libdim/sys/fd.hpp"

#include <memory>
#include <string>

namespace dim::server {

/// What a changeset brings: the files of the newer tree that the older one has not. Their contents
/// are unpacked below ImagePaths::captured, and go with this; nothing of it is synced.
class ReceivedFiles final : public manifest::FileSource {
public:
    /// Unpacks CHANGESET, of which nothing but the outline was read, for IMAGE. OLDER is the older
    /// tree, or none when the changeset is whole. All of it is checked then, and each content is
    /// what its digest says. Errors: invalid_input when the changeset is damaged; conflict when
    /// OLDER is not what it was made of; limit_exceeded when it does not fit.
    static Result<std::unique_ptr<ReceivedFiles>>
    unpack(changeset::ChangesetReader& changeset, const GenerationTree* older,
           const model::ImageName& image, const ImagePaths& paths, const Progress& progress);
    ReceivedFiles(const ReceivedFiles&) = delete;
    ReceivedFiles& operator=(const ReceivedFiles&) = delete;
    ~ReceivedFiles() override;

    Result<void> provide(const manifest::Entry& entry, const sys::Fd& directory,
                         const std::string& name) override;
    bool is_exact() const override { return true; }

private:
    ReceivedFiles(std::string path, sys::Fd directory)
        : path_(std::move(path)), contents_(std::move(directory)) {}

    std::string path_;
    changeset::StagedContents contents_;
};

/// Makes at ImagePaths::captured the tree that CHANGESET, of which nothing but the outline was read
/// and which is whole, brings for IMAGE, as a master. Errors: as those of ReceivedFiles::unpack().
Result<MasterTree> unpack_whole(changeset::ChangesetReader& changeset,
                                const model::ImageName& image, const ImagePaths& paths,
                                const Progress& progress);

}  // namespace dim::server
