#pragma once

#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/edit/edit.hpp"
#include "imageserver/edit/edited_blades.hpp"
#include "imageserver/image/images.hpp"
#include "libdim/api/pin_messages.hpp"

namespace dim::server {

/// Makes and deletes images, blade images and boot files. Calls take long; one at a time for each
/// image.
class ImageEdits {
public:
    /// The references outlive this.
    ImageEdits(Images& images, BootFiles& boot_files, EditedBlades blades)
        : images_(images), boot_files_(boot_files), blades_(blades) {}

    Result<Edit> import_image(const api::ImportImage& request, const Progress& progress);
    /// Blades keep the generation they have; new blade images are of the new one.
    Result<Edit> update_image(const api::UpdateImage& request, const Progress& progress);
    /// What update_image() would change. Errors: as that.
    Result<api::SourceDifference> compare_with_source(const api::UpdateImage& request,
                                                      const Progress& progress) {
        return images_.compare_with_source(request, progress);
    }
    Result<Edit> collect_generations(const api::CollectGenerations& request,
                                     const Progress& progress);
    Result<Edit> roll_back_image(const api::RollBackImage& request, const Progress& progress);
    Result<Edit> label_generation(const api::LabelGeneration& request);
    Result<Edit> set_image(const api::SetImage& request);
    /// Errors: conflict while blades have images of it.
    Result<Edit> remove_image(const model::ImageName& image);
    /// Errors: not_found, also for what is no blade of ours; conflict when blades have an image of
    /// another generation.
    Result<Edit> pin_blades(const api::PinBlades& request);
    Result<Edit> unpin_blades(const api::ImageOfBlades& request);
    /// Blades that have one already keep it.
    Result<Edit> create_blade_images(const api::ImageOfBlades& request, const Progress& progress);
    Result<Edit> adopt_image(const api::AdoptImage& request, const Progress& progress);
    /// Blades whose image is known already keep it.
    Result<Edit> adopt_blade_images(const api::ImageOfBlades& request, const Progress& progress);
    /// Those that have that size already keep it. Errors: invalid_input; conflict to make one
    /// smaller that is exported or that the blade runs from.
    Result<Edit> resize_blade_images(const api::ResizeBladeImages& request,
                                     const Progress& progress);
    /// Moves it to the trash. Errors: conflict while the blade runs from it.
    Result<Edit> delete_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image);
    /// Errors: not_found for what is no blade of ours, or not in the trash; already_exists.
    Result<Edit> restore_blade_image(const model::ComponentName& blade,
                                     const model::ImageName& image);
    /// Out of the trash, for ever.
    Result<Edit> purge_blade_images(const model::ComponentName& blade,
                                    const model::ImageName& image);
    Result<Edit> build_boot_file(const api::BuildBootFile& request, const Progress& progress);

private:
    Images& images_;
    BootFiles& boot_files_;
    EditedBlades blades_;
};

}  // namespace dim::server
