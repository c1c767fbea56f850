#pragma once

#include "imageserver/service/configured_service.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// The last configuration a service has been ready with. Kept in one file, so that it is always
/// whole, whatever moment we are killed at.
struct ConfigurationRecord {
    std::vector<std::string> arguments;
    std::vector<ConfigFile> files;
    bool is_loaded = true;  ///< false from before the service is made to load another
    bool operator==(const ConfigurationRecord&) const = default;
};

/// Errors: invalid_input when a text is not UTF-8.
Result<std::string> to_json(const ConfigurationRecord& record);
/// Errors: invalid_input.
Result<ConfigurationRecord> parse_configuration_record(std::string_view json);

}  // namespace dim::server
