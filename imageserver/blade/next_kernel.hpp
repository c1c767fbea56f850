#pragma once

#include "imageserver/boot/boot_record.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <functional>
#include <optional>
#include <string>

namespace dim::server {

/// The boot file for what is of a generation of an image; nothing when there is none.
using BootFileOf =
    std::function<Result<std::optional<api::BootFile>>(const model::ImageName&, model::Generation)>;

/// As administrators tell kernels apart: by release, or, when that is the same, by version, too.
struct OtherKernel {
    std::string runs;
    std::string next;

    bool operator==(const OtherKernel&) const = default;
};

/// What NEXT starts, if it is known to be another kernel than that of BOOT.
std::optional<OtherKernel> other_kernel(const BootRecord& boot, const api::BootFile& next);

}  // namespace dim::server
