#pragma once

#include "libdim/cluster/definition/definition.hpp"
#include "libdim/model/names.hpp"
#include "libdim/override/template_text.hpp"

#include <string>
#include <vector>

/// What templates have to do with the cluster definition. Pure.
namespace dim::server {

/// The trees of templates that are for a blade with an image, the most general first: "cluster",
/// "image/granite", "group/gpu" (groups in the order of the definition), "level/s01", "level/s01c1"
/// (the places that the blade is in, the outermost first), "blade/s01c1b01".
std::vector<std::string> override_levels(const cluster::Definition& definition,
                                         const cluster::Blade& blade,
                                         const model::ImageName& image);

/// The words of templates for a blade with an image: name, linear, mac (when it is known), image,
/// server, server.address, domain, address.NETWORK, property.NAME. The network of a place goes by
/// its name without the place, too: bootnet-s01 as address.bootnet.
overrides::Words override_words(const cluster::Definition& definition, const cluster::Blade& blade,
                                const model::ImageName& image);

}  // namespace dim::server
