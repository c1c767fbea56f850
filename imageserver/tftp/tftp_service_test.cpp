#include "imageserver/service/fake_service_control.hpp"
#include "imageserver/tftp/tftp_service.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(TftpService, PassesAFailureOn) {
    const dim::testing::TemporaryDirectory directory;
    FakeServiceControl control;
    TftpService service(control, {.boot_directory = directory / "boot",
                                  .directory = directory / "tftpd",
                                  .address = model::Ipv4Address(0x7f000001)});
    control.outcomes = {fail(ErrorCode::unavailable, "tftpd ended: port in use")};
    EXPECT_EQ(service.start().error().message(), "tftpd ended: port in use");
}

TEST(TftpService, ServesOneDirectoryOnOneAddressWithoutPrivileges) {
    const dim::testing::TemporaryDirectory directory;
    FakeServiceControl control;
    TftpService service(control, {.boot_directory = directory / "boot",
                                  .directory = directory / "tftpd",
                                  .address = model::Ipv4Address(0x0a010001)});
    ASSERT_TRUE(service.start());
    EXPECT_TRUE(service.status().is_running);
    EXPECT_THAT(control.running.at("tftpd").arguments,
                ::testing::ElementsAre("/usr/sbin/in.tftpd", "--foreground", "--ipv4", "--address",
                                       "10.1.0.1:69", "--user", "tftp", "--blocksize", "1468",
                                       "--secure", directory / "boot"));
    EXPECT_EQ(sys::stat(directory / "boot").value().mode & 07777, 0755U);
}

}  // namespace
}  // namespace dim::server
