#pragma once

#include "imageserver/master/unpack.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/model/hardware.hpp"
#include "libdim/sys/fd.hpp"

#include <string>
#include <string_view>

namespace dim::server {

/// What a directory holds, as the files at its top tell.
enum class ImageFormat {
    none,
    oci,     ///< an OCI image layout: oci-layout, index.json, blobs/
    docker,  ///< what `docker save` wrote before it wrote OCI layouts: manifest.json
};
ImageFormat image_format_of(const sys::Fd& directory);

/// Makes the tree of the image in LAYOUT, of FORMAT, for machines of ARCHITECTURE: its layers, one
/// over the other. Every blob's digest is compared before it is used. Errors: not_found when the
/// image is for other machines, which are named, or a blob is missing; conflict when there are
/// several images; invalid_input for what is damaged.
Result<void> unpack_image(const sys::Fd& layout, ImageFormat format,
                          model::Architecture architecture, sys::TreeWriter& tree,
                          UnpackBudget& budget, Unpacked& unpacked, const Progress& progress);

/// The architecture in the words of OCI images, "amd64".
std::string_view oci_architecture(model::Architecture architecture);

}  // namespace dim::server
