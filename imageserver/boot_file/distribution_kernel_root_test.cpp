#include "imageserver/boot_file/boot_file_store.hpp"
#include "imageserver/boot_file/distribution_kernel.hpp"
#include "imageserver/image/image_store_test_fixture.hpp"
#include "linuxrc/elf_fixture.hpp"
#include "linuxrc/module_fixture.hpp"
#include "linuxrc/pe_file.hpp"
#include "linuxrc/pe_fixture.hpp"
#include "linuxrc/ramdisk_files.hpp"
#include "linuxrc/unified_kernel_image.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::run;
using testing::value_of;

constexpr const char* kDep = "kernel/fs/nfs/nfsv4.ko: kernel/net/sunrpc/sunrpc.ko\n"
                             "kernel/net/sunrpc/sunrpc.ko:\n"
                             "kernel/drivers/net/tg3.ko:\n"
                             "kernel/sound/snd.ko:\n";

/// Boot files of an image for x86-64, whose kernels are two words each.
class DistributionKernelTest : public testing::ImageStoreTest {
protected:
    DistributionKernelTest() {
        value_of(sys::ensure_directory(directory / "agents/x86_64"));
        testing::write(directory / "agents/x86_64/initagent",
                       linuxrc::testing::static_x86_64_program());
        testing::write(directory / "linuxx64.efi.stub", linuxrc::testing::pe_program());
        store.reset();
        database = std::make_unique<Database>(value_of(Database::open(
            directory / "boot.db", testing::with_image_migrations(
                                       {kBootFileMigration, kBootFileTrustMigration,
                                        kBootFileVariantMigration, kBootFileKernelMigration}))));
        store = std::make_unique<ImageStore>(value_of(ImageStore::open(
            {.state_directory = state, .tables_with_images = {"boot_file"}}, *database)));
        files.emplace(value_of(BootFileStore::open({.state_directory = state,
                                                    .materials = {.kernel_kit = "/nowhere",
                                                                  .agents = directory / "agents",
                                                                  .uefi_stubs = directory.path()},
                                                    .authorities = [this] { return authorities; },
                                                    .server = blade_name("is01")},
                                                   *database, *store)));
    }

    /// A kernel and its modules in the master.
    void install_kernel(const std::string& release, const std::string& magic = "") const {
        const std::string modules = tree + "/usr/lib/modules/" + release;
        for (const char* name :
             {"kernel/fs/nfs", "kernel/net/sunrpc", "kernel/drivers/net", "kernel/sound"})
            value_of(sys::ensure_directory(modules + "/" + name));
        value_of(sys::ensure_directory(tree + "/boot"));
        value_of(sys::ensure_directory(tree + "/usr/lib/firmware/tigon"));
        testing::write(tree + "/boot/vmlinuz-" + release, "kernel " + release);
        testing::write(tree + "/usr/lib/firmware/tigon/tg3.bin", "firmware");
        testing::write(modules + "/modules.dep", kDep);
        const std::string vermagic =
            "vermagic=" + (magic.empty() ? release : magic) + " SMP mod_unload ";
        for (const char* name :
             {"kernel/fs/nfs/nfsv4.ko", "kernel/net/sunrpc/sunrpc.ko", "kernel/sound/snd.ko"})
            testing::write(modules + "/" + name, linuxrc::testing::kernel_module({vermagic}));
        testing::write(modules + "/kernel/drivers/net/tg3.ko",
                       linuxrc::testing::kernel_module(
                           {vermagic, "firmware=tigon/tg3.bin", "firmware=tigon/not-there.bin"}));
    }
    void import_debian() const {
        auto debian = request();
        debian.architecture = model::Architecture::x86_64;
        value_of(store->import_image(debian, quiet()));
    }
    Result<api::BootFile> build(std::vector<std::string> options = {}) {
        return files->build({granite, std::move(options), {}}, quiet());
    }
    std::string bytes_of(const std::string& path) const {
        return value_of(sys::read_file(files->directory() + "/" + path, std::size_t{1} << 24));
    }
    /// Output of a shell pipeline that reads the archive of the modules in a boot file.
    std::string look(const std::string& file, const std::string& command) const {
        const auto contents = value_of(linuxrc::read_unified_kernel_image(file));
        testing::write(directory / "archive",
                       std::string(value_of(linuxrc::second_archive(contents.ramdisk))));
        return value_of(sys::run({"sh", "-c", "zstd -dc archive | " + command},
                                 std::chrono::seconds(20),
                                 {.environment = {}, .directory = directory.path()}))
            .output;
    }

    std::string authorities = linuxrc::testing::kCertificate;
    std::optional<BootFileStore> files;
};

TEST_F(DistributionKernelTest, IsTheNewestWithWhatItNeeds) {
    install_kernel("6.1.0-9-amd64");
    install_kernel("6.1.0-10-amd64");
    import_debian();
    const api::BootFile file = value_of(build({"quiet"}));
    EXPECT_EQ(file.kernel, "6.1.0-10-amd64");
    EXPECT_EQ(file.path, "granite/1/x86_64-" + file.sha256.substr(0, 8) + "/linux.efi");
    EXPECT_EQ(file.command_line, "console=tty0 console=ttyS0,115200 dim.server-name=is01 quiet");
    const std::string bytes = bytes_of(file.path);
    EXPECT_EQ(linuxrc::pe_section(bytes, ".linux").value(), "kernel 6.1.0-10-amd64");
    EXPECT_EQ(linuxrc::pe_section(bytes, ".cmdline").value(), file.command_line);
    const std::string names = look(bytes, "cpio -t --quiet");
    const std::string modules = "lib/modules/6.1.0-10-amd64/";
    for (const std::string& name :
         {modules + "kernel/fs/nfs/nfsv4.ko", modules + "kernel/net/sunrpc/sunrpc.ko",
          modules + "kernel/drivers/net/tg3.ko", modules + "modules.dep", modules + "modules.alias",
          std::string("lib/firmware/tigon/tg3.bin"), std::string("etc/modules-load.d/dim.conf")})
        EXPECT_THAT(names, HasSubstr(name + "\n"));
    EXPECT_THAT(names, Not(HasSubstr("snd")));
    EXPECT_THAT(names, Not(HasSubstr("6.1.0-9")));
    EXPECT_THAT(names, Not(HasSubstr("modules.symbols"))) << "nobody reads it";
    EXPECT_EQ(look(bytes, "cpio -i --quiet --to-stdout etc/modules-load.d/dim.conf"), "nfsv4\n");
    EXPECT_EQ(value_of(build({"quiet"})), file) << "the same inputs, the same bytes";
}

TEST_F(DistributionKernelTest, StaysWhenOthersAreTrusted) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile old = value_of(build());
    authorities += linuxrc::testing::kCertificate;
    const api::BootFile made = value_of(files->rebuild(granite, quiet()));
    EXPECT_NE(made.sha256, old.sha256);
    EXPECT_EQ(made.kernel, old.kernel);
    EXPECT_EQ(value_of(build()), made) << "as if it were built of the image";
}

TEST_F(DistributionKernelTest, IsTheSameWithOtherArguments) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile file = value_of(build());
    const std::string path = value_of(files->with_arguments(file, {"mem=1G"}));
    EXPECT_NE(path, file.path);
    EXPECT_THAT(path, HasSubstr("/linux.efi"));
    const std::string bytes = bytes_of(path);
    EXPECT_EQ(linuxrc::pe_section(bytes, ".cmdline").value(), file.command_line + " mem=1G");
    EXPECT_EQ(linuxrc::pe_section(bytes, ".linux").value(), "kernel 6.1.0-9-amd64");
}

TEST_F(DistributionKernelTest, MustBeThere) {
    import_debian();
    auto refused = build();
    EXPECT_EQ(refused.error().code(), ErrorCode::not_found);
    EXPECT_THAT(refused.error().cure(), HasSubstr("linux-image-amd64"));
    const auto update = [&] {
        value_of(store->update_image({.name = granite, .source = {}, .label = {}, .shared = {}},
                                     quiet()));
    };

    install_kernel("6.1.0-9-amd64");
    value_of(sys::unlink(tree + "/boot/vmlinuz-6.1.0-9-amd64"));
    update();
    EXPECT_THAT(build().error().message(), HasSubstr("the modules of kernel 6.1.0-9-amd64"));

    install_kernel("6.1.0-9-amd64", "6.1.0-8-amd64");
    update();
    EXPECT_THAT(build().error().message(), HasSubstr("is of another kernel than 6.1.0-9-amd64"));

    install_kernel("6.1.0-9-amd64");
    testing::write(tree + "/usr/lib/modules/6.1.0-9-amd64/modules.dep",
                   "kernel/drivers/net/tg3.ko:\n");
    update();
    EXPECT_THAT(build().error().message(), HasSubstr("cannot mount NFS 4"));
    EXPECT_EQ(value_of(files->current(granite)), std::nullopt);
}

TEST(IsOlderRelease, GoesByNumbers) {
    EXPECT_TRUE(is_older_release("6.1.0-9-amd64", "6.1.0-10-amd64"));
    EXPECT_FALSE(is_older_release("6.1.0-10-amd64", "6.1.0-9-amd64"));
    EXPECT_TRUE(is_older_release("5.14.0-362.el9", "5.14.0-362.8.1.el9"));
    EXPECT_TRUE(is_older_release("6.1.09", "6.1.10"));
    EXPECT_TRUE(is_older_release("5.14.0-70.el9", "5.14.0-362.8.1.el9"));
    EXPECT_FALSE(is_older_release("5.14.0-362.8.1.el9", "5.14.0-362.el9"));
    EXPECT_TRUE(is_older_release("6.10.0", "6.10.1"));
    EXPECT_FALSE(is_older_release("6.1.0", "6.1.0"));
}

}  // namespace
}  // namespace dim::server
