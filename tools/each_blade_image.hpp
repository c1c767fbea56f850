#pragma once

#include "libdim/api/image_messages.hpp"
#include "tools/command.hpp"

#include <string>

namespace dim::tool {

/// Sends a long request for each blade to PREFIX/BLADE/IMAGE; goes on after a failure, so that the
/// rest is done all the same. Failures: the first, and how many blade images "could not be DONE".
Outcome<> for_each_blade_image(const Context& context, const api::ImageOfBlades& request,
                               http::Method method, const std::string& prefix,
                               const std::string& done);

}  // namespace dim::tool
