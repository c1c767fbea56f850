#include "linuxrc/command_line.hpp"
#include "linuxrc/pe_file.hpp"
#include "linuxrc/pe_fixture.hpp"
#include "linuxrc/unified_kernel_image.hpp"

#include <gmock/gmock.h>

namespace dim::linuxrc {
namespace {

std::string made(const std::string& command_line = "quiet") {
    return assemble_unified_kernel_image({.stub = testing::pe_program(),
                                          .kernel = "kernel",
                                          .ramdisk = "ramdisk",
                                          .command_line = command_line,
                                          .os_release = "ID=debian\n"})
        .value();
}

TEST(UnifiedKernelImage, HasWhatTheStubLooksFor) {
    const std::string file = made();
    EXPECT_EQ(pe_section(file, ".linux").value(), "kernel");
    EXPECT_EQ(pe_section(file, ".initrd").value(), "ramdisk");
    EXPECT_EQ(pe_section(file, ".cmdline").value(), "quiet");
    EXPECT_EQ(pe_section(file, ".osrel").value(), "ID=debian\n");
    const auto contents = read_unified_kernel_image(file).value();
    EXPECT_EQ(contents.kernel, "kernel");
    EXPECT_EQ(contents.ramdisk, "ramdisk");
    EXPECT_EQ(contents.os_release, "ID=debian\n");
    EXPECT_EQ(file, made());
}

TEST(UnifiedKernelImage, TakesAnotherCommandLine) {
    EXPECT_EQ(with_uki_command_line(made("quiet"), "loud mem=1G").value(), made("loud mem=1G"));
    const std::string longest(kCommandLineBytes - 1, 'x');
    EXPECT_EQ(with_uki_command_line(made("quiet"), longest).value(), made(longest));
    const auto too_long = with_uki_command_line(made(), longest + "x");
    EXPECT_EQ(too_long.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(too_long.error().cure(), ::testing::HasSubstr("--option"));
    EXPECT_FALSE(with_uki_command_line("kernel", "quiet"));
}

TEST(UnifiedKernelImage, TellsWhatCuresAForeignStub) {
    const auto result = assemble_unified_kernel_image(
        {.stub = "#!/bin/sh", .kernel = "", .ramdisk = "", .command_line = "", .os_release = ""});
    EXPECT_EQ(result.error().code(), ErrorCode::invalid_input);
    EXPECT_THAT(result.error().cure(), ::testing::HasSubstr("systemd-boot-efi"));
}

}  // namespace
}  // namespace dim::linuxrc
