#include "imageserver/master/master_fixture.hpp"

namespace dim::server {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TarMasterTest : public MasterTest {};

TEST_F(TarMasterTest, WhatIsNoMasterIsRefused) {
    EXPECT_EQ(capture_of(directory / "missing").error().code(), ErrorCode::not_found);
    EXPECT_THAT(to_string(capture_of(tree + "/dev/fifo").error()),
                HasSubstr("neither a directory nor a file"));
    EXPECT_THAT(refusal(""), HasSubstr("this is no tar file"));
    EXPECT_THAT(refusal(std::string(100'000, 'x')), HasSubstr("this is no tar file"));
    EXPECT_THAT(refusal("#!/bin/sh\necho hello\n"), HasSubstr("xz, lzma, zstd or lz4"));
}

TEST_F(TarMasterTest, NothingLeadsOut) {
    write(directory / "victim", "untouched");
    const std::string victim = directory / "victim";
    EXPECT_THAT(refusal(tar_entry("../victim", '0', "x") + tar_end()), HasSubstr("'../victim'"));
    EXPECT_THAT(refusal(tar_entry("a/../../victim", '0', "x") + tar_end()),
                HasSubstr("leads out of the tree"));
    EXPECT_THAT(refusal(tar_entry(victim, '0', "x") + tar_end()), HasSubstr("absolute name"));
    // Through links, of each kind, to a directory and to a file.
    EXPECT_THAT(refusal(tar_entry("out", '2', "", directory.path()) +
                        tar_entry("out/victim", '0', "x") + tar_end()),
                HasSubstr("out/victim"));
    EXPECT_THAT(
        refusal(tar_entry("up", '2', "", "../..") + tar_entry("up/victim", '0', "x") + tar_end()),
        HasSubstr("symbolic link"));
    EXPECT_THAT(refusal(tar_entry("l", '2', "", directory.path()) +
                        tar_entry("hard", '1', "", "l/victim") + tar_end()),
                HasSubstr("hard"));
    EXPECT_THAT(refusal(tar_entry("hard", '1', "", "../victim") + tar_end()), HasSubstr("victim"));
    EXPECT_THAT(refusal(tar_entry("hard", '1', "", victim) + tar_end()), HasSubstr("absolute"));
    EXPECT_THAT(refusal(tar_entry("hard", '1', "", "missing") + tar_end()), HasSubstr("hard"));
    EXPECT_THAT(refusal(tar_entry("d", '5') + tar_entry("hard", '1', "", "d") + tar_end()),
                HasSubstr("is a directory"));
    EXPECT_THAT(refusal(tar_entry("./", '2', "", "/") + tar_end()), HasSubstr("root of the tree"));
    // A link gives way to a file; what it names does not.
    const auto replaced =
        capture_bytes(tar_entry("l", '2', "", victim) + tar_entry("l", '0', "new") + tar_end());
    ASSERT_TRUE(replaced);
    EXPECT_EQ(sys::read_file(replaced->directory() + "/l").value(), "new");
    EXPECT_EQ(sys::read_file(victim).value(), "untouched");
}

TEST_F(TarMasterTest, DamageIsFound) {
    const std::string whole = tar_entry("a/b", '0', "content") + tar_entry("c", '5') + tar_end();
    ASSERT_TRUE(capture_bytes(whole));
    for (std::size_t size = 512; size <= whole.size() - 1024; size += 256)
        EXPECT_THAT(refusal(whole.substr(0, size)), HasSubstr("cut")) << size;
    std::string wrong = whole;
    wrong[1024 + 3] = 'X';
    EXPECT_THAT(refusal(wrong), HasSubstr("damaged"));
    for (const char* program : {"gzip", "bzip2", "xz", "zstd"}) {
        write(directory / "whole.tar", whole + std::string(100'000, '\0'));
        run_script(std::string(program) + " -c '" + directory / "whole.tar" + "' >'" +
                   directory / "packed" + "'");
        const std::string packed = sys::read_file(directory / "packed").value();
        EXPECT_EQ(refusal(packed), "taken") << program;
        EXPECT_NE(refusal(packed.substr(0, packed.size() / 2)), "taken") << program;
        // Behind the end of the tar file, where the checksum is.
        EXPECT_NE(refusal(packed.substr(0, packed.size() - 5)), "taken") << program;
    }
}

TEST_F(TarMasterTest, BombsAreBounded) {
    std::string many;
    for (int i = 0; i < 20; ++i)
        many += tar_entry("f" + std::to_string(i), '0');
    settings.entry_limit = 19;
    EXPECT_THAT(refusal(many + tar_end()), HasSubstr("more than 19 entries"));
    settings.entry_limit = 20;
    EXPECT_EQ(refusal(many + tar_end()), "taken");
    // 256 MiB of zeros for a disk of 64 MiB.
    run_script("cd '" + directory.path() + "' && truncate -s 256M zeros && tar -czf bomb zeros");
    const std::string disk = directory / "disk";
    value_of(sys::mkdir(disk));
    value_of(sys::mount("none", disk, "tmpfs", 0, "size=64m"));
    settings.kept_free_bytes = std::uint64_t{16} << 20;
    const auto bomb = capture(value_of(model::MasterSource::parse(directory / "bomb")), settings,
                              disk + "/staging", quiet());
    EXPECT_FALSE(sys::stat(disk + "/staging"));
    value_of(sys::umount(disk, MNT_DETACH));
    ASSERT_FALSE(bomb);
    EXPECT_EQ(bomb.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(to_string(bomb.error()), HasSubstr("of which 16 MiB are kept"));
}

TEST_F(TarMasterTest, KeepsEverythingInEveryCompression) {
    for (const char* option : {"", "-z", "-j", "-J", "--zstd", "--lzma"}) {
        const std::string archive = directory / "master.tar";
        run_script("tar -C '" + tree + "' --acls --xattrs --xattrs-include='*' --sparse " + option +
                   " --numeric-owner -cf '" + archive + "' .");
        auto master = capture_of(archive);
        ASSERT_TRUE(master) << option << to_string(master.error());
        EXPECT_FALSE(master->is_in_place());
        EXPECT_EQ(differences(tree, master->directory()), "") << option;
        EXPECT_THAT(master->notes(), IsEmpty());
        EXPECT_LE(sys::stat(master->directory() + "/var/sparse")->allocated, 64U * 1024);
    }
}

TEST_F(TarMasterTest, TakesWhatOthersMake) {
    run_script("cd '" + tree +
               "' && bsdtar --acls --xattrs -cf ../bsd.tar . && "
               "bsdtar --format=ustar -czf ../ustar.tar.gz usr sbin && tar -cf ../gnu.tar .");
    {
        const auto bsd = capture_of(directory / "bsd.tar");
        ASSERT_TRUE(bsd) << to_string(bsd.error());
        EXPECT_EQ(differences(tree, bsd->directory()), "");
    }
    {
        const auto ustar = capture_of(directory / "ustar.tar.gz");
        ASSERT_TRUE(ustar) << to_string(ustar.error());
        EXPECT_EQ(sys::read_file(ustar->directory() + "/usr/lib/tool-again").value(), "tool");
        EXPECT_EQ(sys::stat(ustar->directory() + "/usr/bin/tool")->mode & 07777, 04755U);
    }
    const auto gnu = capture_of(directory / "gnu.tar");
    ASSERT_TRUE(gnu) << to_string(gnu.error());
    EXPECT_EQ(sys::read_file(gnu->directory() + "/usr/lib/\xff\xfe").value(), "raw");
}

TEST_F(TarMasterTest, SaysWhenAnAclNamesNobody) {
    run_script("cd '" + tree +
               "' && setfacl -m u:daemon:r,u:bin:rw sbin/init && "
               "sed -i /^daemon:/d etc/passwd && tar --acls -cf ../names.tar .");
    const auto master = capture_of(directory / "names.tar");
    ASSERT_TRUE(master);
    ASSERT_EQ(master->notes().size(), 1U);
    EXPECT_THAT(run({"getfacl", "-np", master->directory() + "/sbin/init"}),
                AllOf(HasSubstr("user:2:rw-\n"), ::testing::Not(HasSubstr("user:1:"))));
    EXPECT_THAT(master->notes()[0], HasSubstr("1 lines of ACLs were left out"));
}

TEST_F(TarMasterTest, ADirectoryIsUsedWhereItIs) {
    settings.exclude = {"/var/*", "tool*"};
    const auto master = capture_of(tree);
    ASSERT_TRUE(master);
    EXPECT_TRUE(master->is_in_place());
    EXPECT_EQ(master->directory(), tree);
    EXPECT_TRUE(master->filter().leaves_out("var/lib"));
    EXPECT_TRUE(master->filter().leaves_out("usr/bin/tool"));
    EXPECT_FALSE(master->filter().leaves_out("usr/bin"));
    const sys::Fd on_disk = sys::open_directory(tree).value();
    const sys::Fd made_up = sys::open_directory("/proc").value();
    EXPECT_FALSE(master->filter().enters(made_up));
    settings.one_file_system = true;
    EXPECT_FALSE(capture_of(tree)->filter().enters);
}

TEST_F(TarMasterTest, AForeignStagingDirectoryIsNotTouched) {
    value_of(sys::mkdir(staging));
    write(staging + "/kept", "x");
    write(directory / "some.tar", tar_entry("a", '0') + tar_end());
    EXPECT_EQ(capture_of(directory / "some.tar").error().code(), ErrorCode::already_exists);
    EXPECT_TRUE(sys::stat(staging + "/kept"));
    run({"rm", "-r", staging});
}

}  // namespace
}  // namespace dim::server
