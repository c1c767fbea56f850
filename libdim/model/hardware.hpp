#pragma once

#include "libdim/base/result.hpp"

#include <string_view>

namespace dim::model {

/// The instruction set and byte order an image is made for.
enum class Architecture { ppc64, ppc64le, x86_64, aarch64 };

std::string_view to_string(Architecture architecture);
Result<Architecture> parse_architecture(std::string_view text);

/// A kind of blade, which decides the boot file's platform.
enum class BladeType {
    js20,  ///< IBM 8842: two PowerPC 970/970FX
    js21,  ///< IBM 8844: PowerPC 970MP
};

std::string_view to_string(BladeType type);
Result<BladeType> parse_blade_type(std::string_view text);

/// What a blade of this type can run.
Architecture architecture_of(BladeType type);

}  // namespace dim::model
