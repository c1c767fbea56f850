#include "imageserver/download/boot_server_fixture.hpp"
#include "libdim/sys/file.hpp"

namespace dim::server {
namespace {

std::string at(const char* part) { return std::string("/boot/") + kPlace + "/" + part; }

TEST_F(BootDownloadsTest, WhatIsInNoRowIsNotThere) {
    const std::string unknown = "debian/3/x86_64-76543210";
    ASSERT_TRUE(sys::ensure_directory(directory / "boot/" + unknown));
    ASSERT_TRUE(sys::write_file_atomically(directory / "boot/" + unknown + "/linux.efi", whole_));
    const auto download = downloads().open("/boot/" + unknown + "/linux.efi");
    ASSERT_FALSE(download);
    EXPECT_EQ(download.error().code(), ErrorCode::not_found);
    EXPECT_FALSE(download.error().cure().empty());
    EXPECT_FALSE(downloads().open("/boot/granite/linux"));
    EXPECT_FALSE(downloads().open("/boot/../secret"));
}

TEST_F(BootDownloadsTest, WhatIsGoneOrALinkIsNotGiven) {
    ASSERT_TRUE(sys::unlink(path()));
    EXPECT_EQ(downloads().open(at("linux")).error().code(), ErrorCode::not_found);
    ASSERT_TRUE(sys::symlink(directory / "secret", path()));
    EXPECT_FALSE(downloads().open(at("linux.efi")));
}

TEST_F(BootDownloadsTest, AFileWithoutPartsHasNone) {
    for (const std::string& bytes : {std::string(), std::string("MZ"), whole_.substr(0, 2000)}) {
        ASSERT_TRUE(sys::write_file_atomically(path(), bytes));
        EXPECT_FALSE(downloads().open(at("initrd"))) << bytes.size();
        EXPECT_FALSE(downloads().open(at("boot.ipxe"))) << bytes.size();
    }
}

TEST_F(BootDownloadsTest, PartsAreInTheOneFile) {
    const auto bytes = [](const Download& download) {
        std::string read(download.size, '\0');
        EXPECT_EQ(sys::read_at(*download.file, read, download.offset).value(), read.size());
        return read;
    };
    EXPECT_EQ(bytes(downloads().open(at("linux.efi")).value()), whole_);
    EXPECT_EQ(bytes(downloads().open(at("linux")).value()), kernel_);
    EXPECT_EQ(bytes(downloads().open(at("initrd")).value()), ramdisk_);
    const Download in_use = downloads().open("/boot/debian/linux").value();
    EXPECT_EQ(bytes(in_use), kernel_);
    EXPECT_EQ(in_use.name, std::string(kPlace) + "/linux");
}

TEST_F(BootDownloadsTest, TheScriptTellsTheKernelItsInterface) {
    const Download script = downloads().open(at("boot.ipxe")).value();
    EXPECT_FALSE(script.file);
    EXPECT_TRUE(script.text.starts_with("#!ipxe\n"));
    EXPECT_TRUE(script.text.contains("\nkernel linux quiet dim.server-name=is01 "
                                     "BOOTIF=01-${netX/mac:hexhyp} || "))
        << script.text;
    EXPECT_TRUE(script.text.contains("\ninitrd initrd "));
}

}  // namespace
}  // namespace dim::server
