#include "imageserver/nfs/ganesha_service.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(GaneshaComplaint, IsTheFirstLineThatMatters) {
    EXPECT_EQ(
        ganesha_complaint(
            "20/11/2026 13:56:17 : epoch 6b0051 : vm : nfs-ganesha-17[sigmgr] vfs_create_export "
            ":FSAL :CRIT :resolve_posix_filesystem(/nope) returned No such file or directory (2)\n"
            "20/11/2026 13:56:17 : epoch 6b0051 : vm : nfs-ganesha-17[sigmgr] fsal_cfg_commit "
            ":CONFIG :CRIT :Could not create export for (/blades/c) to (/nope)\n"),
        "Could not create export for (/blades/c) to (/nope)");
    EXPECT_EQ(ganesha_complaint("x :CONFIG :CRIT :Config file (/g.conf:8) error: syntax error\n\n"),
              "Config file (/g.conf:8) error: syntax error");
    EXPECT_EQ(ganesha_complaint("syntax error"), "syntax error");
}

TEST(GaneshaComplaint, IsEmptyForAnOrdinaryStart) {
    EXPECT_EQ(ganesha_complaint(""), "");
    EXPECT_EQ(
        ganesha_complaint("nfs-ganesha-15[main] gsh_dbus_pkginit :DBUS :CRIT :dbus_bus_get failed\n"
                          "nfs-ganesha-15[main] nfs_start :NFS STARTUP :EVENT :  NFS SERVER "
                          "INITIALIZED\n"),
        "");
}

}  // namespace
}  // namespace dim::server
