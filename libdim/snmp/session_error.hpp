#pragma once

#include "libdim/snmp/session.hpp"

#include <expected>
#include <string>

/// What goes wrong with an agent, in words.
namespace dim::snmp {

/// Of net-snmp's own number (SNMPERR_…), for a request that was sent as SETTINGS say.
Error library_error(int number, const Session::Settings& settings);

/// Of an agent's error status (SNMP_ERR_…) for OBJECT.
std::unexpected<Error> status_error(const ObjectId& object, long status);

/// Of an answer that is none to what was asked.
std::unexpected<Error> another_answer(const std::string& what);

}  // namespace dim::snmp
