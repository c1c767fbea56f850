#include "imageserver/nfs/ganesha_configuration.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dim::server {

namespace {

// Grace: after a crash of the NFS server running blades get back what they had locked; it ends
// early when all known blades have, and at once when there are none. A blade that stays silent for
// a lease loses its locks, so a lease outlasts a short outage of the network.
// Attr_Expiration_Time: what the server changes in a file system is seen at once.
// Only_Numeric_Owners: no idmap daemon has to agree on names.
// Minor_Versions: blades mount with 4.1; nobody needs what 4.0 does otherwise, such as state that
// is not bound to a session.
constexpr std::string_view kHead =
    R"(# Written by imageserver. It will overwrite what is changed here.
NFS_CORE_PARAM {{
    NFS_Protocols = 4;
    Bind_addr = {address};
    NFS_Port = 2049;
    Enable_NLM = false;
    Enable_RQUOTA = false;
    Enable_UDP = false;
}}
NFS_KRB5 {{
    Active_krb5 = false;
}}
NFSv4 {{
    Minor_Versions = 1, 2;
    Only_Numeric_Owners = true;
    Delegations = false;
    RecoveryBackend = fs;
    RecoveryRoot = "{recovery}";
    Lease_Lifetime = 30;
    Grace_Period = 35;
}}
LOG {{
    Default_Log_Level = EVENT;
    Components {{
        TIRPC = FATAL;
        DBUS = FATAL;
    }}
}}
)";

// PrivilegedPort: sec=sys believes the uid that a caller claims; only root of a blade has a port
// below 1024, so that none of its users can claim to be root.
constexpr std::string_view kExport = R"(EXPORT {{
    Export_Id = {id};
    Path = "{source}";
    Pseudo = "{path}";
    Protocols = 4;
    Transports = TCP;
    Access_Type = None;
    Squash = No_Root_Squash;
    SecType = sys;
    PrivilegedPort = true;
    Attr_Expiration_Time = 0;
    FSAL {{
        Name = VFS;
    }}
    CLIENT {{
        Clients = {client};
        Protocols = 4;
        Transports = TCP;
        Access_Type = {access};
        Squash = No_Root_Squash;
        SecType = sys;
        PrivilegedPort = true;
    }}
}}
)";

Result<void> check_path(const std::string& path) {
    const auto fits = [](char c) { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\'; };
    if (path.starts_with('/') && std::ranges::all_of(path, fits)) return {};
    return fail(Error(ErrorCode::invalid_input, "'" + printable(path, 200) +
                                                    "' cannot be exported: the NFS server's "
                                                    "configuration cannot hold this path")
                    .with_cure("use a state directory whose path is plain ASCII without quotes"));
}

std::string_view word_of(ExportAccess access) {
    switch (access) {
        case ExportAccess::read_only: return "RO";
        case ExportAccess::read_write: return "RW";
    }
    std::unreachable();
}

}  // namespace

Result<std::string> render_ganesha_configuration(model::Ipv4Address address,
                                                 const std::string& recovery_directory,
                                                 std::span<const GaneshaExport> exports) {
    DIM_CHECK(check_path(recovery_directory));
    std::string text = fmt::format(kHead, fmt::arg("address", to_string(address)),
                                   fmt::arg("recovery", recovery_directory));
    for (const GaneshaExport& entry : exports) {
        DIM_CHECK(check_path(entry.source));
        DIM_CHECK(check_path(entry.path));
        text += fmt::format(kExport, fmt::arg("id", entry.id), fmt::arg("source", entry.source),
                            fmt::arg("path", entry.path), fmt::arg("client", entry.client),
                            fmt::arg("access", word_of(entry.access)));
    }
    return text;
}

}  // namespace dim::server
