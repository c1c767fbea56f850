#include "imageserver/nfs/nfsd_exports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kMounts = "/var/lib/dim/mounts";

api::NfsExport blade_image(const std::string& blade = "s01c1b01",
                           const std::string& client = "10.1.0.11") {
    const std::string path = "/blades/" + blade + "/granite";
    return {.path = path, .source = kMounts + path, .client = client, .is_writable = true};
}

api::NfsExport shared_root() {
    return {.path = "/shared/granite/1",
            .source = std::string(kMounts) + "/shared/granite/1",
            .client = "10.1.0.0/24",
            .is_writable = false};
}

/// As exportfs 2.6.2 writes it into its table.
std::string as_table_line(const NfsdExport& line) {
    const std::string access = line.options.substr(0, 2);
    return line.directory + "\t" + line.client + "(" + access +
           ",sync,wdelay,hide,nocrossmnt,secure,no_root_squash,no_all_squash,no_subtree_check,"
           "secure_locks,acl,no_pnfs," +
           line.options.substr(line.options.find("fsid=")) +
           ",mountpoint,anonuid=65534,anongid=65534,sec=sys," + access +
           ",secure,no_root_squash,no_all_squash)\n";
}

TEST(NfsdExport, IsToOneClientAndOfAMountedFileSystemOnly) {
    const NfsdExport image = nfsd_export(blade_image()).value();
    EXPECT_EQ(render_exports_file(std::span(&image, 1)),
              "# Written by imageserver. It will overwrite what is changed here.\n"
              "/var/lib/dim/mounts/blades/s01c1b01/granite 10.1.0.11(rw,sync,no_root_squash,"
              "no_subtree_check,secure,sec=sys,mountpoint,fsid=" +
                  image.options.substr(image.options.size() - 32) + ")\n");
    EXPECT_TRUE(nfsd_export(shared_root())->options.starts_with("ro,"));
}

TEST(NfsdExport, KeepsItsFsidWhereverItLiesAndWhoeverAsks) {
    const auto fsid_of = [](const api::NfsExport& entry) {
        const std::string options = nfsd_export(entry)->options;
        return options.substr(options.find("fsid="));
    };
    EXPECT_EQ(fsid_of(blade_image()), "fsid=17ff9ffda8bf06a21a3b35285f6dc858")
        << "every blade that runs would lose its files";
    auto elsewhere = blade_image("s01c1b01", "10.9.9.9");
    elsewhere.source = "/srv/dim/mounts/blades/s01c1b01/granite";
    elsewhere.is_writable = false;
    EXPECT_EQ(fsid_of(elsewhere), fsid_of(blade_image()));
    EXPECT_NE(fsid_of(blade_image("s01c1b02")), fsid_of(blade_image()));
}

TEST(NfsdExport, RefusesADirectoryThatTheFileWouldReadOtherwise) {
    for (const char* source :
         {"relative", "/a b", "/a#b", "/a(b)", "/a\"b", "/a\nb", "/a\\b", ""}) {
        auto entry = blade_image();
        entry.source = source;
        const auto refused = nfsd_export(entry);
        ASSERT_FALSE(refused) << source;
        EXPECT_FALSE(refused.error().cure().empty());
    }
}

TEST(ExportTable, TellsWhatIsOursAndNothingElse) {
    const NfsdExport image = nfsd_export(blade_image()).value();
    const std::string table = "/srv/home\t10.0.0.0/8(rw,sync,fsid=1)\n"
                              "/var/lib/dim/mounts2/x\t10.0.0.0/8(rw)\n"
                              "/var/lib/dim/mounts\t10.0.0.0/8(rw)\n" +
                              as_table_line(image) +
                              "garbage\n/var/lib/dim/mounts/x\n/var/lib/dim/mounts/x\t(rw)\n"
                              "/var/lib/dim/mounts/x\thost(rw\n\n";
    const auto found = parse_export_table(table, kMounts);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].directory, image.directory);
    EXPECT_EQ(found[0].client, image.client);
    EXPECT_THAT(parse_export_table(table, ""), IsEmpty()) << "nobody's directory is ours";
}

TEST(NfsdChange, IsNothingWhenTheTableHasAll) {
    const std::vector<NfsdExport> wanted{nfsd_export(blade_image()).value(),
                                         nfsd_export(shared_root()).value()};
    const auto present =
        parse_export_table(as_table_line(wanted[1]) + as_table_line(wanted[0]), kMounts);
    const NfsdChange change = change_of(present, wanted);
    EXPECT_THAT(change.offered, IsEmpty());
    EXPECT_THAT(change.withdrawn, IsEmpty());
}

TEST(NfsdChange, IsWhatIsNewGoneOrOtherwise) {
    const NfsdExport stays = nfsd_export(blade_image("b1")).value();
    const NfsdExport gone = nfsd_export(blade_image("b2")).value();
    const NfsdExport fresh = nfsd_export(blade_image("b3")).value();
    const NfsdExport moved = nfsd_export(blade_image("b4", "10.1.0.14")).value();
    const NfsdExport moved_to = nfsd_export(blade_image("b4", "10.1.0.99")).value();
    const NfsdExport shared = nfsd_export(shared_root()).value();
    NfsdExport writable = shared;
    writable.options.replace(0, 2, "rw");
    const auto present = parse_export_table(as_table_line(stays) + as_table_line(gone) +
                                                as_table_line(moved) + as_table_line(writable),
                                            kMounts);
    const NfsdChange change = change_of(present, std::vector{stays, fresh, moved_to, shared});
    EXPECT_THAT(change.offered, ElementsAre(fresh, moved_to, shared));
    ASSERT_EQ(change.withdrawn.size(), 2U);
    EXPECT_EQ(change.withdrawn[0].directory, gone.directory);
    EXPECT_EQ(change.withdrawn[1].client, "10.1.0.14") << "whoever has the old address now";
}

TEST(NfsClientInfo, IsAboutOneAddress) {
    const std::string info = "clientid: 0x5be0d9a6655f2d6b\naddress: \"10.1.0.11:785\"\n"
                             "status: confirmed\nname: \"Linux NFSv4.1 10.1.0.12:1\"\n";
    EXPECT_TRUE(is_about_client(info, "10.1.0.11"));
    EXPECT_FALSE(is_about_client(info, "10.1.0.1"));
    EXPECT_FALSE(is_about_client(info, "10.1.0.12"));
    EXPECT_FALSE(is_about_client("address: \"", "10.1.0.11"));
    EXPECT_FALSE(is_about_client("", ""));
}

}  // namespace
}  // namespace dim::server
