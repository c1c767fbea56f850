#include "imageserver/boot_file/boot_file_store.hpp"
#include "imageserver/override/overrides_fixture.hpp"
#include "libdim/base/text.hpp"
#include "linuxrc/elf_fixture.hpp"
#include "linuxrc/module_fixture.hpp"
#include "linuxrc/pe_file.hpp"
#include "linuxrc/pe_fixture.hpp"

#include <sys/xattr.h>

#include <gmock/gmock.h>

/// Distributions whose packages nobody had here: trees that are laid out as theirs, imported, with
/// a boot file and a blade of them. What starts of them is not tested.
namespace dim::server {
namespace {

using ::testing::AllOf;
using testing::blade_name;
using ::testing::HasSubstr;
using testing::image_name;
using ::testing::Not;
using testing::run;
using testing::value_of;

class LayoutTest : public testing::OverridesTest {
protected:
    LayoutTest() {
        for (const char* name : {"etc", "boot", "dev", "proc", "sys", "run", "tmp", "var/lib",
                                 "usr/bin", "usr/sbin", "usr/lib", "usr/lib64"})
            value_of(sys::ensure_directory(root + "/" + name));
        for (const char* name : {"bin", "sbin", "lib", "lib64"})
            value_of(sys::symlink(std::string("usr/") + name, root + "/" + name));
        put_file("usr/lib/systemd/systemd", "systemd", 0755);
        value_of(sys::symlink("../lib/systemd/systemd", root + "/usr/sbin/init"));
        put_file("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        put_file("etc/ssh/sshd_config", "Port 22\n");

        value_of(sys::ensure_directory(directory / "agents/x86_64"));
        testing::write(directory / "agents/x86_64/initagent",
                       linuxrc::testing::static_x86_64_program());
        testing::write(directory / "linuxx64.efi.stub", linuxrc::testing::pe_program());
        store.reset();
        database = std::make_unique<Database>(value_of(Database::open(
            directory / "boot.db", testing::with_image_migrations(boot_file_migrations()))));
        store = std::make_unique<ImageStore>(value_of(ImageStore::open(
            {.state_directory = state, .tables_with_images = {"boot_file"}}, *database)));
        store->use(*overrides);
        files.emplace(value_of(BootFileStore::open(
            {.state_directory = state,
             .materials = {.kernel_kit = "/nowhere",
                           .agents = directory / "agents",
                           .uefi_stubs = directory.path(),
                           .secure_boot = directory / "no-key"},
             .authorities = [] { return std::string(linuxrc::testing::kCertificate); },
             .server = blade_name("is01")},
            *database, *store)));
    }
    ~LayoutTest() override {
        files.reset();
        store.reset();
    }

    void put_file(const std::string& path, std::string_view bytes, mode_t mode = 0644) const {
        const std::string file = root + "/" + path;
        value_of(sys::ensure_directory(file.substr(0, file.rfind('/'))));
        testing::write(file, bytes, mode);
    }
    /// The modules of a kernel, compressed by PACK to names that end in SUFFIX.
    void put_modules(const std::string& release, const std::vector<std::string>& pack,
                     const std::string& suffix) const {
        const std::string modules = "usr/lib/modules/" + release + "/";
        const std::string magic = "vermagic=" + release + " SMP preempt mod_unload modversions ";
        for (const char* name : {"kernel/fs/nfs/nfsv4.ko", "kernel/drivers/net/tg3.ko"}) {
            put_file(modules + name, linuxrc::testing::kernel_module({magic}));
            auto command = pack;
            command.push_back(root + "/" + modules + name);
            run(command);
        }
        put_file(modules + "modules.dep", "kernel/fs/nfs/nfsv4.ko" + suffix + ":\n" +
                                              "kernel/drivers/net/tg3.ko" + suffix + ":\n");
    }

    /// As `dim image import`, with no more options than must be; then a blade of it.
    void import_and_create() const {
        value_of(store->import_image({.name = granite,
                                      .architecture = model::Architecture::x86_64,
                                      .source = value_of(model::MasterSource::parse(root)),
                                      .shared = {},
                                      .init = "/sbin/init",
                                      .blade_image_bytes = std::uint64_t{64} << 20},
                                     quiet()));
        create("s01c1b01");
        for (const PlannedFile& file : plan("s01c1b01").files)
            EXPECT_FALSE(file.wanted.problem) << file.wanted.path;
    }
    /// The kernel that a boot file is made of.
    std::string booted_kernel() {
        const auto file = value_of(files->build({granite, {}, {}}, quiet()));
        EXPECT_THAT(file.command_line, Not(HasSubstr("root=")));
        const std::string bytes =
            value_of(sys::read_file(files->directory() + "/" + file.path, std::size_t{1} << 24));
        return std::string(value_of(linuxrc::pe_section(bytes, ".linux")));
    }
    /// Lines that are no comments.
    std::string in_force(const std::string& path) const {
        std::string lines;
        for (const std::string_view line : split(read("s01c1b01", path), '\n'))
            if (!line.empty() && !line.starts_with('#')) lines.append(line).append("\n");
        return lines;
    }

    const std::string root = directory / "distribution";
    std::optional<BootFileStore> files;
};

class RedHatLayout : public LayoutTest {
protected:
    RedHatLayout() {
        put_file("usr/lib/os-release", "NAME=\"Rocky Linux\"\nID=\"rocky\"\nVERSION_ID=\"9.4\"\n");
        value_of(sys::symlink("../usr/lib/os-release", root + "/etc/os-release"));
        for (const char* release : {"5.14.0-427.13.1.el9_4.x86_64", "5.14.0-70.el9.x86_64"}) {
            put_modules(release, {"xz"}, ".xz");
            put_file(std::string("usr/lib/modules/") + release + "/vmlinuz", release);
            put_file(std::string("boot/vmlinuz-") + release, release);
            put_file(std::string("boot/initramfs-") + release + ".img", "dracut's");
            put_file(std::string("boot/loader/entries/0123-") + release + ".conf",
                     "options root=/dev/mapper/rl-root ro resume=/dev/mapper/rl-swap\n");
        }
        put_file("boot/vmlinuz-0-rescue-0123456789abcdef0123456789abcdef", "rescue");
        put_file("boot/initramfs-0-rescue-0123456789abcdef0123456789abcdef.img", "dracut's");
        put_file("etc/dracut.conf.d/local.conf", "hostonly=yes\n");
        put_file("etc/fstab", "\n#\n# /etc/fstab\n"
                              "/dev/mapper/rl-root / xfs defaults 0 0\n"
                              "UUID=0a1b /boot xfs defaults 0 0\n"
                              "UUID=1B-2C /boot/efi vfat umask=0077,shortname=winnt 0 2\n"
                              "/dev/mapper/rl-swap none swap defaults 0 0\n"
                              "filer:/home /home nfs4 defaults 0 0\n");
        put_file("etc/crypttab", "luks-0a1b UUID=0a1b none discard\n", 0600);
        put_file("etc/selinux/config", "# SELINUX= can take one of these three values:\n"
                                       "SELINUX=enforcing\nSELINUXTYPE=targeted\n");
        put_file("etc/NetworkManager/NetworkManager.conf", "[main]\n");
        put_file("etc/NetworkManager/system-connections/eno1.nmconnection",
                 "[connection]\nid=eno1\ntype=ethernet\ninterface-name=eno1\n", 0600);
        // A file here, where SUSE has a directory.
        put_file("etc/sysconfig/network", "# Created by anaconda\n");
        put_file("etc/sysconfig/network-scripts/ifcfg-lo", "DEVICE=lo\nONBOOT=yes\n");
        put_file("etc/sysconfig/network-scripts/ifcfg-eno1",
                 "TYPE=Ethernet\nBOOTPROTO=dhcp\nDEVICE=eno1\nONBOOT=yes\n");
    }
};

TEST_F(RedHatLayout, BootsItsNewestKernelAndNotTheRescueOne) {
    import_and_create();
    EXPECT_EQ(booted_kernel(), "5.14.0-427.13.1.el9_4.x86_64");
}

TEST_F(RedHatLayout, BootsAKernelOfUsrWhenBootWasAnotherFileSystem) {
    run({"sh", "-c", "rm -r '" + root + "'/boot/*"});
    import_and_create();
    EXPECT_EQ(booted_kernel(), "5.14.0-427.13.1.el9_4.x86_64");
}

TEST_F(RedHatLayout, WaitsForNoDiskAndKeepsItsNetwork) {
    import_and_create();
    EXPECT_EQ(in_force("etc/fstab"), "filer:/home /home nfs4 defaults 0 0\n");
    EXPECT_EQ(in_force("etc/crypttab"), "");
    EXPECT_THAT(read("s01c1b01", "etc/NetworkManager/conf.d/99-dim-root.conf"),
                HasSubstr("unmanaged-devices+=mac:52:54:00:01:01:01\n"));
    EXPECT_THAT(in_force("etc/sysconfig/network-scripts/ifcfg-eno1"),
                AllOf(HasSubstr("ONBOOT=no\n"), Not(HasSubstr("ONBOOT=yes"))));
    EXPECT_EQ(read("s01c1b01", "etc/sysconfig/network-scripts/ifcfg-lo"),
              "DEVICE=lo\nONBOOT=yes\n");
    EXPECT_NE(read("s01c1b01", "etc/machine-id"), "0123456789abcdef0123456789abcdef\n");
    const auto kept = value_of(sys::stat(root_of("s01c1b01") + "etc/crypttab"));
    EXPECT_EQ(kept.mode & 07777, 0600U);
}

TEST_F(RedHatLayout, EnforcesNoPolicyThatNeedsLabels) {
    const std::string label("system_u:object_r:init_exec_t:s0\0", 33);
    for (const char* path : {"/usr/lib/systemd/systemd", "/etc/fstab", "/usr/lib"})
        ASSERT_EQ(
            ::lsetxattr((root + path).c_str(), "security.selinux", label.data(), label.size(), 0),
            0);
    import_and_create();
    EXPECT_EQ(in_force("etc/selinux/config"), "SELINUXTYPE=targeted\nSELINUX=disabled\n");
    value_of(
        store->update_image({.name = granite, .source = {}, .label = {}, .shared = {}}, quiet()));

    put("cluster/.dim-overrides", "selinux off\n");
    create("s01c1b02");
    EXPECT_THAT(read("s01c1b02", "etc/selinux/config"), HasSubstr("\nSELINUX=enforcing\n"));
}

class SuseLayout : public LayoutTest {
protected:
    SuseLayout() {
        put_file("usr/lib/os-release", "NAME=\"SLES\"\nID=\"sles\"\nVERSION_ID=\"15.6\"\n");
        for (const char* release : {"6.4.0-150600.23.7-default", "6.4.0-150600.21-default"}) {
            put_modules(release, {"zstd", "-q", "--rm"}, ".zst");
            put_file(std::string("usr/lib/modules/") + release + "/vmlinuz", release);
            value_of(sys::symlink(std::string("../usr/lib/modules/") + release + "/vmlinuz",
                                  root + "/boot/vmlinuz-" + release));
            put_file(std::string("boot/initrd-") + release, "dracut's");
            put_file(std::string("boot/vmlinux-") + release + ".gz", "for kdump");
        }
        value_of(sys::symlink("vmlinuz-6.4.0-150600.21-default", root + "/boot/vmlinuz"));
        put_file("etc/fstab", "UUID=0a1b / btrfs defaults 0 0\n"
                              "UUID=0a1b /var btrfs subvol=/@/var 0 0\n"
                              "UUID=0a1b /.snapshots btrfs subvol=/@/.snapshots 0 0\n"
                              "UUID=1B-2C /boot/efi vfat utf8 0 2\n"
                              "/dev/system/swap swap swap defaults 0 0\n"
                              "/swap/swapfile none swap defaults 0 0\n"
                              "tmpfs /tmp tmpfs nosuid 0 0\n");
        put_file("etc/snapper/configs/root", "SUBVOLUME=\"/\"\nFSTYPE=\"btrfs\"\n");
        put_file("etc/sysconfig/network/config", "NETCONFIG_DNS_POLICY=\"auto\"\n");
        put_file("etc/sysconfig/network/ifcfg-lo", "STARTMODE='nfsroot'\n");
        put_file("etc/sysconfig/network/ifcfg-eth0", "BOOTPROTO='dhcp'\nSTARTMODE='auto'\n");
        put_file("etc/sysconfig/network/ifcfg-eth0.bak", "STARTMODE='auto'\n");
        put_file(".snapshots/1/info.xml", "<snapshot/>\n");
    }
};

TEST_F(SuseLayout, BootsItsNewestKernel) {
    import_and_create();
    EXPECT_EQ(booted_kernel(), "6.4.0-150600.23.7-default");
}

TEST_F(SuseLayout, BootsWithModulesOfARootThatIsNotMerged) {
    run({"sh", "-c",
         "cd '" + root +
             "' && rm lib boot/vmlinuz-* && mkdir lib && mv usr/lib/modules lib/ && "
             "for r in lib/modules/*; do mv $r/vmlinuz boot/vmlinuz-${r##*/}; done"});
    import_and_create();
    EXPECT_EQ(booted_kernel(), "6.4.0-150600.23.7-default");
}

TEST_F(SuseLayout, WaitsForNoDiskAndKeepsItsNetwork) {
    import_and_create();
    EXPECT_EQ(in_force("etc/fstab"), "tmpfs /tmp tmpfs nosuid 0 0\n");
    EXPECT_EQ(in_force("etc/sysconfig/network/ifcfg-eth0"),
              "BOOTPROTO='dhcp'\nSTARTMODE='nfsroot'\n");
    EXPECT_EQ(read("s01c1b01", "etc/sysconfig/network/ifcfg-eth0.bak"), "STARTMODE='auto'\n");
    // Nothing of Red Hat's is made up.
    EXPECT_FALSE(sys::stat(root_of("s01c1b01") + "etc/selinux"));
    EXPECT_FALSE(sys::stat(root_of("s01c1b01") + "etc/NetworkManager"));
}

TEST_F(SuseLayout, KeepsTheNetworkWithNetworkManagerInThePlaceOfWicked) {
    run({"sh", "-c", "rm '" + root + "'/etc/sysconfig/network/ifcfg-eth0"});
    put_file("etc/NetworkManager/NetworkManager.conf", "[main]\nplugins=keyfile\n");
    import_and_create();
    EXPECT_THAT(read("s01c1b01", "etc/NetworkManager/conf.d/99-dim-root.conf"),
                HasSubstr("unmanaged-devices+=mac:52:54:00:01:01:01\n"));
}

}  // namespace
}  // namespace dim::server
