#include "libdim/snmp/library.hpp"

#include <cstdlib>
#include <string>
#include <utility>

namespace dim::snmp {

namespace {

/// An environment variable that has a value of ours for a while: what the library can be told in no
/// other way.
class ForcedVariable {
public:
    ForcedVariable(const char* name, const char* value) : name_(name) {
        if (const char* const before = std::getenv(name)) before_ = before;
        ::setenv(name, value, 1);
    }
    ~ForcedVariable() {
        if (before_) {
            ::setenv(name_, before_->c_str(), 1);
        } else {
            ::unsetenv(name_);
        }
    }
    ForcedVariable(const ForcedVariable&) = delete;
    ForcedVariable& operator=(const ForcedVariable&) = delete;

private:
    const char* name_;
    std::optional<std::string> before_;
};

}  // namespace

std::mutex& library_lock() {
    static std::mutex lock;
    return lock;
}

void initialise_library() {
    static bool is_done = false;
    if (std::exchange(is_done, true)) return;
    snmp_disable_log();
    for (const int option :
         {NETSNMP_DS_LIB_DONT_READ_CONFIGS, NETSNMP_DS_LIB_DISABLE_CONFIG_LOAD,
          NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE,
          NETSNMP_DS_LIB_DONT_PERSIST_STATE})
        netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, option, 1);
    netsnmp_set_mib_directory("");
    // No MIB files, and no place for the directories that the library would make.
    const ForcedVariable mibs("MIBS", "");
    const ForcedVariable state("SNMP_PERSISTENT_DIR", "/dev/null");
    init_snmp("dim");
}

ObjectId object_id_of(const oid* parts, std::size_t count) {
    return ObjectId(std::vector<ObjectId::Part>(parts, parts + count));
}

Result<std::optional<Value>> value_of(const netsnmp_variable_list& variable) {
    const auto is_number = [&] { return variable.val_len == sizeof(long); };
    switch (variable.type) {
        case ASN_NULL:
        case SNMP_NOSUCHOBJECT:
        case SNMP_NOSUCHINSTANCE:
        case SNMP_ENDOFMIBVIEW: return std::optional<Value>();
        case ASN_INTEGER:
            if (is_number()) return Value(static_cast<std::int32_t>(*variable.val.integer));
            break;
        case ASN_GAUGE:
        case ASN_COUNTER:
        case ASN_TIMETICKS:
            if (is_number()) return Value(static_cast<std::uint32_t>(*variable.val.integer));
            break;
        case ASN_OCTET_STR: {
            const auto* const begin = variable.val.string;
            return Value(std::string(begin, begin + variable.val_len));
        }
        case ASN_OBJECT_ID:
            return Value(object_id_of(variable.val.objid, variable.val_len / sizeof(oid)));
        default: break;
    }
    return fail(ErrorCode::invalid_input, "a value of a type that no management module has (" +
                                              std::to_string(static_cast<int>(variable.type)) +
                                              ")");
}

}  // namespace dim::snmp
