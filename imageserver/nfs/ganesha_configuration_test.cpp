#include "imageserver/nfs/ganesha_configuration.hpp"

#include <array>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const model::Ipv4Address kServer = model::Ipv4Address::parse("10.1.0.1").value();

GaneshaExport blade_export() {
    return {.id = 7,
            .source = "/var/lib/dim/mounts/blades/s01c1b01/granite",
            .path = "/blades/s01c1b01/granite",
            .client = "10.1.0.11",
            .access = ExportAccess::read_write};
}

TEST(GaneshaConfiguration, RefusesPathsThatWouldBreakOutOfTheirQuotes) {
    for (const char* path : {"/a\"; }", "/a\\b", "/a\nb", "relative", "", "/caf\xc3\xa9"}) {
        GaneshaExport bad = blade_export();
        bad.source = path;
        EXPECT_FALSE(render_ganesha_configuration(kServer, "/r", std::array{bad})) << path;
        EXPECT_FALSE(render_ganesha_configuration(kServer, path, {})) << path;
    }
}

TEST(GaneshaConfiguration, OffersNothingByDefault) {
    const std::string text = render_ganesha_configuration(kServer, "/var/lib/dim/r", {}).value();
    EXPECT_THAT(text, Not(HasSubstr("EXPORT")));
    EXPECT_THAT(text, HasSubstr("Bind_addr = 10.1.0.1;"));
    EXPECT_THAT(text, HasSubstr("RecoveryRoot = \"/var/lib/dim/r\";"));
    EXPECT_THAT(text, HasSubstr("NFS_Protocols = 4;"));
}

TEST(GaneshaConfiguration, GivesOneClientAccessAndNobodyElse) {
    const std::string text =
        render_ganesha_configuration(kServer, "/r", std::array{blade_export()}).value();
    EXPECT_THAT(text, ::testing::EndsWith(R"(EXPORT {
    Export_Id = 7;
    Path = "/var/lib/dim/mounts/blades/s01c1b01/granite";
    Pseudo = "/blades/s01c1b01/granite";
    Protocols = 4;
    Transports = TCP;
    Access_Type = None;
    Squash = No_Root_Squash;
    SecType = sys;
    PrivilegedPort = true;
    Attr_Expiration_Time = 0;
    FSAL {
        Name = VFS;
    }
    CLIENT {
        Clients = 10.1.0.11;
        Protocols = 4;
        Transports = TCP;
        Access_Type = RW;
        Squash = No_Root_Squash;
        SecType = sys;
        PrivilegedPort = true;
    }
}
)"));
}

TEST(GaneshaConfiguration, SharesReadOnly) {
    GaneshaExport shared = blade_export();
    shared.access = ExportAccess::read_only;
    shared.client = "10.1.0.0/24";
    const std::string text =
        render_ganesha_configuration(kServer, "/r", std::array{shared}).value();
    EXPECT_THAT(text, HasSubstr("Access_Type = RO;"));
    EXPECT_THAT(text, Not(HasSubstr("RW")));
}

}  // namespace
}  // namespace dim::server
