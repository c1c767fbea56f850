#pragma once

#include "imageserver/boot_file/boot_file_catalog.hpp"
#include "imageserver/boot_file/boot_file_store.hpp"
#include "imageserver/download/boot_downloads.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "linuxrc/pe_fixture.hpp"
#include "linuxrc/unified_kernel_image.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::server {

inline constexpr const char* kPlace = "debian/3/x86_64-01234567";

/// A boot file in the catalog, with parts that can be told from each other.
class BootDownloadsTest : public ::testing::Test {
protected:
    BootDownloadsTest() {
        EXPECT_TRUE(sys::ensure_directory(directory / "boot" + "/" + kPlace));
        EXPECT_TRUE(sys::write_file_atomically(path(), whole_));
        EXPECT_TRUE(sys::write_file_atomically(directory / "secret", "secret"));
        EXPECT_TRUE(
            catalog_.make_current({.file = {.image = *model::ImageName::parse("debian"),
                                            .generation = *model::Generation::from_number(3),
                                            .path = std::string(kPlace) + "/linux.efi",
                                            .bytes = whole_.size(),
                                            .sha256 = "01234567",
                                            .command_line = "quiet"},
                                   .last_generation = *model::Generation::from_number(3),
                                   .kernel_mark = "mark"},
                                  KernelOwner::image, "trust", 1'000'000));
    }
    std::string path() const { return directory / "boot" + "/" + kPlace + "/linux.efi"; }
    BootDownloads downloads() { return {directory / "boot", database_}; }

    testing::TemporaryDirectory directory;
    std::string kernel_ = "kernel" + std::string(3'000'000, 'k');
    std::string ramdisk_ = "ramdisk" + std::string(5'000'000, 'r');
    std::string whole_ =
        linuxrc::assemble_unified_kernel_image({.stub = linuxrc::testing::pe_program(),
                                                .kernel = kernel_,
                                                .ramdisk = ramdisk_,
                                                .command_line = "quiet dim.server-name=is01",
                                                .os_release = "ID=debian\n"})
            .value();
    Database database_ = Database::open(directory / "dim.db", boot_file_migrations()).value();
    BootFileCatalog catalog_{database_};
};

}  // namespace dim::server
