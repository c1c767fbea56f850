#include "imageserver/download/boot_target.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(BootTarget, NoPathLeadsAnywhereElse) {
    for (const char* target : {"",
                               "/",
                               "/boot",
                               "/boot/",
                               "boot/debian/linux",
                               "/boot//linux",
                               "/boot/debian/",
                               "/boot/debian/zImage",
                               "/boot/debian/linux.efi/",
                               "/boot/debian/linux?",
                               "//boot/debian/linux",
                               "/boot/../etc/passwd",
                               "/boot/debian/../linux",
                               "/boot/%2e%2e/linux",
                               "/boot/Debian/linux",
                               "/boot/debian/3/linux",
                               "/boot/debian/03/x86_64-01234567/linux",
                               "/boot/debian/0/x86_64-01234567/linux",
                               "/boot/debian/3/x86_64-0123456/linux",
                               "/boot/debian/3/x86_64-0123456G/linux",
                               "/boot/debian/3/vax-01234567/linux",
                               "/boot/debian/3/../linux",
                               "/boot/debian/3/x86_64-01234567/x/linux",
                               "/boot/debian/3/x86_64-01234567/linux/",
                               "/boot/a/b/c/d/e/f/linux"}) {
        const auto parsed = BootTarget::parse(target);
        ASSERT_FALSE(parsed) << target;
        EXPECT_EQ(parsed.error().code(), ErrorCode::not_found);
        EXPECT_FALSE(parsed.error().cure().empty());
    }
    EXPECT_FALSE(BootTarget::parse("/boot/debian/linux" + std::string(1, '\0')));
}

TEST(BootTarget, AreThoseThatDhcpTells) {
    const auto told = BootTarget::parse("/boot/debian/3/x86_64-01234567/linux.efi");
    ASSERT_TRUE(told);
    EXPECT_EQ(told->directory, "debian/3/x86_64-01234567");
    EXPECT_EQ(told->part, BootPart::whole);
    EXPECT_EQ(to_string(*told), "/boot/debian/3/x86_64-01234567/linux.efi");
}

TEST(BootTarget, AreThoseThatPeopleWrite) {
    for (const char* target : {"/boot/debian/linux.efi", "/boot/debian/linux",
                               "/boot/debian/initrd", "/boot/debian/boot.ipxe"}) {
        const auto parsed = BootTarget::parse(target);
        ASSERT_TRUE(parsed) << target;
        EXPECT_TRUE(parsed->directory.empty());
        EXPECT_EQ(to_string(*parsed), target);
    }
}

}  // namespace
}  // namespace dim::server
