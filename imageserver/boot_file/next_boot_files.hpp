#pragma once

#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/image/images.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <map>
#include <optional>
#include <utility>

namespace dim::server {

/// What the next boot of each blade loads: the boot file for the generation that its image is of.
/// As of one moment, for all blades.
class NextBootFiles {
public:
    /// FILES outlives this.
    static Result<NextBootFiles> look(const Images& images, const BootFiles& files);

    /// Of a blade that is assigned IMAGE, for whose newest generation unless it has one of it;
    /// nothing when there is none, or IMAGE is gone.
    Result<std::optional<api::BootFile>> of(const model::ComponentName& blade,
                                            const std::optional<model::ImageName>& image);

private:
    explicit NextBootFiles(const BootFiles& files) : files_(&files) {}

    const BootFiles* files_;
    Images::BladeGenerations generations_;
    /// The newest one: nothing.
    std::map<std::pair<model::ImageName, std::optional<model::Generation>>,
             std::optional<api::BootFile>>
        known_;
};

}  // namespace dim::server
