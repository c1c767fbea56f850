#pragma once

#include "libdim/model/boot_stage.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dim::server {

/// What a blade does in a stage, as a line of its story.
std::string_view stage_text(model::BootStage stage);

/// What an administrator can do about a failure that an agent reported.
std::string failure_cure(model::BootStage stage, std::optional<std::uint32_t> system_errno);

}  // namespace dim::server
