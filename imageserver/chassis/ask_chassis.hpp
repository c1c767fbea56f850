#pragma once

#include "imageserver/chassis/chassis_target.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/bladecenter/management_module.hpp"

namespace dim::server {

/// What is told of TARGET when its module said REPORT of the chassis and BAYS of its bays. Pure.
api::ChassisStatus chassis_said(const ChassisTarget& target,
                                const bladecenter::ChassisReport& report,
                                const std::vector<bladecenter::BayReport>& bays);

/// Asks; blocks as long as the target's settings say, for each question. Errors: those of
/// read_credentials, snmp::Session and ManagementModule.
Result<api::ChassisStatus> ask_chassis(const ChassisTarget& target);

/// What is in the credentials file of POINT. Errors: not_found for a partner without; those of
/// tls::read_private_file and snmp::parse_credentials.
Result<snmp::Credentials> read_credentials(const ModulePoint& point);

}  // namespace dim::server
