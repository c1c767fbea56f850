#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "linuxrc/cpio_archive.hpp"

#include <gmock/gmock.h>

namespace dim::linuxrc {
namespace {

using ::testing::HasSubstr;

CpioArchive sample() {
    CpioArchive archive;
    archive.add_directory("dev");
    archive.add_character_device("dev/console", 5, 1);
    archive.add_file("init", "program", 0755);
    archive.add_file("odd", "x");
    archive.add_symlink("linuxrc", "init");
    return archive;
}

std::string list_with_cpio(const std::string& bytes, const std::vector<std::string>& options) {
    const testing::TemporaryDirectory directory;
    EXPECT_TRUE(sys::write_file_atomically(directory / "archive", bytes));
    std::vector<std::string> arguments{"cpio", "--quiet", "-F", directory / "archive"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const sys::RunResult result = sys::run(arguments, std::chrono::seconds(10)).value();
    EXPECT_TRUE(result.status.is_success()) << result.output;
    return result.output;
}

TEST(CpioArchive, IsReadByCpio) {
    const std::string bytes = sample().finish();
    EXPECT_EQ(list_with_cpio(bytes, {"-t"}), "dev\ndev/console\ninit\nodd\nlinuxrc\n");
    const std::string listing = list_with_cpio(bytes, {"-tv", "--numeric-uid-gid"});
    EXPECT_THAT(listing, HasSubstr("drwxr-xr-x   2 0        0 "));
    EXPECT_THAT(listing, HasSubstr("5,   1"));
    EXPECT_THAT(listing, HasSubstr("-rwxr-xr-x   1 0        0               7 Jan  1  1970 init"));
    EXPECT_THAT(listing, HasSubstr("linuxrc -> init"));
    EXPECT_EQ(list_with_cpio(bytes, {"-i", "--to-stdout", "init", "odd"}), "programx");
}

TEST(CpioArchive, IsTheSameForTheSameContents) { EXPECT_EQ(sample().finish(), sample().finish()); }

TEST(CpioArchive, HasTheFormTheKernelReads) {
    CpioArchive archive;
    archive.add_file("ab", "xyz");
    const std::string bytes = std::move(archive).finish();
    EXPECT_EQ(bytes.substr(0, 110), "070701"
                                    "00000001"  // inode
                                    "000081A4"  // regular file, 0644
                                    "00000000"
                                    "00000000"
                                    "00000001"  // links
                                    "00000000"  // time
                                    "00000003"  // size
                                    "00000000"
                                    "00000000"
                                    "00000000"
                                    "00000000"
                                    "00000003"  // length of the name with its NUL
                                    "00000000");
    EXPECT_EQ(bytes.substr(110, 14), std::string("ab\0\0\0\0xyz\0", 10) + "0707");
    EXPECT_EQ(bytes.size() % 512, 0U);
    EXPECT_THAT(bytes, HasSubstr("TRAILER!!!"));
}

}  // namespace
}  // namespace dim::linuxrc
