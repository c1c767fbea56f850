#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "linuxrc/elf_fixture.hpp"
#include "linuxrc/ramdisk.hpp"
#include "linuxrc/ramdisk_files.hpp"

#include <gmock/gmock.h>

namespace dim::linuxrc {
namespace {

RamdiskFiles files() {
    return {{"lib/modules/6.1.0/modules.dep", "a.ko:\n"},
            {"lib/modules/6.1.0/a.ko", "module"},
            {"etc/modules-load.d/dim.conf", "a\n"}};
}

TEST(RamdiskFiles, AreUnpackedByOthers) {
    const dim::testing::TemporaryDirectory directory;
    ASSERT_TRUE(
        sys::write_file_atomically(directory / "archive", build_file_archive(files()).value()));
    const auto told =
        sys::run({"sh", "-c",
                  "zstd -dc archive | cpio -i --quiet && cat lib/modules/6.1.0/a.ko "
                  "etc/modules-load.d/dim.conf && stat -c %A lib/modules"},
                 std::chrono::seconds(20), {.environment = {}, .directory = directory.path()})
            .value();
    EXPECT_EQ(told.output, "modulea\ndrwxr-xr-x\n");
    EXPECT_EQ(build_file_archive(files()).value(), build_file_archive(files()).value());
}

TEST(RamdiskFiles, AreFoundBehindTheFirstArchive) {
    const std::string first = build_initramfs({.agent = testing::static_program(),
                                               .ca_certificate = testing::kCertificate})
                                  .value();
    const std::string more = build_file_archive(files()).value();
    // Of whatever length modulo 4 the first one is.
    const std::string joined = joined_archives(first, more);
    EXPECT_EQ(joined.size() % 4, more.size() % 4);
    EXPECT_EQ(second_archive(joined).value(), more);
    EXPECT_EQ(second_archive(first).value(), "");
    EXPECT_EQ(second_archive(more).error().code(), ErrorCode::invalid_input);
    EXPECT_EQ(second_archive(std::string_view(joined).substr(0, first.size() / 2)).error().code(),
              ErrorCode::invalid_input);
}

}  // namespace
}  // namespace dim::linuxrc
