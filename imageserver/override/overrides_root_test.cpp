#include "imageserver/override/override_tree.hpp"
#include "imageserver/override/overrides_fixture.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::AllOf;
using testing::blade_name;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::image_name;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::value_of;

class OverriddenBlade : public testing::OverridesTest {
protected:
    OverriddenBlade() { import(); }

    Error creation_fails(const std::string& blade) const {
        const auto created = store->create_blade_image(blade_name(blade), granite, quiet());
        EXPECT_FALSE(created);
        EXPECT_FALSE(sys::stat(blade_file(blade))) << "nothing half made is left";
        return created ? Error(ErrorCode::internal, "created") : created.error();
    }
};

TEST_F(OverriddenBlade, AWrongTemplateFailsTheCreationAndIsNamed) {
    put("cluster/etc/issue", "one\n{nmae}\n");
    EXPECT_THAT(creation_fails("s01c1b01").message(), HasSubstr("cluster/etc/issue, line 2"));
    put("cluster/etc/issue", "{name}\n");
    put("group/gpu/.dim-overrides", "swap off\n");
    EXPECT_THAT(creation_fails("s01c1b01").message(),
                HasSubstr("group/gpu/.dim-overrides, line 1"));
    create("s01c1b02");  // which is not of the group
    EXPECT_EQ(read("s01c1b02", "etc/issue"), "s01c1b02\n");
}

TEST_F(OverriddenBlade, WhatIsNoFileAmongTheTemplatesIsRefused) {
    put("cluster/etc/issue", "good\n");
    value_of(sys::symlink("/etc/shadow", templates + "/cluster/etc/motd"));
    EXPECT_THAT(creation_fails("s01c1b01").message(),
                AllOf(HasSubstr("cluster/etc/motd"), HasSubstr("a symbolic link")));
    value_of(sys::unlink(templates + "/cluster/etc/motd"));
    ASSERT_EQ(::mkfifo((templates + "/cluster/etc/motd").c_str(), 0600), 0);
    EXPECT_THAT(creation_fails("s01c1b01").message(), HasSubstr("a FIFO"));
    value_of(sys::unlink(templates + "/cluster/etc/motd"));
    put("cluster/etc/issue.verbatim", "again\n");
    EXPECT_THAT(creation_fails("s01c1b01").message(), HasSubstr("are both for /etc/issue"));
    value_of(sys::unlink(templates + "/cluster/etc/issue.verbatim"));
    put("cluster/usr/motd", "hidden\n");
    EXPECT_THAT(creation_fails("s01c1b01").message(), HasSubstr("/usr is shared"));
    value_of(sys::unlink(templates + "/cluster/usr/motd"));
    value_of(sys::rmdir(templates + "/cluster/usr"));
    put("cluster/etc/b\ti", "odd\n");
    EXPECT_THAT(creation_fails("s01c1b01").message(), HasSubstr("printable"));
    value_of(sys::unlink(templates + "/cluster/etc/b\ti"));
    put("cluster/etc/big", std::string(kTemplateBytes + 1, 'x'));
    EXPECT_EQ(creation_fails("s01c1b01").code(), ErrorCode::limit_exceeded);
}

TEST_F(OverriddenBlade, TemplatesThatOthersMayWriteAreRefused) {
    value_of(sys::chmod(templates, 0775));
    const Error error = creation_fails("s01c1b01");
    EXPECT_EQ(error.code(), ErrorCode::permission_denied);
    EXPECT_THAT(error.cure(), HasSubstr("chmod go-w"));
}

TEST_F(OverriddenBlade, TwoOfOneImageDiffer) {
    create("s01c1b01");
    create("s01c1b02");
    EXPECT_EQ(read("s01c1b01", "etc/hostname"), "s01c1b01\n");
    EXPECT_EQ(read("s01c1b02", "etc/hostname"), "s01c1b02\n");
    EXPECT_EQ(value_of(sys::read_file(directory / "victim")), "untouched");

    EXPECT_THAT(read("s01c1b01", "etc/hosts"),
                AllOf(HasSubstr("\n10.1.1.1\ts01c1b01.demo.lab s01c1b01\n"),
                      HasSubstr("\n192.0.2.1\ts01c1b01-usernet.demo.lab s01c1b01-usernet\n"),
                      HasSubstr("\n10.1.0.1\tis01.demo.lab is01\n"),
                      HasSubstr("\n127.0.1.1\tmaster\n"), Not(HasSubstr("s01c1b02"))));

    const std::string first_id = read("s01c1b01", "etc/machine-id");
    EXPECT_THAT(first_id, MatchesRegex("[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}\n"));
    EXPECT_NE(first_id, read("s01c1b02", "etc/machine-id"));

    for (const char* type : {"ed25519", "ecdsa", "rsa"}) {
        const std::string key = std::string("etc/ssh/ssh_host_") + type + "_key";
        EXPECT_THAT(read("s01c1b01", key), StartsWith("-----BEGIN "));
        EXPECT_NE(read("s01c1b01", key), read("s01c1b02", key));
        const auto status = value_of(sys::stat(root_of("s01c1b01") + key));
        EXPECT_EQ(status.mode & 07777, 0600U);
        EXPECT_EQ(status.owner, 0U);
        // The two belong together.
        const std::string copy = directory / "key";
        testing::write(copy, read("s01c1b01", key), 0600);
        const std::string of_secret = testing::run({"ssh-keygen", "-y", "-f", copy});
        const std::string of_public = read("s01c1b01", key + ".pub");
        EXPECT_THAT(of_public, StartsWith(of_secret.substr(0, of_secret.find('=')).substr(0, 60)));
        EXPECT_THAT(of_public, HasSubstr(" root@s01c1b01"));
    }

    EXPECT_EQ(read("s01c1b01", "etc/fstab"),
              "# a disk of the master, which the blade does not have (DIM): "
              "UUID=0a1b / ext4 defaults 0 1\ntmpfs /tmp tmpfs nosuid 0 0\n");
    EXPECT_THAT(read("s01c1b01", "etc/network/interfaces"),
                AllOf(HasSubstr("\nauto lo\n"), Not(HasSubstr("\niface eth0"))));
    EXPECT_THAT(read("s01c1b02", "etc/systemd/network/05-dim-root.network"),
                AllOf(HasSubstr("\nMACAddress=52:54:00:01:01:02\n"), HasSubstr("Unmanaged=yes")));
    EXPECT_THAT(read("s01c1b02", "etc/NetworkManager/conf.d/99-dim-root.conf"),
                HasSubstr("unmanaged-devices+=mac:52:54:00:01:01:02\n"));
    EXPECT_THAT(read("s01c1b01", "etc/systemd/timesyncd.conf.d/50-dim.conf"),
                EndsWith("\n[Time]\nNTP=10.1.0.1 192.0.2.123\n"));
    EXPECT_THAT(read("s01c1b01", "etc/chrony/sources.d/dim.sources"),
                EndsWith("\nserver 10.1.0.1 iburst\nserver 192.0.2.123 iburst\n"));
    EXPECT_THAT(read("s01c1b01", "etc/resolv.conf"),
                AllOf(HasSubstr("\nsearch demo.lab example.net\nnameserver 10.1.0.1\n"),
                      EndsWith("\nnameserver 127.0.0.53\n")));
    EXPECT_FALSE(sys::stat(root_of("s01c1b01") + "etc/systemd/resolved.conf.d"));
    // The master's stay as they are.
    EXPECT_EQ(value_of(sys::read_file(tree + "/etc/motd")), "of the master\n");
    EXPECT_EQ(value_of(sys::read_file(tree + "/etc/ssh/ssh_host_rsa_key")), "of the master\n");
    EXPECT_EQ(read("s01c1b01", "etc/motd"), "of the master\n");
}

TEST_F(OverriddenBlade, KeepsItsIdentityWhenItsImageIsMadeAnew) {
    const std::vector<std::string> identity{"etc/machine-id", "etc/ssh/ssh_host_ed25519_key",
                                            "etc/ssh/ssh_host_rsa_key.pub"};
    create("s01c1b01");
    std::vector<std::string> before;
    for (const std::string& path : identity)
        before.push_back(read("s01c1b01", path));
    value_of(store->delete_blade_image(blade_name("s01c1b01"), granite));
    reopen_all();
    create("s01c1b01");
    value_of(store->import_image(request("slate"), quiet()));
    value_of(store->create_blade_image(blade_name("s01c1b01"), image_name("slate"), quiet()));
    for (std::size_t i = 0; i < identity.size(); ++i) {
        EXPECT_EQ(read("s01c1b01", identity[i]), before[i]);
        EXPECT_EQ(value_of(sys::read_file(root_of("s01c1b01", "slate") + identity[i])), before[i]);
    }
    EXPECT_EQ(value_of(sys::stat(state + "/keys")).mode & 0777, 0700U);
    EXPECT_EQ(value_of(sys::stat(state + "/keys/s01c1b01/ssh_host_rsa_key")).mode & 0777, 0600U);
    EXPECT_THAT(value_of(sys::list_names(state + "/keys")), ElementsAre("s01c1b01"));
}

TEST_F(OverriddenBlade, WhatIsSwitchedOffIsLeftToTheMaster) {
    put("cluster/.dim-overrides", "hosts off\nmachine-id off\nssh-host-keys off\nfstab off\n");
    put("blade/s01c1b01/.dim-overrides",
        "fstab on\nroot-interface off\nhostname off\ntime-servers off\nresolver off\n");
    create("s01c1b01");
    EXPECT_EQ(read("s01c1b01", "etc/hosts"), "127.0.0.1\tlocalhost\n127.0.1.1\tmaster\n");
    EXPECT_EQ(read("s01c1b01", "etc/machine-id"), "00000000000000000000000000000001\n");
    EXPECT_EQ(read("s01c1b01", "etc/ssh/ssh_host_rsa_key"), "of the master\n");
    EXPECT_THAT(read("s01c1b01", "etc/fstab"), StartsWith("# a disk of the master"));
    EXPECT_FALSE(sys::stat(root_of("s01c1b01") + "etc/systemd/network/05-dim-root.network"));
    EXPECT_FALSE(sys::stat(state + "/keys"));
    std::vector<std::string> idle;
    for (const IdleRule& rule : plan("s01c1b01").idle)
        idle.push_back(rule.rule + ": " + rule.reason);
    EXPECT_THAT(idle, ElementsAre("built-in hostname: switched off", "built-in hosts: switched off",
                                  "built-in machine-id: switched off",
                                  "built-in ssh-host-keys: switched off",
                                  "built-in root-interface: switched off",
                                  "built-in time-servers: switched off",
                                  "built-in resolver: switched off"));
    EXPECT_THAT(read("s01c1b01", "etc/resolv.conf"), StartsWith("search example.net\n"));
}

TEST_F(OverriddenBlade, WithoutNameServersKeepsItsResolver) {
    std::string xml(testing::kOverriddenCluster);
    xml.replace(xml.find("bind"), 4, "none");
    value_of(roster.replace(testing::overridden_definition(xml)));
    create("s01c1b01");
    EXPECT_EQ(read("s01c1b01", "etc/resolv.conf"), "search example.net\nnameserver 127.0.0.53\n");
    ASSERT_THAT(plan("s01c1b01").idle, SizeIs(1));
    EXPECT_THAT(plan("s01c1b01").idle.front().reason, HasSubstr("dns=\"bind\""));
}

TEST_F(OverriddenBlade, TellsResolvedWhereItIsTheResolver) {
    value_of(sys::unlink(tree + "/etc/resolv.conf"));
    value_of(sys::symlink("../run/systemd/resolve/stub-resolv.conf", tree + "/etc/resolv.conf"));
    value_of(store->import_image(request("slate"), quiet()));
    value_of(store->create_blade_image(blade_name("s01c1b01"), image_name("slate"), quiet()));
    const std::string root = root_of("s01c1b01", "slate");
    EXPECT_EQ(value_of(sys::read_link(root + "etc/resolv.conf")),
              "../run/systemd/resolve/stub-resolv.conf");
    EXPECT_THAT(value_of(sys::read_file(root + "etc/systemd/resolved.conf.d/50-dim.conf")),
                EndsWith("\n[Resolve]\nDNS=10.1.0.1\nDomains=demo.lab\n"));
}

TEST_F(OverriddenBlade, WritesThroughNoLinkToAnotherResolver) {
    create("s01c1b01");
    const std::string file = root_of("s01c1b01") + "etc/resolv.conf";
    value_of(sys::unlink(file));
    value_of(sys::symlink(directory / "victim", file));
    value_of(apply("s01c1b01", Overrides::Changed::replaced));
    EXPECT_EQ(value_of(sys::read_file(directory / "victim")), "untouched");
    EXPECT_EQ(value_of(sys::read_link(file)), std::string(directory / "victim"));
    ASSERT_THAT(plan("s01c1b01").idle, SizeIs(1));
    EXPECT_THAT(plan("s01c1b01").idle.front().reason, HasSubstr("symbolic link"));

    put("cluster/etc/resolv.conf", "nameserver {server.address}\n");
    value_of(apply("s01c1b01", Overrides::Changed::replaced));
    EXPECT_EQ(read("s01c1b01", "etc/resolv.conf"), "nameserver 10.1.0.1\n");
}

TEST_F(OverriddenBlade, WithoutAKnownAddressOfItsPortIsToldSo) {
    create("s01c1b03");
    EXPECT_FALSE(sys::stat(root_of("s01c1b03") + "etc/systemd/network/05-dim-root.network"));
    EXPECT_THAT(plan("s01c1b03").idle, SizeIs(2));
    EXPECT_THAT(plan("s01c1b03").idle.front().reason, HasSubstr("MAC address"));
    put("cluster/etc/motd", "{mac}\n");
    EXPECT_THAT(apply("s01c1b03").error().message(), HasSubstr("there is no word '{mac}'"));
}

TEST_F(OverriddenBlade, TheMoreSpecialTemplateWins) {
    for (const char* level : {"cluster", "image/granite", "group/gpu", "level/s01", "level/s01c1",
                              "blade/s01c1b01", "blade/s01c1b02", "image/slate"}) {
        put(std::string(level) + "/etc/of-" + std::string(level).substr(0, 5), level);
        put(std::string(level) + "/etc/motd", std::string(level) + " {name}\n");
    }
    value_of(sys::unlink(templates + "/blade/s01c1b02/etc/motd"));
    put("cluster/etc/hosts", "127.0.0.1 localhost\n{address.bootnet} {name} # {address.usernet}\n");
    put("cluster/srv/all", "{linear} {mac} {image} {server} {server.address} {domain} "
                           "{address.bootnet-s01} {property.rack} {{}");
    put("cluster/srv/raw.verbatim", "${HOME}\n", 0755);
    put("cluster/srv/bin", std::string_view("{\0no}", 5));
    put("cluster/etc/secret", "{name}\n", 0600);
    ASSERT_EQ(::chown((templates + "/cluster/etc/secret").c_str(), 12, 34), 0);
    create("s01c1b01");
    create("s01c1b02");
    EXPECT_EQ(read("s01c1b01", "etc/motd"), "blade/s01c1b01 s01c1b01\n");
    EXPECT_EQ(read("s01c1b02", "etc/motd"), "level/s01c1 s01c1b02\n");
    EXPECT_EQ(read("s01c1b02", "etc/of-level"), "level/s01c1");
    EXPECT_FALSE(sys::stat(root_of("s01c1b02") + "etc/of-group"));
    EXPECT_EQ(read("s01c1b01", "etc/of-group"), "group/gpu");
    EXPECT_EQ(read("s01c1b01", "etc/hosts"),
              "127.0.0.1 localhost\n10.1.1.1 s01c1b01 # 192.0.2.1\n");
    EXPECT_EQ(read("s01c1b01", "srv/all"), "b1 52:54:00:01:01:01 granite is01 10.1.0.1 demo.lab "
                                           "10.1.1.1 A3 {}");
    EXPECT_EQ(read("s01c1b01", "srv/raw"), "${HOME}\n");
    EXPECT_EQ(value_of(sys::stat(root_of("s01c1b01") + "srv/raw")).mode & 07777, 0755U);
    EXPECT_EQ(read("s01c1b01", "srv/bin"), std::string("{\0no}", 5));
    const auto secret = value_of(sys::stat(root_of("s01c1b01") + "etc/secret"));
    EXPECT_EQ(secret.mode & 07777, 0600U);
    EXPECT_EQ(secret.owner, 12U);
    EXPECT_EQ(secret.group, 34U);
    for (const PlannedFile& file : plan("s01c1b01").files) {
        EXPECT_EQ(file.state, OverrideState::current) << file.wanted.path << ": " << file.note;
        if (file.wanted.path == "etc/motd") {
            EXPECT_EQ(file.wanted.rule, "blade/s01c1b01/etc/motd");
            EXPECT_THAT(file.wanted.instead_of,
                        ElementsAre("cluster/etc/motd", "image/granite/etc/motd",
                                    "group/gpu/etc/motd", "level/s01/etc/motd",
                                    "level/s01c1/etc/motd"));
        }
        if (file.wanted.path == "etc/hosts")
            EXPECT_THAT(file.wanted.instead_of, ElementsAre("built-in hosts"));
        EXPECT_EQ(file.wanted.is_secret(),
                  file.wanted.path == "etc/secret" || (file.wanted.path.starts_with("etc/ssh/") &&
                                                       file.wanted.path.ends_with("_key")))
            << file.wanted.path;
    }
}

TEST_F(OverriddenBlade, WhatChangedIsRenderedAgain) {
    put("cluster/etc/motd", "first\n");
    put("cluster/etc/issue", "first\n");
    create("s01c1b01");
    EXPECT_EQ(value_of(apply("s01c1b01")).written, 0U);
    put("cluster/etc/motd", "second\n", 0600);
    put("cluster/etc/new", "new\n");
    EXPECT_EQ(state_of("s01c1b01", "etc/motd"), "outdated");
    EXPECT_EQ(state_of("s01c1b01", "etc/new"), "missing");
    EXPECT_EQ(read("s01c1b01", "etc/motd"), "first\n") << "looking changes nothing";
    const auto done = value_of(apply("s01c1b01"));
    EXPECT_EQ(done.written, 2U);
    EXPECT_THAT(done.problems, IsEmpty());
    EXPECT_EQ(read("s01c1b01", "etc/motd"), "second\n");
    EXPECT_EQ(read("s01c1b01", "etc/new"), "new\n");
    EXPECT_EQ(state_of("s01c1b01", "etc/motd"), "current");

    // The definition: another address, and another MAC.
    std::string xml(testing::kOverriddenCluster);
    xml.replace(xml.find("10.1.1.{blade}"), 14, "10.1.2.{blade}");
    xml.replace(xml.find("52:54:00:01:01:01"), 17, "52:54:00:0a:0a:0a");
    value_of(roster.replace(testing::overridden_definition(xml)));
    EXPECT_EQ(state_of("s01c1b01", "etc/hosts"), "outdated");
    EXPECT_EQ(state_of("s01c1b01", "etc/fstab"), "current");
    EXPECT_EQ(value_of(apply("s01c1b01")).written, 3U);
    EXPECT_THAT(read("s01c1b01", "etc/hosts"),
                AllOf(HasSubstr("10.1.2.1\ts01c1b01"), Not(HasSubstr("10.1.1.1"))));
    EXPECT_THAT(read("s01c1b01", "etc/NetworkManager/conf.d/99-dim-root.conf"),
                HasSubstr("52:54:00:0a:0a:0a"));

    // A rule that went.
    value_of(sys::unlink(templates + "/cluster/etc/issue"));
    EXPECT_EQ(state_of("s01c1b01", "etc/issue"), "leftover");
    EXPECT_EQ(value_of(apply("s01c1b01")).written, 0U);
    EXPECT_EQ(read("s01c1b01", "etc/issue"), "first\n");
}

TEST_F(OverriddenBlade, WhatTheBladeChangedIsKeptUnlessForced) {
    put("cluster/etc/motd", "first\n");
    put("cluster/etc/issue", "first\n");
    put("cluster/etc/link", "first\n");
    create("s01c1b01");
    const std::string root = root_of("s01c1b01");
    testing::write(root + "etc/motd", "the blade's\n");
    value_of(sys::unlink(root + "etc/issue"));
    value_of(sys::unlink(root + "etc/link"));
    value_of(sys::symlink(directory / "victim", root + "etc/link"));
    value_of(sys::chmod(root + "etc/ssh/ssh_host_rsa_key", 0640));
    testing::write(root + "etc/fstab", "/dev/sdb1 /scratch xfs defaults 0 0\n");
    testing::write(root + "etc/hosts", read("s01c1b01", "etc/hosts") + "10.9.9.9 added\n");
    for (const char* path :
         {"etc/motd", "etc/issue", "etc/link", "etc/ssh/ssh_host_rsa_key", "etc/fstab"})
        EXPECT_EQ(state_of("s01c1b01", path), "changed") << path;
    EXPECT_EQ(state_of("s01c1b01", "etc/hosts"), "current") << "its own lines are its own";
    const auto kept = value_of(apply("s01c1b01"));
    EXPECT_EQ(kept.written, 0U);
    EXPECT_EQ(kept.kept, 5U);
    EXPECT_EQ(read("s01c1b01", "etc/motd"), "the blade's\n");

    const auto forced = value_of(apply("s01c1b01", Overrides::Changed::replaced));
    EXPECT_EQ(forced.written, 5U);
    EXPECT_EQ(read("s01c1b01", "etc/motd"), "first\n");
    EXPECT_EQ(read("s01c1b01", "etc/issue"), "first\n");
    EXPECT_EQ(read("s01c1b01", "etc/link"), "first\n");
    EXPECT_EQ(value_of(sys::read_file(directory / "victim")), "untouched");
    EXPECT_EQ(value_of(sys::stat(root + "etc/ssh/ssh_host_rsa_key")).mode & 0777, 0600U);
    EXPECT_THAT(read("s01c1b01", "etc/hosts"), HasSubstr("10.9.9.9 added\n"));
    for (const PlannedFile& file : plan("s01c1b01").files)
        EXPECT_EQ(file.state, OverrideState::current) << file.wanted.path << ": " << file.note;
}

TEST_F(OverriddenBlade, WhatItPlantsLeadsNowhere) {
    put("cluster/etc/motd", "first\n");
    put("cluster/etc/deep/er/file", "first\n");
    create("s01c1b01");
    const std::string root = root_of("s01c1b01");
    const std::string outside = directory / "outside";
    value_of(sys::mkdir(outside));
    value_of(sys::mkdir(outside + "/er"));
    testing::run({"rm", "-r", root + "etc/deep", root + "etc/ssh", root + "etc/hosts",
                  root + "etc/motd", root + "etc/fstab", root + "etc/hostname"});
    value_of(sys::symlink(outside, root + "etc/deep"));
    value_of(sys::symlink(outside, root + "etc/ssh"));
    value_of(sys::mkdir(root + "etc/motd"));
    ASSERT_EQ(::mkfifo((root + "etc/hosts").c_str(), 0666), 0);
    ASSERT_EQ(::mknod((root + "etc/fstab").c_str(), S_IFCHR | 0666, makedev(5, 0)), 0);
    value_of(sys::mkdir(root + "etc/.hostname.new"));
    testing::write(root + "etc/machine-id", "");
    ASSERT_EQ(::truncate((root + "etc/machine-id").c_str(), off_t{1} << 30), 0);

    const auto forced = value_of(apply("s01c1b01", Overrides::Changed::replaced));
    std::string problems;
    for (const Error& error : forced.problems)
        problems += to_string(error) + '\n';
    EXPECT_THAT(problems, AllOf(HasSubstr("/etc/deep"), HasSubstr("/etc/deep/er/file"),
                                HasSubstr("/etc/motd: a directory is in the way"),
                                HasSubstr("/etc/hosts of the blade is a FIFO"),
                                HasSubstr("/etc/fstab of the blade is a device node"),
                                HasSubstr("/etc/hostname of the blade: .hostname.new")));
    EXPECT_THAT(value_of(sys::list_names(outside)), ElementsAre("er"));
    EXPECT_THAT(value_of(sys::list_names(outside + "/er")), IsEmpty());
    EXPECT_THAT(read("s01c1b01", "etc/machine-id"), SizeIs(33));
    const Overrides::Plan after = plan("s01c1b01");
    EXPECT_EQ(state_of(after, "etc/ssh/ssh_host_rsa_key"), "leftover") << "a link is no directory";
}

TEST_F(OverriddenBlade, WithoutARecordKeepsWhatItHas) {
    create("s01c1b01");
    close_all();
    value_of(sys::unlink(directory / "overrides.db"));
    reopen_all();
    put("cluster/etc/motd", "first\n");
    put("cluster/etc/new", "first\n");
    EXPECT_THAT(store->restore_mounts(), IsEmpty());
    EXPECT_EQ(state_of("s01c1b01", "etc/motd"), "changed");
    EXPECT_EQ(state_of("s01c1b01", "etc/machine-id"), "changed") << "another was made by now";
    EXPECT_EQ(state_of("s01c1b01", "etc/hosts"), "current");
    EXPECT_EQ(value_of(apply("s01c1b01")).written, 1U);
    EXPECT_EQ(read("s01c1b01", "etc/motd"), "of the master\n");
    EXPECT_EQ(read("s01c1b01", "etc/new"), "first\n");
}

TEST_F(OverriddenBlade, NothingIsWrittenWhereNothingIsMounted) {
    create("s01c1b01");
    value_of(store->unmount(blade_name("s01c1b01"), granite));
    const auto refused = apply("s01c1b01");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_THAT(refused.error().message(), HasSubstr("no blade image is mounted"));
}

}  // namespace
}  // namespace dim::server
