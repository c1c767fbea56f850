#pragma once

#include "imageserver/edit/edit.hpp"
#include "imageserver/edit/edited_blades.hpp"
#include "imageserver/image/images.hpp"

namespace dim::server {

/// Which blade images the NFS server offers. One call at a time.
class ExportEdits {
public:
    /// The references outlive this.
    ExportEdits(Images& images, EditedBlades blades) : images_(images), blades_(blades) {}

    Result<Edit> export_images(const api::ImageOfBlades& request, const Progress& progress);
    /// Errors: conflict while a blade runs from its image.
    Result<Edit> unexport_images(const api::ImageOfBlades& request, const Progress& progress);

private:
    enum class Offer { offered, withdrawn };
    /// Returns what takes it back.
    Result<std::function<void()>> set(const api::ImageOfBlades& request, Offer offer);

    Images& images_;
    EditedBlades blades_;
};

}  // namespace dim::server
