#include "imageserver/boot_file/boot_file_assembly.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "linuxrc/elf_fixture.hpp"
#include "linuxrc/pe_file.hpp"
#include "linuxrc/pe_fixture.hpp"

#include <cstdlib>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using dim::testing::value_of;
using model::BootFileFormat;
using ::testing::HasSubstr;

/// Boot files of distributions' kernels.
class BootFileAssembly : public ::testing::Test {
protected:
    BootFileAssembly() {
        value_of(sys::ensure_directory(directory_ / "x86_64"));
        dim::testing::write(directory_ / "x86_64/initagent",
                            linuxrc::testing::static_x86_64_program());
        dim::testing::write(stub(), linuxrc::testing::pe_program());
    }

    std::string stub() const { return directory_ / "linuxx64.efi.stub"; }
    Result<AssembledBootFile> assemble(std::string kernel, std::string command_line = "quiet",
                                       model::BladeType type = model::BladeType::x86_64_uefi) {
        return assemble_boot_file({.kernel_kit = kernel_kit_,
                                   .agents = directory_.path(),
                                   .uefi_stubs = directory_.path()},
                                  {.platform = &model::platform_of(type),
                                   .command_line = std::move(command_line),
                                   .authorities = linuxrc::testing::kCertificate,
                                   .kernel = DistributionKernel{.release = "6.1.0-9-amd64",
                                                                .kernel = std::move(kernel),
                                                                .modules = "modules",
                                                                .os_release = "ID=debian\n"}},
                                  directory_.path(),
                                  [](std::string_view, std::uint64_t, std::uint64_t) {});
    }

    std::string kernel_kit_ = "/nowhere";
    dim::testing::TemporaryDirectory directory_;
};

TEST_F(BootFileAssembly, TellsItsKernelAgain) {
    const AssembledBootFile made = value_of(assemble("kernel"));
    EXPECT_EQ(made.kernel, "6.1.0-9-amd64");
    const DistributionKernel kernel =
        value_of(kernel_in(BootFileFormat::unified_kernel_image, made.bytes, "6.1.0-9-amd64"));
    EXPECT_EQ(kernel.kernel, "kernel");
    EXPECT_EQ(kernel.modules, "modules");
    EXPECT_EQ(kernel.os_release, "ID=debian\n");
    EXPECT_FALSE(kernel_in(BootFileFormat::unified_kernel_image, "zImage", "6.1.0-9-amd64"));
}

TEST_F(BootFileAssembly, TakesAnotherCommandLine) {
    const std::string made = value_of(assemble("kernel")).bytes;
    EXPECT_EQ(value_of(with_other_command_line({}, BootFileFormat::unified_kernel_image, made,
                                               "quiet", "loud")),
              value_of(assemble("kernel", "loud")).bytes);
}

TEST_F(BootFileAssembly, IsNotMadeOfWhatCannotWork) {
    dim::testing::write(directory_ / "x86_64/initagent", linuxrc::testing::static_program());
    EXPECT_THAT(assemble("kernel").error().message(), HasSubstr("is not for x86_64"));
    value_of(sys::unlink(directory_ / "x86_64/initagent"));
    EXPECT_THAT(assemble("kernel").error().cure(), HasSubstr("--agents"));
    dim::testing::write(directory_ / "x86_64/initagent", linuxrc::testing::static_x86_64_program());
    value_of(sys::unlink(stub()));
    EXPECT_THAT(assemble("kernel").error().cure(), HasSubstr("systemd-boot-efi"));
}

TEST_F(BootFileAssembly, IsNotLargerThanFirmwareCanLoad) {
    const auto result = assemble(std::string(std::size_t{97} << 20, 'k'));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::limit_exceeded);
}

TEST_F(BootFileAssembly, ForArmNamesTheStubThatIsMissing) {
    value_of(sys::ensure_directory(directory_ / "aarch64"));
    std::string agent = linuxrc::testing::static_x86_64_program();
    agent[18] = '\xb7';  // EM_AARCH64
    dim::testing::write(directory_ / "aarch64/initagent", agent);
    const auto refused = assemble("kernel", "quiet", model::BladeType::aarch64_uefi);
    ASSERT_FALSE(refused);
    EXPECT_THAT(to_string(refused.error()), HasSubstr("linuxaa64.efi.stub"));
    EXPECT_THAT(refused.error().cure(), HasSubstr("arm64"));
}

TEST_F(BootFileAssembly, MakesAZimageOfADistributionsKernel) {
    const char* const kit = std::getenv("DIM_KERNEL_KIT");
    if (kit == nullptr) GTEST_SKIP() << "DIM_KERNEL_KIT does not name a kernel kit";
    kernel_kit_ = kit;
    value_of(sys::ensure_directory(directory_ / "ppc64le"));
    dim::testing::write(directory_ / "ppc64le/initagent",
                        linuxrc::testing::static_ppc64le_program());
    const AssembledBootFile made =
        value_of(assemble("compressed", "quiet", model::BladeType::pseries));
    EXPECT_EQ(made.kernel, "6.1.0-9-amd64") << "not that of the kit";
    const auto kernel = value_of(kernel_in(BootFileFormat::zimage, made.bytes, "6.1"));
    EXPECT_EQ(kernel.release, "6.1");
    EXPECT_EQ(kernel.kernel, "compressed");
    EXPECT_EQ(kernel.modules, "modules");
    EXPECT_EQ(value_of(assemble("compressed", "quiet", model::BladeType::pseries)).bytes,
              made.bytes)
        << "the same inputs, the same bytes";
}

TEST(BootFileName, IsThatOfItsFormat) {
    EXPECT_EQ(boot_file_name(BootFileFormat::zimage), "zImage");
    EXPECT_EQ(boot_file_name(BootFileFormat::unified_kernel_image), "linux.efi");
}

}  // namespace
}  // namespace dim::server
