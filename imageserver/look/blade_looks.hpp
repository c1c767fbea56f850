#pragma once

#include "imageserver/blade/assignments.hpp"
#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/image/tree_record.hpp"
#include "imageserver/override/overrides.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/api/look_messages.hpp"
#include "libdim/base/result.hpp"

#include <optional>
#include <string>

namespace dim::server {

/// Tells what is in blade images, with the blades on or off, and changes nothing in them. All that
/// is in one may be an attacker's: what is read and remembered of it is bounded. Calls wait for
/// disks; any thread may make them.
class BladeLooks {
public:
    struct Sources {
        Images& images;
        Assignments& assignments;
        Overrides& overrides;
        Database& database;           ///< of the images
        std::string state_directory;  ///< of the images
    };
    /// The references outlive this.
    explicit BladeLooks(Sources sources)
        : images_(sources.images),
          assignments_(sources.assignments),
          overrides_(sources.overrides),
          catalog_(sources.database),
          paths_(std::move(sources.state_directory)) {}

    /// What of the blade's own files is not as its generation has it. Every name is looked at, but
    /// no more is read than the generation holds. Errors: not_found; limit_exceeded for more names
    /// than can be looked at; conflict when the generation has no manifest.
    Result<api::BladeDifference> difference(const api::BladeQuestion& question,
                                            const Progress& progress);
    /// Looks at one name alone. Errors: not_found for a blade without an image; invalid_input for
    /// what is no path; conflict for a link on the way, with what to ask for instead.
    Result<api::PathExplanation> explain(const api::PathQuestion& question);
    /// What a file holds. Errors: those of explain(); not_found; conflict for what is no file;
    /// limit_exceeded above limits::kShownFileBytes; permission_denied for a secret that DIM wrote.
    Result<std::string> content(const api::PathQuestion& question);

private:
    Result<api::BladeImage> choose(const model::ComponentName& blade,
                                   const std::optional<model::ImageName>& image);
    /// What its golden image held, and what of the newest one need not be read again.
    struct Golden {
        manifest::Manifest manifest;
        TreeRecord newest;
    };
    Result<Golden> golden_of(const api::BladeImage& image);
    Result<std::optional<std::string>> exclusion_of(const api::BladeImage& image,
                                                    const std::string& path);
    Result<void> explain_private(const api::BladeImage& image, const std::string& path,
                                 const sys::Fd& tree, api::PathExplanation& explanation);
    Result<void> compare_with_override(const api::BladeImage& image, const std::string& path,
                                       const OverrideJournal::Entry& entry,
                                       api::PathExplanation& explanation);
    Result<void> compare_with_generation(const api::BladeImage& image, const std::string& path,
                                         const sys::Fd& tree, api::PathExplanation& explanation);
    Result<void> tell_absence(const api::BladeImage& image, const std::string& path,
                              api::PathExplanation& explanation);
    Result<void> check_no_secret(const api::BladeImage& image, const std::string& path,
                                 mode_t mode);

    Images& images_;
    Assignments& assignments_;
    Overrides& overrides_;
    ImageCatalog catalog_;
    ImagePaths paths_;
};

}  // namespace dim::server
