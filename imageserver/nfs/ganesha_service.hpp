#pragma once

#include "imageserver/service/configured_service.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/ipv4.hpp"

#include <string>
#include <string_view>

namespace dim::server {

/// How NFS-Ganesha is run and known to be ready; its files are in DIRECTORY.
ConfiguredService::Settings ganesha_service(const std::string& directory,
                                            model::Ipv4Address address);
std::string ganesha_configuration_file(const std::string& directory);
std::string ganesha_recovery_directory(const std::string& directory);

/// What LOG, since the last start or reload, says is wrong with the configuration; empty: nothing.
std::string ganesha_complaint(std::string_view log);

}  // namespace dim::server
