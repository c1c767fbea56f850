#include "libdim/snmp/session_error.hpp"

// Before all others of net-snmp.
#include <net-snmp/net-snmp-config.h>
// Then its whole interface.
#include <net-snmp/net-snmp-includes.h>

namespace dim::snmp {

namespace {

constexpr const char* kSilentCure =
    "check address and port, that SNMP is switched on in the management module, and the "
    "credentials: a module does not answer a community that it does not know";
constexpr const char* kRefusedCure =
    "compare user, protocols and passphrases with the management module's SNMPv3 user";

}  // namespace

Error library_error(int number, const Session::Settings& settings) {
    const std::string agent = to_string(settings.agent);
    switch (number) {
        case SNMPERR_TIMEOUT:
            return Error(ErrorCode::timed_out,
                         agent + ": no answer to " + std::to_string(settings.retries + 1) +
                             (settings.retries == 0 ? " request in " : " requests in ") +
                             std::to_string((settings.timeout * (settings.retries + 1)).count()) +
                             " ms")
                .with_cure(kSilentCure);
        case SNMPERR_UNKNOWN_USER_NAME:
        case SNMPERR_AUTHENTICATION_FAILURE:
        case SNMPERR_DECRYPTION_ERR:
        case SNMPERR_UNSUPPORTED_SEC_LEVEL:
        case SNMPERR_USM_UNKNOWNSECURITYNAME:
        case SNMPERR_USM_AUTHENTICATIONFAILURE:
        case SNMPERR_USM_DECRYPTIONERROR:
        case SNMPERR_USM_UNSUPPORTEDSECURITYLEVEL:
            return Error(ErrorCode::permission_denied,
                         agent + ": refuses the user: " + snmp_api_errstring(number))
                .with_cure(kRefusedCure);
        case SNMPERR_BAD_SENDTO:
            return Error(ErrorCode::unavailable, agent + ": nothing answers at this port")
                .with_cure(kSilentCure);
        default: return {ErrorCode::unavailable, agent + ": " + snmp_api_errstring(number)};
    }
}

std::unexpected<Error> status_error(const ObjectId& object, long status) {
    const bool is_absent = status == SNMP_ERR_NOSUCHNAME || status == SNMP_ERR_NOTWRITABLE ||
                           status == SNMP_ERR_NOCREATION || status == SNMP_ERR_READONLY ||
                           status == SNMP_ERR_INCONSISTENTNAME;
    ErrorCode code = is_absent ? ErrorCode::not_found : ErrorCode::conflict;
    if (status == SNMP_ERR_NOACCESS || status == SNMP_ERR_AUTHORIZATIONERROR)
        code = ErrorCode::permission_denied;
    if (status == SNMP_ERR_TOOBIG) code = ErrorCode::limit_exceeded;
    return fail(code, "object " + to_string(object) + ": the agent says " +
                          snmp_errstring(static_cast<int>(status)));
}

std::unexpected<Error> another_answer(const std::string& what) {
    return fail(Error(ErrorCode::invalid_input, "the agent answers another question: " + what)
                    .with_cure("nothing of it was used; a newer firmware may help"));
}

}  // namespace dim::snmp
