#pragma once

#include "libdim/bladecenter/management_module.hpp"

#include <string>
#include <vector>

/// What a management module says, for people and, as one line of JSON, for programs.
namespace dim::tool {

std::string inventory_text(const std::vector<bladecenter::BayReport>& bays);
std::string inventory_json(const std::vector<bladecenter::BayReport>& bays);

std::string chassis_text(const bladecenter::ChassisReport& report);
std::string chassis_json(const bladecenter::ChassisReport& report);

std::string vitals_text(const bladecenter::Vitals& vitals);
std::string vitals_json(const bladecenter::Vitals& vitals);

std::string event_log_text(const std::vector<bladecenter::EventLogEntry>& entries);
std::string event_log_json(const std::vector<bladecenter::EventLogEntry>& entries);

}  // namespace dim::tool
