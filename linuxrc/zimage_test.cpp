#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "linuxrc/command_line.hpp"
#include "linuxrc/elf_fixture.hpp"
#include "linuxrc/gzip.hpp"
#include "linuxrc/zimage.hpp"

#include <cstdlib>

#include <gmock/gmock.h>

namespace dim::linuxrc {
namespace {

using ::testing::HasSubstr;

/// A kernel kit that only puts its inputs one behind the other.
class Zimage : public ::testing::Test {
protected:
    Zimage() { make_assemble("{ echo kernel; cat \"$1\"; printf %s \"$3\"; } >\"$2\"\n"); }

    void make_assemble(const std::string& body) const {
        ASSERT_TRUE(
            sys::write_file_atomically(directory_ / "assemble", "#!/bin/sh\n" + body, 0755));
    }
    void write(const std::string& name, std::string_view bytes) const {
        ASSERT_TRUE(sys::write_file_atomically(directory_ / name, bytes));
    }
    Result<void> assemble(const std::string& command_line) const {
        return assemble_zimage(
            {.kernel_kit = directory_.path(), .work_directory = directory_.path()}, "ramdisk",
            command_line, directory_ / "zImage");
    }
    dim::testing::TemporaryDirectory directory_;
};

TEST_F(Zimage, NamesTheMissingKit) {
    const auto result = assemble_zimage(
        {.kernel_kit = "/nowhere", .work_directory = directory_.path()}, "x", "", "zImage");
    ASSERT_FALSE(result);
    EXPECT_THAT(to_string(result.error()), HasSubstr("--kernel-kit"));
}

TEST_F(Zimage, PassesOnWhatTheKitSays) {
    make_assemble("echo no ld here >&2; exit 3\n");
    EXPECT_THAT(assemble("quiet").error().message(), HasSubstr("exit code 3: no ld here"));
}

TEST_F(Zimage, RefusesMoreThanTheFirmwareTakes) {
    make_assemble("cp \"${0%/*}/ballast\" \"$2\"\n");
    write("ballast", std::string(kZimageLimit, 'x'));
    const auto result = assemble("quiet");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(result.error().message(), HasSubstr("12 MiB"));
}

TEST_F(Zimage, RefusesALongCommandLine) {
    EXPECT_THAT(assemble(std::string(kCommandLineBytes, 'x')).error().cure(),
                HasSubstr("--option"));
}

TEST_F(Zimage, IsMadeOfKernelRamdiskAndCommandLine) {
    ASSERT_TRUE(assemble("console=hvc0 quiet"));
    EXPECT_EQ(sys::read_file(directory_ / "zImage").value(), "kernel\nramdiskconsole=hvc0 quiet");
}

TEST_F(Zimage, IsMadeOfAGivenKernel) {
    make_assemble("cat \"$4\" \"$1\" >\"$2\"\n");
    ASSERT_TRUE(assemble_zimage({.kernel_kit = directory_.path(),
                                 .work_directory = directory_.path(),
                                 .kernel = "vmlinux "},
                                "ramdisk", "quiet", directory_ / "zImage"));
    EXPECT_EQ(sys::read_file(directory_ / "zImage").value(), "vmlinux ramdisk");
}

TEST_F(Zimage, MayBeLargerForOtherFirmware) {
    make_assemble("cp \"${0%/*}/ballast\" \"$2\"\n");
    write("ballast", std::string(kZimageLimit, 'x'));
    EXPECT_TRUE(assemble_zimage({.kernel_kit = directory_.path(),
                                 .work_directory = directory_.path(),
                                 .limit = kLittleEndianZimageLimit},
                                "x", "", directory_ / "zImage"));
}

TEST(ZimageKernel, IsWhatIsLoadedOfAVmlinux) {
    const std::string vmlinux = testing::ppc64le_vmlinux("code");
    const std::string without_symbols = vmlinux.substr(0, vmlinux.find("symbols"));
    EXPECT_EQ(zimage_kernel(vmlinux), gzip(without_symbols));
    EXPECT_EQ(zimage_kernel(without_symbols), gzip(without_symbols));
}

TEST(ZimageKernel, IsOfTheRightMachineAndWhole) {
    const std::string good = testing::ppc64le_vmlinux("code");
    EXPECT_EQ(zimage_kernel("MZ").error().code(), ErrorCode::invalid_input);
    EXPECT_FALSE(zimage_kernel(testing::static_program())) << "big-endian";
    EXPECT_FALSE(zimage_kernel(testing::static_x86_64_program()));
    EXPECT_FALSE(zimage_kernel(good.substr(0, good.find("ode"))));
    for (const auto& [place, value] :
         {std::pair<std::size_t, char>{64, 2}, {38, 1}, {56, 9}, {64 + 13, 1}, {64 + 38, 1}}) {
        std::string bad = good;
        bad[place] = value;
        EXPECT_FALSE(zimage_kernel(bad)) << place;
    }
}

/// With the kit that blades get; ./check puts it into the environment.
class RealZimage : public ::testing::Test {
protected:
    void SetUp() override {
        const char* const kit = std::getenv("DIM_KERNEL_KIT");
        if (kit == nullptr) GTEST_SKIP() << "DIM_KERNEL_KIT does not name a kernel kit";
        kit_ = kit;
    }
    std::string assemble(const std::string& name) const {
        const auto made =
            assemble_zimage({.kernel_kit = kit_, .work_directory = directory_.path()},
                            gzip("a ramdisk").value(), "console=hvc0 quiet", directory_ / name);
        EXPECT_TRUE(made) << to_string(made.error());
        return sys::read_file(directory_ / name).value();
    }
    std::string tell(const std::vector<std::string>& arguments) const {
        return sys::run(arguments, std::chrono::seconds(30)).value().output;
    }

    dim::testing::TemporaryDirectory directory_;
    std::string kit_;
};

TEST_F(RealZimage, IsReproducibleAndSmallEnough) {
    const std::string first = assemble("first");
    EXPECT_TRUE(assemble("second") == first);
    EXPECT_GT(first.size(), std::size_t{2} << 20);
}

TEST_F(RealZimage, TellsTheFirmwareWhereToBeAndTheKernelItsCommandLine) {
    EXPECT_THAT(assemble("zImage"), HasSubstr("IBM,RPA-Client-Config"));
    // Its description begins: no real mode, firmware at 32 MiB.
    EXPECT_THAT(tell({"powerpc64-linux-gnu-readelf", "-n", "-W", directory_ / "zImage"}),
                HasSubstr("ff ff ff ff 02 00 00 00"));
    EXPECT_THAT(
        tell({"powerpc64-linux-gnu-readelf", "-p", "__builtin_cmdline", directory_ / "zImage"}),
        HasSubstr("console=hvc0 quiet\n"));
}

TEST_F(RealZimage, OfADistributionsKernelTellsItAgain) {
    const std::string kernel =
        zimage_kernel(testing::ppc64le_vmlinux(std::string(300'000, 'k'))).value();
    const auto make = [&](const std::string& command_line, const std::string& name) {
        const auto made = assemble_zimage({.kernel_kit = kit_ + "/ppc64le",
                                           .work_directory = directory_.path(),
                                           .kernel = kernel,
                                           .limit = kLittleEndianZimageLimit},
                                          "a ramdisk", command_line, directory_ / name);
        EXPECT_TRUE(made) << to_string(made.error());
        return sys::read_file(directory_ / name).value();
    };
    const std::string zimage = make("console=hvc0 quiet", "zImage");
    const auto contents = read_zimage(zimage).value();
    EXPECT_EQ(contents.kernel, kernel);
    EXPECT_EQ(contents.ramdisk, "a ramdisk");
    EXPECT_EQ(with_command_line(zimage, "console=hvc0 quiet", "loud"), make("loud", "other"));
    EXPECT_THAT(zimage, HasSubstr("IBM,RPA-Client-Config"));
    // To 64 MiB: where the firmware lets it be.
    EXPECT_THAT(tell({"powerpc64-linux-gnu-readelf", "-l", "-W", directory_ / "zImage"}),
                HasSubstr("Entry point 0x4000000"));
    EXPECT_FALSE(read_zimage(assemble("ours"))) << "it is a program of 32 bits";
}

TEST(ZimageCommandLine, IsReplacedInItsPlace) {
    const auto file = [](std::string line) {
        line.resize(kCommandLineBytes);
        return "kernel" + line + "ramdisk";
    };
    EXPECT_EQ(with_command_line(file("quiet"), "quiet", "quiet mem=1G").value(),
              file("quiet mem=1G"));
    EXPECT_EQ(with_command_line(file("quiet"), "loud", "x").error().code(), ErrorCode::conflict);
    EXPECT_EQ(with_command_line(file("quiet") + file("quiet"), "quiet", "x").error().code(),
              ErrorCode::conflict);
    const auto too_long =
        with_command_line(file("quiet"), "quiet", std::string(kCommandLineBytes, 'x'));
    EXPECT_EQ(too_long.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(too_long.error().cure(), HasSubstr("--option"));
    EXPECT_THAT(with_command_line(file("quiet"), "loud", "x").error().cure(),
                HasSubstr("dim buildzimage"));
}

}  // namespace
}  // namespace dim::linuxrc
