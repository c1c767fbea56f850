#include "imageserver/boot_file/boot_file_catalog.hpp"
#include "imageserver/boot_file/boot_file_store.hpp"
#include "imageserver/boot_file/distribution_kernel.hpp"
#include "imageserver/image/image_store_test_fixture.hpp"
#include "libdim/sys/clock.hpp"
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
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::run;
using testing::value_of;

constexpr const char* kDep = "kernel/fs/nfs/nfsv4.ko: kernel/net/sunrpc/sunrpc.ko\n"
                             "kernel/net/sunrpc/sunrpc.ko:\n"
                             "kernel/net/8021q/8021q.ko:\n"
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
            directory / "boot.db", testing::with_image_migrations(boot_file_migrations()))));
        store = std::make_unique<ImageStore>(value_of(ImageStore::open(
            {.state_directory = state, .tables_with_images = {"boot_file"}}, *database)));
        open_files(std::chrono::hours(1));
    }
    void open_files(std::chrono::microseconds retry_after) {
        files.reset();
        files.emplace(value_of(BootFileStore::open({.state_directory = state,
                                                    .materials = {.kernel_kit = "/nowhere",
                                                                  .agents = directory / "agents",
                                                                  .uefi_stubs = directory.path(),
                                                                  .secure_boot = directory.path()},
                                                    .authorities = [this] { return authorities; },
                                                    .server = blade_name("is01"),
                                                    .retry_after = retry_after},
                                                   *database, *store)));
    }

    /// A kernel and its modules, for MACHINE, in the master.
    void install_kernel(const std::string& release, const std::string& magic = "",
                        std::uint16_t machine = linuxrc::testing::kX86Module) const {
        const std::string modules = tree + "/usr/lib/modules/" + release;
        for (const char* name : {"kernel/fs/nfs", "kernel/net/sunrpc", "kernel/net/8021q",
                                 "kernel/drivers/net", "kernel/sound"})
            value_of(sys::ensure_directory(modules + "/" + name));
        value_of(sys::ensure_directory(tree + "/boot"));
        value_of(sys::ensure_directory(tree + "/usr/lib/firmware/tigon"));
        testing::write(tree + "/boot/vmlinuz-" + release, "kernel " + release);
        testing::write(tree + "/usr/lib/firmware/tigon/tg3.bin", "firmware");
        testing::write(modules + "/modules.dep", kDep);
        const std::string vermagic =
            "vermagic=" + (magic.empty() ? release : magic) + " SMP mod_unload ";
        for (const char* name : {"kernel/fs/nfs/nfsv4.ko", "kernel/net/sunrpc/sunrpc.ko",
                                 "kernel/net/8021q/8021q.ko", "kernel/sound/snd.ko"})
            testing::write(modules + "/" + name,
                           linuxrc::testing::kernel_module({vermagic}, false, machine));
        testing::write(modules + "/kernel/drivers/net/tg3.ko",
                       linuxrc::testing::kernel_module(
                           {vermagic, "firmware=tigon/tg3.bin", "firmware=tigon/not-there.bin"},
                           false, machine));
    }
    void import_debian(model::Architecture architecture = model::Architecture::x86_64) const {
        auto debian = request();
        debian.architecture = architecture;
        value_of(store->import_image(debian, quiet()));
    }
    void update() const {
        value_of(store->update_image({.name = granite, .source = {}, .label = {}, .shared = {}},
                                     quiet()));
    }
    /// What was made last.
    std::optional<api::BootFile> renew() {
        const RenewedBootFiles done = value_of(files->renew(granite, quiet()));
        return done.made.empty() ? std::nullopt : std::optional(done.made.back());
    }
    std::optional<Error> failure_of_renew() {
        return value_of(files->renew(granite, quiet())).failure;
    }
    std::string agent() const { return directory / "agents/x86_64/initagent"; }
    void lose(const api::BootFile& file) const {
        value_of(sys::unlink(files->directory() + "/" + file.path));
    }
    api::BootFile of_generation(std::uint32_t generation) const {
        return value_of(files->of_generation(granite, number(generation))).value();
    }
    Result<api::BootFile> build(std::vector<std::string> options = {}) {
        return build(api::BuildBootFile{granite, std::move(options), {}});
    }
    /// With those of earlier generations.
    Result<api::BootFile> build(const api::BuildBootFile& request) {
        DIM_TRY(api::BootFile made, files->build(request, quiet()));
        DIM_TRY(kept, files->build_earlier(granite, quiet()));
        return made;
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

    /// From now on blades here are of the platform epyc with these drivers, or of none.
    void add_row(std::vector<std::string> drivers) {
        rows.clear();
        if (!drivers.empty())
            rows.push_back({.name = *model::ComponentName::parse("epyc"),
                            .like = model::BladeType::x86_64_uefi,
                            .drivers = std::move(drivers)});
        files->serve(
            {.all = [this] { return rows; },
             .of_image = [this](const auto& image) -> Result<std::vector<model::PlatformRow>> {
                 return image == assigned ? rows : std::vector<model::PlatformRow>();
             }});
    }
    CompletedBootFiles complete() { return value_of(files->complete(granite, quiet())); }
    /// How often the kernel and its drivers were looked for in the image.
    int looks_of_complete() {
        int looks = 0;
        value_of(files->complete(granite, [&](std::string_view what, auto, auto) {
            if (what.starts_with("take the kernel")) ++looks;
        }));
        return looks;
    }
    /// From now on the module is not in the kernel's.
    void take_away_sound(const std::string& release) const {
        const std::string modules = tree + "/usr/lib/modules/" + release;
        value_of(sys::unlink(modules + "/kernel/sound/snd.ko"));
        const std::string dep(kDep);
        testing::write(modules + "/modules.dep", dep.substr(0, dep.find("kernel/sound/")));
    }
    Result<std::string> path_with(const std::string& driver, std::uint32_t generation) {
        return files->variant_of(of_generation(generation), {.drivers = {driver}});
    }
    Result<api::BootFile> build_as(KernelWishes wishes) {
        api::BuildBootFile request{granite, {}, {}};
        request.reset = true;
        request.drivers = std::move(wishes.drivers);
        if (!wishes.release.empty()) request.kernel = std::move(wishes.release);
        return build(request);
    }
    bool has_module(const std::string& path, const std::string& module) {
        return look(bytes_of(path), "cpio -t --quiet").contains("/" + module + ".ko\n");
    }
    /// An hour goes by, in which nobody is told of another file.
    void collect() {
        value_of(files->collect());
        value_of(database->transaction([&](Transaction& transaction) -> Result<void> {
            for (const char* table : {"boot_file", "platform_boot_file"})
                DIM_CHECK(transaction.execute("UPDATE " + std::string(table) +
                                              " SET replaced_us = 1 WHERE replaced_us > 1"));
            return {};
        }));
        value_of(files->collect());
    }

    std::vector<model::PlatformRow> rows;
    model::ImageName assigned = granite;  ///< to the blades of the rows
    std::vector<Error> kept;              ///< why earlier generations kept their boot files
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
          modules + "kernel/net/8021q/8021q.ko", modules + "kernel/drivers/net/tg3.ko",
          modules + "modules.dep", modules + "modules.alias",
          std::string("lib/firmware/tigon/tg3.bin"), std::string("etc/modules-load.d/dim.conf")})
        EXPECT_THAT(names, HasSubstr(name + "\n"));
    EXPECT_THAT(names, Not(HasSubstr("snd")));
    EXPECT_THAT(names, Not(HasSubstr("6.1.0-9")));
    EXPECT_THAT(names, Not(HasSubstr("modules.symbols"))) << "nobody reads it";
    EXPECT_EQ(look(bytes, "cpio -i --quiet --to-stdout etc/modules-load.d/dim.conf"), "nfsv4\n");
    EXPECT_EQ(value_of(build({"quiet"})), file) << "the same inputs, the same bytes";
}

TEST_F(DistributionKernelTest, HasModulesThatTheDistributionCompressed) {
    install_kernel("6.12.1-amd64");
    const std::string modules = tree + "/usr/lib/modules/6.12.1-amd64/";
    const std::string plain = value_of(sys::read_file(modules + "kernel/drivers/net/tg3.ko"));
    run({"xz", modules + "kernel/drivers/net/tg3.ko"});
    run({"zstd", "-q", "--rm", modules + "kernel/fs/nfs/nfsv4.ko"});
    run({"xz", tree + "/usr/lib/firmware/tigon/tg3.bin"});
    testing::write(modules + "modules.dep",
                   "kernel/fs/nfs/nfsv4.ko.zst: kernel/net/sunrpc/sunrpc.ko\n"
                   "kernel/net/sunrpc/sunrpc.ko:\n"
                   "kernel/drivers/net/tg3.ko.xz: kernel/fs/nfs/nfsv4.ko.zst\n");
    import_debian();
    const std::string bytes = bytes_of(value_of(build()).path);
    const std::string packed = "lib/modules/6.12.1-amd64/";
    EXPECT_EQ(look(bytes, "cpio -i --quiet --to-stdout " + packed + "kernel/drivers/net/tg3.ko"),
              plain);
    EXPECT_EQ(look(bytes, "cpio -i --quiet --to-stdout lib/firmware/tigon/tg3.bin"), "firmware");
    EXPECT_EQ(look(bytes, "cpio -i --quiet --to-stdout " + packed + "modules.dep"),
              "kernel/fs/nfs/nfsv4.ko: kernel/net/sunrpc/sunrpc.ko\n"
              "kernel/net/sunrpc/sunrpc.ko:\n"
              "kernel/drivers/net/tg3.ko: kernel/fs/nfs/nfsv4.ko\n");

    testing::write(modules + "kernel/fs/nfs/nfsv4.ko.zst", "no such thing");
    update();
    EXPECT_THAT(build().error().message(), HasSubstr("nfsv4.ko.zst is damaged or cut"));
}

TEST_F(DistributionKernelTest, KeepsWhatACommandDoesNotSay) {
    install_kernel("6.1.0-10-amd64");
    install_kernel("6.1.0-9-amd64");
    import_debian();
    api::BuildBootFile request{granite, std::vector<std::string>{"dim.vlan=30", "quiet"}, {}};
    request.drivers = {"snd"};
    request.kernel = "6.1.0-9-*";
    const api::BootFile wished = value_of(build(request));
    EXPECT_EQ(value_of(build(api::BuildBootFile{granite, {}, {}})), wished);
    api::BuildBootFile loud{granite, std::vector<std::string>{"debug"}, {}};
    const api::BootFile other = value_of(build(loud));
    EXPECT_EQ(other.command_line, "console=tty0 console=ttyS0,115200 dim.server-name=is01 debug");
    EXPECT_EQ(other.wished_drivers, wished.wished_drivers);
    EXPECT_EQ(other.kernel, "6.1.0-9-amd64");
    api::BuildBootFile reset{granite, {}, {}};
    reset.reset = true;
    const api::BootFile bare = value_of(build(reset));
    EXPECT_EQ(bare.command_line, "console=tty0 console=ttyS0,115200 dim.server-name=is01");
    EXPECT_EQ(bare.kernel, "6.1.0-10-amd64");
    EXPECT_FALSE(bare.wished_drivers);
}

TEST_F(DistributionKernelTest, StaysWhenOthersAreTrusted) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile old = value_of(build());
    authorities += linuxrc::testing::kCertificate;
    value_of(files->rebuild(granite, quiet()));
    const api::BootFile made = value_of(files->current(granite)).value();
    EXPECT_NE(made.sha256, old.sha256);
    EXPECT_EQ(made.kernel, old.kernel);
    EXPECT_EQ(value_of(build()), made) << "as if it were built of the image";
}

TEST_F(DistributionKernelTest, IsNotTakenBackByARebuildThatBeganBefore) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile old = value_of(build());
    install_kernel("6.1.0-10-amd64");
    update();
    ASSERT_TRUE(renew());
    authorities += linuxrc::testing::kCertificate;
    BootFileCatalog catalog(*database);
    value_of(files->rebuild(
        granite, [&](auto&&...) { value_of(catalog.replace(old.path, sys::realtime_us())); }));
    EXPECT_EQ(value_of(catalog.current(granite)).size(), 1U);
}

TEST_F(DistributionKernelTest, IsTheSameWithOtherArguments) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile file = value_of(build());
    const std::string path = value_of(files->variant_of(file, {.arguments = {"mem=1G"}}));
    EXPECT_NE(path, file.path);
    EXPECT_THAT(path, HasSubstr("/linux.efi"));
    const std::string bytes = bytes_of(path);
    EXPECT_EQ(linuxrc::pe_section(bytes, ".cmdline").value(), file.command_line + " mem=1G");
    EXPECT_EQ(linuxrc::pe_section(bytes, ".linux").value(), "kernel 6.1.0-9-amd64");
}

TEST_F(DistributionKernelTest, IsSignedForSecureBootWhenThereIsAKey) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile bare = value_of(build());
    run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
         directory / "db.key", "-out", directory / "db.crt", "-subj", "/CN=db"});
    value_of(sys::chmod(directory / "db.key", 0644));
    EXPECT_THAT(build().error().cure(), HasSubstr("chmod 600"));
    value_of(sys::chmod(directory / "db.key", 0600));
    EXPECT_THAT(value_of(files->outdated()), ElementsAre(granite));
    const api::BootFile made = value_of(build());
    EXPECT_EQ(value_of(linuxrc::without_pe_signature(bytes_of(made.path))), bytes_of(bare.path));
    EXPECT_EQ(value_of(build()), made);
    EXPECT_THAT(value_of(files->outdated()), IsEmpty());
    const std::string other = value_of(files->variant_of(made, {.arguments = {"mem=1G"}}));
    for (const std::string& path : {made.path, other})
        run({"sbverify", "--cert", directory / "db.crt", files->directory() + "/" + path});
    value_of(sys::unlink(directory / "db.crt"));
    EXPECT_THAT(build().error().cure(), HasSubstr("both"));
}

TEST_F(DistributionKernelTest, IsThatOfEachGeneration) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    EXPECT_EQ(renew(), std::nullopt) << "there is none to be renewed";
    const api::BootFile old = value_of(build({"quiet"}));
    EXPECT_THAT(value_of(files->unrenewed()), IsEmpty());

    testing::write(tree + "/usr/bin/new", "program");
    update();
    EXPECT_THAT(value_of(files->unrenewed()), ElementsAre(granite));
    EXPECT_EQ(renew(), std::nullopt) << "the kernel is the same";
    EXPECT_THAT(value_of(files->unrenewed()), IsEmpty());
    EXPECT_EQ(value_of(files->current(granite)), old);

    install_kernel("6.1.0-10-amd64");
    update();
    const api::BootFile made = renew().value();
    EXPECT_EQ(made.kernel, "6.1.0-10-amd64");
    EXPECT_EQ(made.generation, number(3));
    EXPECT_EQ(made.command_line, old.command_line);
    EXPECT_EQ(value_of(files->current(granite)), made);
    EXPECT_EQ(of_generation(2), old) << "its modules are still the old ones";
    EXPECT_EQ(renew(), std::nullopt);

    // Another build of the same release.
    testing::write(tree + "/boot/vmlinuz-6.1.0-10-amd64", "security update");
    update();
    EXPECT_EQ(renew()->kernel, "6.1.0-10-amd64");
    EXPECT_EQ(linuxrc::pe_section(bytes_of(of_generation(4).path), ".linux").value(),
              "security update");
    EXPECT_EQ(of_generation(3), made);

    value_of(build());
    for (const std::uint32_t generation : {1U, 2U, 3U, 4U})
        EXPECT_THAT(of_generation(generation).command_line, Not(HasSubstr("quiet")));
    EXPECT_EQ(of_generation(2).kernel, "6.1.0-9-amd64");
}

TEST_F(DistributionKernelTest, IsNotBuiltAnewForWhatItDoesNotHold) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile old = value_of(build());
    const std::string sound = tree + "/usr/lib/modules/6.1.0-9-amd64/kernel/sound/snd.ko";
    testing::write(sound, linuxrc::testing::kernel_module({"vermagic=6.1.0-9-amd64 other"}));
    update();
    EXPECT_EQ(renew(), std::nullopt);
    EXPECT_THAT(value_of(files->unrenewed()), IsEmpty());
    EXPECT_EQ(value_of(files->current(granite)), old);
}

TEST_F(DistributionKernelTest, ThatIsMissingLeavesTheOldOne) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile old = value_of(build());
    value_of(sys::unlink(tree + "/boot/vmlinuz-6.1.0-9-amd64"));
    update();
    EXPECT_EQ(failure_of_renew().value().code(), ErrorCode::not_found);
    EXPECT_EQ(value_of(files->current(granite)), old);
    EXPECT_THAT(value_of(files->unrenewed()), ElementsAre(granite)) << "it is tried again";
    int steps = 0;
    const auto again = value_of(files->renew(granite, [&](auto&&...) { ++steps; }));
    EXPECT_TRUE(again.failure);
    EXPECT_EQ(steps, 0) << "not before an hour is over";
    open_files(std::chrono::microseconds(0));
    value_of(files->renew(granite, [&](auto&&...) { ++steps; }));
    EXPECT_EQ(steps, 1);
}

TEST_F(DistributionKernelTest, ThatWasLostIsMadeAnewOfItsGeneration) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile old = value_of(build({"quiet"}));
    testing::write(tree + "/usr/bin/new", "program");
    update();
    renew();
    install_kernel("6.1.0-10-amd64");
    update();
    const api::BootFile made = renew().value();
    const std::string bytes = bytes_of(old.path);
    for (const api::BootFile& file : {old, made}) {
        lose(file);
        EXPECT_THAT(value_of(files->unrenewed()), ElementsAre(granite));
        EXPECT_EQ(renew(), file);
        EXPECT_THAT(value_of(files->unrenewed()), IsEmpty());
    }
    EXPECT_EQ(bytes_of(old.path), bytes);
    EXPECT_EQ(of_generation(2), old);
    testing::write(files->directory() + "/" + made.path, "");
    EXPECT_THAT(value_of(files->unrenewed()), ElementsAre(granite)) << "cut";
    EXPECT_EQ(renew(), made);

    lose(old);
    value_of(store->collect_generations(
        {.name = granite, .keep = 1, .labelled = true, .is_dry_run = false}, quiet()));
    EXPECT_THAT(value_of(files->unrenewed()), IsEmpty()) << "nobody needs it";
}

TEST_F(DistributionKernelTest, OfAGenerationBetweenIsMadeAfterAFailure) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile old = value_of(build());
    install_kernel("6.1.0-10-amd64");
    update();
    const std::string program = value_of(sys::read_file(agent()));
    testing::write(agent(), "#!/bin/sh\n");
    EXPECT_THAT(failure_of_renew().value().message(), HasSubstr("agent"));
    run({"rm", "-r", tree + "/boot/vmlinuz-6.1.0-10-amd64",
         tree + "/usr/lib/modules/6.1.0-10-amd64"});
    update();
    EXPECT_TRUE(failure_of_renew());
    EXPECT_EQ(of_generation(2), old) << "better than none";
    testing::write(agent(), program);
    EXPECT_EQ(value_of(files->renew(granite, quiet())).made.size(), 2U);
    EXPECT_EQ(of_generation(2).kernel, "6.1.0-10-amd64");
    EXPECT_EQ(value_of(files->current(granite))->kernel, "6.1.0-9-amd64");
    EXPECT_EQ(of_generation(1), old);
    EXPECT_THAT(value_of(files->unrenewed()), IsEmpty());
}

TEST_F(DistributionKernelTest, OfAGenerationThatHasNoneIsToldAsLongAsItIsThere) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile old = value_of(build());
    install_kernel("6.1.0-10-amd64", "6.1.0-8-amd64");
    update();
    EXPECT_TRUE(failure_of_renew());
    install_kernel("6.1.0-10-amd64");
    update();
    const auto done = value_of(files->renew(granite, quiet()));
    EXPECT_EQ(done.made.size(), 1U) << "one stops no other";
    EXPECT_THAT(done.failure.value().message(), HasSubstr("generation 2: image granite: "));
    EXPECT_EQ(of_generation(2), old) << "better than none";
    EXPECT_EQ(of_generation(3).kernel, "6.1.0-10-amd64");
    EXPECT_THAT(value_of(files->unrenewed()), ElementsAre(granite));
    value_of(
        store->label_generation({.name = granite, .generation = number(2), .label = "broken"}));
    value_of(store->collect_generations(
        {.name = granite, .keep = 1, .labelled = false, .is_dry_run = false}, quiet()));
    ASSERT_EQ(value_of(store->generation_numbers(granite)).size(), 2U);
    value_of(build());
    EXPECT_EQ(kept.size(), 1U);
    EXPECT_EQ(of_generation(2), old);
    value_of(store->collect_generations(
        {.name = granite, .keep = 1, .labelled = true, .is_dry_run = false}, quiet()));
    EXPECT_THAT(value_of(files->unrenewed()), IsEmpty());
}

TEST_F(DistributionKernelTest, OfEarlierGenerationsIsMadeWithTheNewest) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    install_kernel("6.1.0-10-amd64");
    update();
    const api::BootFile newest = value_of(build());
    EXPECT_THAT(kept, IsEmpty());
    const api::BootFile first = of_generation(1);
    EXPECT_EQ(first.kernel, "6.1.0-9-amd64") << "before the first boot file";

    lose(first);
    EXPECT_EQ(value_of(build()), newest);
    EXPECT_THAT(kept, IsEmpty());
    EXPECT_EQ(of_generation(1), first) << "lost";
    testing::write(files->directory() + "/" + first.path, std::string(first.bytes, 'x'));
    value_of(build());
    EXPECT_THAT(kept, IsEmpty());
    EXPECT_EQ(linuxrc::pe_section(bytes_of(of_generation(1).path), ".linux").value(),
              "kernel 6.1.0-9-amd64")
        << "damaged";
}

TEST_F(DistributionKernelTest, ThatSeveralGenerationsKeepIsThatOfAll) {
    install_kernel("6.1.0-9-amd64");
    take_away_sound("6.1.0-9-amd64");
    import_debian();
    const api::BootFile old = value_of(build());
    testing::write(tree + "/usr/bin/new", "program");
    update();
    renew();
    install_kernel("6.1.0-10-amd64");
    update();
    ASSERT_TRUE(renew());
    value_of(build_as({.drivers = {"snd"}}));
    EXPECT_EQ(kept.size(), 1U);
    EXPECT_THAT(value_of(files->unrenewed()), IsEmpty());
    lose(old);
    EXPECT_EQ(renew(), old) << "without what the newest has";
    EXPECT_EQ(of_generation(2), old);
}

TEST_F(DistributionKernelTest, OfAGenerationThatIsGoneGoes) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile old = value_of(build());
    install_kernel("6.1.0-10-amd64");
    update();
    const api::BootFile made = renew().value();
    collect();
    EXPECT_EQ(of_generation(1), old);
    value_of(store->collect_generations(
        {.name = granite, .keep = 1, .labelled = true, .is_dry_run = false}, quiet()));
    collect();
    EXPECT_FALSE(sys::stat(files->directory() + "/" + old.path));
    EXPECT_EQ(of_generation(1), made);
}

TEST_F(DistributionKernelTest, HasTheDriversThatAreWishedFor) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile plain = value_of(build());
    EXPECT_FALSE(has_module(plain.path, "snd"));
    const auto refused = build_as({.drivers = {"sdn"}});
    EXPECT_EQ(refused.error().code(), ErrorCode::not_found);
    EXPECT_THAT(refused.error().message(),
                HasSubstr("6.1.0-9-amd64 of the image has no module sdn"));
    EXPECT_EQ(refused.error().cure(), "did you mean snd?");
    EXPECT_EQ(value_of(files->current(granite)), plain);

    const api::BootFile made = value_of(build_as({.drivers = {"snd"}}));
    EXPECT_TRUE(has_module(made.path, "snd"));
    EXPECT_TRUE(has_module(made.path, "tg3"));
    EXPECT_THAT(made.wished_drivers.value(), ElementsAre("snd"));
    EXPECT_EQ(value_of(files->current(granite)), made);
    authorities += linuxrc::testing::kCertificate;
    value_of(files->rebuild(granite, quiet()));
    EXPECT_EQ(value_of(files->current(granite))->wished_drivers, made.wished_drivers);
    install_kernel("6.1.0-10-amd64");
    update();
    const api::BootFile renewed = renew().value();
    EXPECT_EQ(renewed.kernel, "6.1.0-10-amd64");
    EXPECT_TRUE(has_module(renewed.path, "snd")) << "renewals keep them";
    EXPECT_TRUE(has_module(of_generation(1).path, "snd"));
    value_of(build_as({}));
    for (const std::uint32_t generation : {1U, 2U})
        EXPECT_FALSE(has_module(of_generation(generation).path, "snd"));
    EXPECT_EQ(of_generation(1).kernel, "6.1.0-9-amd64");
}

TEST_F(DistributionKernelTest, IsTheOneThatIsWishedFor) {
    install_kernel("6.1.0-9-amd64");
    install_kernel("6.1.0-9-cloud-amd64");
    import_debian();
    EXPECT_EQ(value_of(build()).kernel, "6.1.0-9-cloud-amd64");
    const auto refused = build_as({.release = "*-rt-*"});
    EXPECT_EQ(refused.error().code(), ErrorCode::not_found);
    EXPECT_THAT(refused.error().message(), HasSubstr("6.1.0-9-amd64"));
    EXPECT_THAT(refused.error().message(), HasSubstr("6.1.0-9-cloud-amd64"));
    update();
    // Another kernel of the other flavour alone.
    install_kernel("6.1.0-10-cloud-amd64");
    update();
    ASSERT_TRUE(renew());
    EXPECT_EQ(value_of(build_as({.release = "*[0-9]-amd64"})).kernel, "6.1.0-9-amd64");
    for (const std::uint32_t generation : {1U, 2U})
        EXPECT_EQ(of_generation(generation).kernel, "6.1.0-9-amd64");
    install_kernel("6.1.0-10-amd64");
    update();
    EXPECT_EQ(renew()->kernel, "6.1.0-10-amd64") << "renewals keep it";
    value_of(build_as({.release = "*-cloud-*"}));
    EXPECT_EQ(of_generation(1).kernel, "6.1.0-9-cloud-amd64");
    EXPECT_EQ(value_of(files->current(granite))->kernel, "6.1.0-10-cloud-amd64");
}

TEST_F(DistributionKernelTest, OfAPlatformWithMoreDriversIsInAFileBeside) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile base = value_of(build({"quiet"}));
    EXPECT_THAT(value_of(files->incomplete()), IsEmpty());
    EXPECT_THAT(complete().made, IsEmpty());
    add_row({"snd"});
    EXPECT_THAT(value_of(files->incomplete()), ElementsAre(granite));
    const auto not_yet = path_with("snd", 1);
    EXPECT_EQ(not_yet.error().code(), ErrorCode::not_found);
    EXPECT_THAT(not_yet.error().cure(), HasSubstr("dim buildzimage granite"));
    const auto made = complete();
    EXPECT_FALSE(made.failure);
    ASSERT_EQ(made.made.size(), 1U);
    EXPECT_THAT(value_of(files->incomplete()), IsEmpty());
    EXPECT_THAT(complete().made, IsEmpty());
    EXPECT_EQ(value_of(files->current(granite)), base) << "others see no change";
    const std::string path = value_of(path_with("snd", 1));
    EXPECT_EQ(path, made.made.front().path);
    EXPECT_TRUE(path.starts_with("granite/1/x86_64-") && path.ends_with("/linux.efi")) << path;
    EXPECT_TRUE(has_module(path, "snd"));
    EXPECT_FALSE(has_module(base.path, "snd"));
    const BootFileVariant words{
        .drivers = {"snd"}, .console = {"ttyS1,9600"}, .arguments = {"iommu=pt"}};
    const std::string with_words = value_of(files->variant_of(base, words));
    EXPECT_TRUE(has_module(with_words, "snd"));
    EXPECT_EQ(linuxrc::pe_section(bytes_of(with_words), ".cmdline").value(),
              "console=ttyS1,9600 dim.server-name=is01 quiet iommu=pt");
    collect();
    EXPECT_EQ(value_of(path_with("snd", 1)), path) << "as long as the other";
    value_of(sys::unlink(files->directory() + "/" + path));
    EXPECT_THAT(value_of(files->incomplete()), ElementsAre(granite));
    EXPECT_EQ(complete().made, made.made) << "one that was lost comes back";

    add_row({});
    collect();
    EXPECT_FALSE(sys::stat(files->directory() + "/" + path)) << "no blade is of its platform";
    EXPECT_TRUE(sys::stat(files->directory() + "/" + base.path));
}

TEST_F(DistributionKernelTest, OfAPlatformIsThatOfEachGenerationToo) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    add_row({"snd"});
    value_of(build());
    install_kernel("6.1.0-10-amd64");
    update();
    ASSERT_TRUE(renew());
    EXPECT_EQ(complete().made.size(), 2U) << "also of the generation that is there";
    EXPECT_EQ(linuxrc::pe_section(bytes_of(value_of(path_with("snd", 1))), ".linux").value(),
              "kernel 6.1.0-9-amd64");
    EXPECT_EQ(linuxrc::pe_section(bytes_of(value_of(path_with("snd", 2))), ".linux").value(),
              "kernel 6.1.0-10-amd64");

    // What only the platform's file holds.
    const std::string sound = tree + "/usr/lib/modules/6.1.0-10-amd64/kernel/sound/snd.ko";
    testing::write(sound, linuxrc::testing::kernel_module({"vermagic=6.1.0-10-amd64 other"}));
    update();
    const std::string before = value_of(path_with("snd", 2));
    ASSERT_TRUE(renew());
    complete();
    EXPECT_NE(bytes_of(value_of(path_with("snd", 3))), bytes_of(before));
    EXPECT_EQ(value_of(path_with("snd", 2)), before);

    authorities += linuxrc::testing::kCertificate;
    value_of(files->rebuild(granite, quiet()));
    EXPECT_THAT(value_of(files->incomplete()), IsEmpty()) << "trusts others, and is there";
    EXPECT_TRUE(has_module(value_of(path_with("snd", 3)), "snd"));
    const model::ImageName slate = testing::image_name("slate");
    value_of(store->rename_image(granite, slate));
    value_of(files->follow_names());
    assigned = slate;
    EXPECT_THAT(value_of(files->incomplete()), IsEmpty());
    const auto renamed = value_of(files->current(slate)).value();
    const std::string path = value_of(files->variant_of(renamed, {.drivers = {"snd"}}));
    EXPECT_TRUE(path.starts_with("slate/3/")) << path;
}

TEST_F(DistributionKernelTest, OfAPlatformThatCannotBeMadeStopsNoOther) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile base = value_of(build());
    add_row({"sdn"});
    rows.push_back({.name = *model::ComponentName::parse("loud"),
                    .like = model::BladeType::x86_64_bios,
                    .drivers = {"snd"}});
    rows.push_back({.name = *model::ComponentName::parse("power"),
                    .like = model::BladeType::pseries,
                    .drivers = {"ibmveth"}});
    const auto done = complete();
    EXPECT_EQ(done.made.size(), 1U);
    ASSERT_TRUE(done.failure);
    EXPECT_THAT(done.failure->message(), HasSubstr("platform epyc: "));
    EXPECT_THAT(done.failure->message(), HasSubstr("no module sdn"));
    EXPECT_EQ(done.failure->cure(), "did you mean snd?");
    EXPECT_TRUE(path_with("snd", 1));
    EXPECT_FALSE(path_with("sdn", 1));
}

TEST_F(DistributionKernelTest, OfAPlatformIsMissedByNoImageThatItsBladesDoNotHave) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    value_of(build());
    assigned = testing::image_name("other");
    add_row({"sdn"});
    EXPECT_THAT(value_of(files->incomplete()), IsEmpty());
    EXPECT_FALSE(complete().failure);
    assigned = granite;
    EXPECT_THAT(value_of(files->incomplete()), ElementsAre(granite));
    EXPECT_TRUE(complete().failure);
    add_row({"snd"});
    EXPECT_EQ(complete().made.size(), 1U);
    assigned = testing::image_name("other");
    collect();
    EXPECT_TRUE(path_with("snd", 1)) << "it may be assigned again";
}

TEST_F(DistributionKernelTest, WithoutADriverOfAPlatformIsNotLookedAtAgainAndAgain) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    value_of(build());
    add_row({"sdn"});
    const auto first = complete();
    EXPECT_EQ(looks_of_complete(), 0);
    EXPECT_EQ(complete().failure, first.failure) << "told again all the same";
    EXPECT_THAT(value_of(files->incomplete()), ElementsAre(granite));
    add_row({"sdn", "snd"});
    EXPECT_EQ(looks_of_complete(), 1) << "another row";
    EXPECT_EQ(looks_of_complete(), 0);
    value_of(build());
    EXPECT_EQ(looks_of_complete(), 1) << "by dim buildzimage";
    open_files(std::chrono::microseconds(0));
    add_row({"sdn"});
    EXPECT_EQ(looks_of_complete(), 1);
    EXPECT_EQ(looks_of_complete(), 1) << "after a while";
}

TEST_F(DistributionKernelTest, OfAPlatformIsTriedAgainWhenTheImageWasNotToBlame) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    value_of(build());
    add_row({"snd"});
    const std::string program = value_of(sys::read_file(agent()));
    testing::write(agent(), "#!/bin/sh\n");
    ASSERT_TRUE(complete().failure);
    EXPECT_EQ(complete().failure->system_errno(), 0);
    testing::write(agent(), program);
    EXPECT_EQ(complete().made.size(), 1U);
}

TEST_F(DistributionKernelTest, WithoutWhatIsWishedForStaysThatOfItsGeneration) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile old = value_of(build());
    take_away_sound("6.1.0-9-amd64");
    update();
    renew();
    install_kernel("6.1.0-10-amd64");
    update();
    ASSERT_TRUE(renew());
    for ([[maybe_unused]] const int once_more : {1, 2}) {
        const api::BootFile made = value_of(build_as({.drivers = {"snd"}}));
        ASSERT_EQ(kept.size(), 1U);
        EXPECT_THAT(kept.front().message(), HasSubstr("generation 2: "));
        EXPECT_THAT(kept.front().message(), HasSubstr("no module snd"));
        EXPECT_EQ(of_generation(3), made);
        EXPECT_TRUE(has_module(made.path, "snd"));
        EXPECT_TRUE(has_module(of_generation(1).path, "snd"));
        EXPECT_EQ(of_generation(2).path, old.path);
    }
    collect();
    EXPECT_TRUE(sys::stat(files->directory() + "/" + old.path));
    EXPECT_FALSE(build_as({.drivers = {"nothing"}})) << "the newest has to have it";
    EXPECT_TRUE(has_module(of_generation(1).path, "snd"));
    value_of(build_as({}));
    EXPECT_THAT(kept, IsEmpty());
    EXPECT_FALSE(has_module(of_generation(1).path, "snd"));
}

TEST_F(DistributionKernelTest, WithDriversThatAreThereAnywayIsOneFile) {
    install_kernel("6.1.0-9-amd64");
    import_debian();
    const api::BootFile base = value_of(build());
    add_row({"tg3"});
    EXPECT_FALSE(complete().failure);
    EXPECT_EQ(value_of(path_with("tg3", 1)), base.path);
    EXPECT_EQ(value_of(files->current(granite)), base);
    add_row({});
    collect();
    EXPECT_TRUE(sys::stat(files->directory() + "/" + base.path)) << "others have it";
}

TEST_F(DistributionKernelTest, MustBeThere) {
    import_debian();
    auto refused = build();
    EXPECT_EQ(refused.error().code(), ErrorCode::not_found);
    EXPECT_THAT(refused.error().cure(), HasSubstr("linux-image-amd64"));
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

TEST_F(DistributionKernelTest, IsOfTheMachineThatTheImageIsFor) {
    const std::string release = "6.1.0-9-arm64";
    install_kernel(release, "", linuxrc::testing::kArmModule);
    import_debian();
    const auto expect_refused = [&](const std::string& file) {
        const auto refused = build();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), ErrorCode::invalid_input);
        EXPECT_THAT(refused.error().message(),
                    HasSubstr(file + " is for aarch64, but the image was imported for x86_64"));
        EXPECT_THAT(refused.error().cure(), HasSubstr("import the tree with --arch aarch64"));
    };
    expect_refused(".ko");  // a kernel that does not tell: its modules do
    std::string kernel = linuxrc::testing::pe_program();
    kernel.replace(0x84, 2, "\x64\xaa");
    testing::write(tree + "/boot/vmlinuz-" + release, kernel);
    update();
    expect_refused("boot/vmlinuz-" + release);

    install_kernel(release);
    testing::write(tree + "/boot/vmlinuz-" + release, linuxrc::testing::pe_program());
    update();
    EXPECT_TRUE(build());
    kernel.replace(0x84, 2, "\x4c\x01");
    testing::write(tree + "/boot/vmlinuz-" + release, kernel);
    update();
    const auto refused = build();
    EXPECT_THAT(refused.error().message(), HasSubstr("is for i386, but"));
    EXPECT_EQ(refused.error().cure(), "import a tree of a distribution for x86_64");
}

TEST_F(DistributionKernelTest, TellsWhatItsDriversLack) {
    const std::string release = "6.1.0-9-amd64";
    const std::string modules = tree + "/usr/lib/modules/" + release + "/";
    install_kernel(release);
    import_debian();
    const auto lacks = [&] { return value_of(files->lacks(value_of(build()))); };
    EXPECT_THAT(lacks(), ElementsAre(HasSubstr("for tg3 (tigon/not-there.bin); ")));
    testing::write(tree + "/usr/lib/firmware/tigon/not-there.bin", "firmware");
    update();
    EXPECT_THAT(lacks(), IsEmpty());

    const std::string dep(kDep);
    const std::string without_tg3 = dep.substr(0, dep.find("kernel/drivers/net/tg3"));
    testing::write(modules + "modules.dep", without_tg3 + "kernel/drivers/virtio/virtio_pci.ko:\n");
    value_of(sys::ensure_directory(modules + "kernel/drivers/virtio"));
    testing::write(modules + "kernel/drivers/virtio/virtio_pci.ko",
                   linuxrc::testing::kernel_module({"vermagic=" + release + " SMP"}));
    update();
    EXPECT_THAT(lacks(), ElementsAre(HasSubstr("none of the network drivers")));
    testing::write(modules + "modules.builtin", "kernel/drivers/net/virtio_net.ko\n");
    update();
    EXPECT_THAT(lacks(), IsEmpty()) << "it is in the kernel itself";
}

TEST_F(DistributionKernelTest, WithDamagedFilesHasACure) {
    const std::string release = "6.1.0-9-amd64";
    const std::string modules = tree + "/usr/lib/modules/" + release + "/";
    install_kernel(release);
    import_debian();
    value_of(build());
    const auto expect_cure = [&](const std::string& message, const std::string& cure) {
        update();
        const auto refused = failure_of_renew();
        ASSERT_TRUE(refused) << message;
        EXPECT_THAT(refused->message(), HasSubstr(message));
        EXPECT_THAT(refused->cure(), HasSubstr(cure)) << message;
        install_kernel(release);
    };
    const std::string package = "install the package of kernel " + release;
    testing::write(modules + "modules.dep", std::string(kDep) + "kernel/net/bonding.ko.lz4:\n");
    expect_cure("compressed in a way nobody knows", package);
    testing::write(modules + "modules.dep", std::string(kDep) + "kernel/net/bonding.ko:\n");
    expect_cure("which is not there", package);
    testing::write(modules + "modules.dep", "nonsense\n");
    expect_cure("a line that is none", package);
    testing::write(modules + "kernel/drivers/net/tg3.ko", "nonsense");
    expect_cure("it is no kernel module", package);
    run({"truncate", "-s", "17M", modules + "kernel/drivers/net/tg3.ko"});
    expect_cure("kernel/drivers/net/tg3.ko: more than", package);

    std::vector<std::string> facts{"vermagic=" + release + " SMP"};
    for (const char* number : {"1", "2", "3", "4", "5", "6", "7"}) {
        facts.push_back(std::string("firmware=tigon/large") + number);
        const std::string file = tree + "/usr/lib/firmware/tigon/large" + number;
        run({"truncate", "-s", "15M", file});
        run({"zstd", "-q", "--rm", file});
    }
    testing::write(modules + "kernel/drivers/net/tg3.ko", linuxrc::testing::kernel_module(facts));
    expect_cure("more than 96 MiB together", "--driver");
}

TEST_F(DistributionKernelTest, ForArmIsNoneForX86) {
    install_kernel("6.1.0-9-amd64");
    testing::write(tree + "/boot/vmlinuz-6.1.0-9-amd64", linuxrc::testing::pe_program());
    import_debian(model::Architecture::aarch64);
    const auto refused = build();
    EXPECT_THAT(refused.error().message(),
                HasSubstr("is for x86_64, but the image was imported for aarch64"));
    EXPECT_THAT(refused.error().cure(), HasSubstr("--arch x86_64"));
}

TEST_F(DistributionKernelTest, ForPowerIsAVmlinux) {
    install_kernel("6.1.0-9-powerpc64le", "", linuxrc::testing::kPowerModule);
    import_debian(model::Architecture::ppc64le);
    const auto refused = build();
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_input);
    EXPECT_THAT(refused.error().message(), HasSubstr("boot/vmlinuz-6.1.0-9-powerpc64le"));
    EXPECT_THAT(refused.error().message(), HasSubstr("no vmlinux for ppc64le"));
    EXPECT_THAT(refused.error().cure(),
                HasSubstr("install the package of kernel 6.1.0-9-powerpc64le"));

    value_of(sys::unlink(tree + "/boot/vmlinuz-6.1.0-9-powerpc64le"));
    value_of(
        store->update_image({.name = granite, .source = {}, .label = {}, .shared = {}}, quiet()));
    EXPECT_THAT(build().error().cure(), HasSubstr("linux-image-powerpc64le"));

    testing::write(tree + "/boot/vmlinux-6.1.0-9-powerpc64le",
                   linuxrc::testing::ppc64le_vmlinux("code"));
    value_of(
        store->update_image({.name = granite, .source = {}, .label = {}, .shared = {}}, quiet()));
    EXPECT_THAT(build().error().message(), HasSubstr("ppc64le/initagent"))
        << "no longer the kernel";
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
