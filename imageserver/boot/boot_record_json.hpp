#pragma once

#include "imageserver/boot/boot_record.hpp"
#include "libdim/base/result.hpp"

#include <string>
#include <string_view>

namespace dim::server {

/// The form in which the database keeps a record.
std::string to_json(const BootRecord& record);
/// Errors: invalid_input.
Result<BootRecord> parse_boot_record(std::string_view json);

}  // namespace dim::server
