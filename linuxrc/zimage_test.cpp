#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "linuxrc/command_line.hpp"
#include "linuxrc/sha256.hpp"
#include "linuxrc/zimage.hpp"

#include <gmock/gmock.h>

namespace dim::linuxrc {
namespace {

using ::testing::HasSubstr;

/// A kernel kit whose "kernel" is a small ppc64 program with a section for the command line.
class Zimage : public ::testing::Test {
protected:
    Zimage() {
        write("zImage.c", "char command_line[2048] __attribute__((section(\"__builtin_cmdline\"))) "
                          "= \"old\";\nvoid _start(void) {}\n");
        run({"powerpc64-linux-gnu-gcc", "-nostdlib", "-static", "-o", directory_ / "kernel",
             directory_ / "zImage.c"});
        make_assemble("cat \"${0%/*}/kernel\" >\"$2\"\n");
    }

    void make_assemble(const std::string& body) const {
        ASSERT_TRUE(
            sys::write_file_atomically(directory_ / "assemble", "#!/bin/sh\n" + body, 0755));
    }
    void write(const std::string& name, std::string_view bytes) const {
        ASSERT_TRUE(sys::write_file_atomically(directory_ / name, bytes));
    }
    static std::string run(const std::vector<std::string>& arguments) {
        const sys::RunResult result = sys::run(arguments, std::chrono::seconds(30)).value();
        EXPECT_TRUE(result.status.is_success()) << result.output;
        return result.output;
    }
    Result<void> assemble(const std::string& command_line) const {
        return assemble_zimage(
            {.kernel_kit = directory_.path(), .work_directory = directory_.path()}, "ramdisk",
            command_line, directory_ / "zImage");
    }
    std::string command_line_of(const std::string& file) const {
        run({"powerpc64-linux-gnu-objcopy", "--dump-section",
             "__builtin_cmdline=" + (directory_ / "section"), file, "/dev/null"});
        return sys::read_file(directory_ / "section").value();
    }

    testing::TemporaryDirectory directory_;
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
    make_assemble("echo not a program >\"$2\"\n");
    EXPECT_FALSE(assemble("quiet"));
}

TEST_F(Zimage, RefusesMoreThanTheFirmwareTakes) {
    make_assemble("cat \"${0%/*}/kernel\" >\"$2\"\npowerpc64-linux-gnu-objcopy --add-section "
                  "ballast=\"${0%/*}/ballast\" \"$2\"\n");
    write("ballast", std::string(kZimageLimit, 'x'));
    const auto result = assemble("quiet");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(result.error().message(), HasSubstr("12 MiB"));
}

TEST_F(Zimage, RefusesALongCommandLine) {
    EXPECT_FALSE(assemble(std::string(kCommandLineBytes, 'x')));
}

TEST_F(Zimage, CarriesTheCommandLine) {
    ASSERT_TRUE(assemble("console=hvc0 dim.server-name=is01"));
    std::string expected = "console=hvc0 dim.server-name=is01";
    expected.resize(kCommandLineBytes, '\0');
    EXPECT_TRUE(command_line_of(directory_ / "zImage") == expected);
}

TEST_F(Zimage, IsTheSameForTheSameInputs) {
    ASSERT_TRUE(assemble("quiet"));
    const std::string first = sys::read_file(directory_ / "zImage").value();
    ASSERT_TRUE(assemble("quiet"));
    EXPECT_TRUE(sys::read_file(directory_ / "zImage").value() == first);
    ASSERT_TRUE(assemble("debug"));
    EXPECT_FALSE(sys::read_file(directory_ / "zImage").value() == first);
}

TEST(Sha256, IsThatOfTheStandard) {
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace dim::linuxrc
