#pragma once

#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/split_tree.hpp"
#include "imageserver/image/tree_generations.hpp"
#include "libdim/base/result.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/sys/fd.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dim::server {

/// The whole tree of a generation, and where its files are.
class GenerationTree final : public manifest::FileSource {
public:
    const manifest::Manifest& manifest() const { return manifest_; }
    /// From its beginning; below no link, whatever there is. Errors: not_found.
    Result<sys::Fd> open(const manifest::Entry& entry) const;
    /// Copies.
    Result<void> provide(const manifest::Entry& entry, const sys::Fd& directory,
                         const std::string& name) override;

private:
    friend class GenerationFiles;
    bool is_shared(std::string_view path) const;

    manifest::Manifest manifest_;
    std::vector<std::string> shared_;
    // The first that has a path counts.
    std::vector<sys::Fd> shared_roots_;
    std::vector<sys::Fd> golden_roots_;
};

/// The generations of an image as whole trees. While there is one of it, nobody else works on the
/// image, and its golden image must not be cloned.
class [[nodiscard]] GenerationFiles {
public:
    /// PATHS outlives this.
    GenerationFiles(model::ImageName image, model::Generation newest, const ImagePaths& paths);
    GenerationFiles(const GenerationFiles&) = delete;
    GenerationFiles& operator=(const GenerationFiles&) = delete;
    /// As close(), as well as it can.
    ~GenerationFiles();

    /// Generation NUMBER, which shares the directories SHARED; good until close(). Errors: those of
    /// TreeGenerations::record().
    Result<GenerationTree*> tree(model::Generation number, std::vector<std::string> shared);
    /// From here on the golden image may be cloned.
    Result<void> close();

private:
    Result<std::vector<sys::Fd>> roots(ImagePart part, model::Generation number) const;

    model::ImageName image_;
    model::Generation newest_;
    const ImagePaths* paths_;
    std::vector<std::unique_ptr<GenerationTree>> trees_;
};

}  // namespace dim::server
