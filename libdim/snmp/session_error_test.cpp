#include "libdim/snmp/session_error.hpp"

#include <gtest/gtest.h>

// Before all others of net-snmp.
#include <net-snmp/net-snmp-config.h>
// Then its whole interface.
#include <net-snmp/net-snmp-includes.h>

namespace dim::snmp {
namespace {

using namespace std::chrono_literals;

TEST(SessionError, SilenceTellsHowOftenWasAsked) {
    Session::Settings settings{.agent = AgentAddress::parse("10.2.0.1").value(), .timeout = 200ms};
    const Error often = library_error(SNMPERR_TIMEOUT, settings);
    EXPECT_EQ(often.code(), ErrorCode::timed_out);
    EXPECT_EQ(often.message(), "10.2.0.1:161: no answer to 3 requests in 600 ms");
    EXPECT_FALSE(often.cure().empty());
    settings.retries = 0;
    EXPECT_EQ(library_error(SNMPERR_TIMEOUT, settings).message(),
              "10.2.0.1:161: no answer to 1 request in 200 ms");
}

TEST(SessionError, ARefusedUserIsNoSilence) {
    const Session::Settings settings{.agent = AgentAddress::parse("10.2.0.1").value()};
    EXPECT_EQ(library_error(SNMPERR_USM_AUTHENTICATIONFAILURE, settings).code(),
              ErrorCode::permission_denied);
    EXPECT_EQ(library_error(SNMPERR_GENERR, settings).code(), ErrorCode::unavailable);
}

TEST(SessionError, StatusesOfAnAgent) {
    const ObjectId object{1, 3, 6};
    EXPECT_EQ(status_error(object, SNMP_ERR_NOSUCHNAME).error().code(), ErrorCode::not_found);
    EXPECT_EQ(status_error(object, SNMP_ERR_NOACCESS).error().code(), ErrorCode::permission_denied);
    EXPECT_EQ(status_error(object, SNMP_ERR_TOOBIG).error().code(), ErrorCode::limit_exceeded);
    EXPECT_EQ(status_error(object, SNMP_ERR_BADVALUE).error().code(), ErrorCode::conflict);
}

}  // namespace
}  // namespace dim::snmp
