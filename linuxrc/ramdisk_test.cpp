#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "linuxrc/elf_fixture.hpp"
#include "linuxrc/initrd.hpp"
#include "linuxrc/ramdisk.hpp"

#include <gmock/gmock.h>

namespace dim::linuxrc {
namespace {

using ::testing::HasSubstr;

RamdiskContents contents() {
    return {.agent = testing::static_program(), .ca_certificate = testing::kCertificate};
}

std::string initrd() {
    const dim::testing::TemporaryDirectory directory;
    return build_initrd(contents(), directory.path()).value();
}

/// Output of a shell pipeline on the unpacked ramdisk FILE.
std::string look(const std::string& ramdisk, const std::string& command) {
    const dim::testing::TemporaryDirectory directory;
    EXPECT_TRUE(sys::write_file_atomically(directory / "ramdisk.gz", ramdisk));
    const sys::RunResult result =
        sys::run({"sh", "-c", "gunzip ramdisk.gz && " + command}, std::chrono::seconds(20),
                 {.environment = {}, .directory = directory.path()})
            .value();
    EXPECT_TRUE(result.status.is_success()) << result.output;
    return result.output;
}

TEST(Ramdisk, RefusesWhatCannotWork) {
    RamdiskContents bad = contents();
    bad.agent = "#!/bin/sh\n";
    EXPECT_EQ(build_initramfs(bad).error().code(), ErrorCode::invalid_input);
    bad = contents();
    bad.ca_certificate = "binary";
    EXPECT_EQ(build_initramfs(bad).error().code(), ErrorCode::invalid_input);
    EXPECT_FALSE(parse_ramdisk_kind("squashfs"));
}

TEST(Ramdisk, HasTheAgentUnderBothNames) {
    const std::string listing = look(build_initramfs(contents()).value(), "cpio -tv < ramdisk");
    for (const char* line : {" init\n", "linuxrc -> init\n", " dim/ca.pem\n", " dev/console\n",
                             " dev/null\n", " sysroot\n", " proc\n", " sys\n"})
        EXPECT_THAT(listing, HasSubstr(line));
    EXPECT_EQ(look(build_initramfs(contents()).value(),
                   "cpio -i --to-stdout dim/ca.pem 2>/dev/null "
                   "< ramdisk"),
              testing::kCertificate);
}

TEST(Ramdisk, IsTheSameForTheSameContents) {
    EXPECT_EQ(build_initramfs(contents()).value(), build_initramfs(contents()).value());
    const std::string first = initrd();
    // A second later the clock shows another time.
    EXPECT_TRUE(sys::run({"sleep", "1.1"}, std::chrono::seconds(5)));
    EXPECT_TRUE(first == initrd());
}

TEST(Initrd, IsAnExt2FileSystemWithTheSame) {
    const std::string image = initrd();
    EXPECT_THAT(look(image, "dumpe2fs -h ramdisk 2>&1"),
                HasSubstr("Filesystem state:         clean"));
    const std::string root = look(image, "debugfs -R 'ls -l /' ramdisk 2>/dev/null");
    EXPECT_THAT(root, ::testing::ContainsRegex("100755 .*init"));
    EXPECT_THAT(root, ::testing::ContainsRegex("120777 .*linuxrc"));
    const std::string devices = look(image, "debugfs -R 'ls -l /dev' ramdisk 2>/dev/null");
    EXPECT_THAT(devices, ::testing::ContainsRegex("20600 .*console"));
    EXPECT_THAT(devices, ::testing::ContainsRegex("20666 .*null"));
    EXPECT_EQ(look(image, "debugfs -R 'cat /dim/ca.pem' ramdisk 2>/dev/null"),
              testing::kCertificate);
    EXPECT_THAT(look(image, "debugfs -R 'stat /dev/console' ramdisk 2>/dev/null"),
                HasSubstr("05:01"));
}

TEST(Initrd, NeedsAKernelTold) {
    EXPECT_THAT(command_line_words(RamdiskKind::initramfs), ::testing::IsEmpty());
    EXPECT_THAT(command_line_words(RamdiskKind::initrd), ::testing::Contains("root=/dev/ram0"));
}

}  // namespace
}  // namespace dim::linuxrc
