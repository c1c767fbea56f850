#include "imageserver/apply/blade_dhcp.hpp"
#include "imageserver/apply/sample_blades.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/boot_file/fake_boot_files.hpp"
#include "imageserver/image/fake_images.hpp"
#include "imageserver/service/fake_service_control.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

class BladeDhcpTest : public ::testing::Test {
protected:
    void add_image_with_boot_file() {
        images.add(api::ImageSummary{granite,
                                     model::Architecture::ppc64,
                                     model::Generation::from_number(1).value(),
                                     {"usr"},
                                     "/sbin/init",
                                     1,
                                     model::Timestamp::from_microseconds(0).value(),
                                     std::nullopt,
                                     0});
        ASSERT_TRUE(
            boot_files.build({.image = granite, .options = {}, .ramdisk = {}}, [](auto&&...) {}));
    }
    const api::DhcpHost& host(const char* name) {
        hosts = dhcp.hosts().value();
        const auto found =
            std::ranges::find(hosts, samples::component(name), &api::DhcpHost::blade);
        EXPECT_NE(found, hosts.end()) << name;
        return *found;
    }

    const model::ImageName granite = model::ImageName::parse("granite").value();
    TestDatabase database;
    Roster roster = samples::roster_of_three();
    Assignments assignments{database.get()};
    FakeImages images;
    FakeBootFiles boot_files{images};
    FakeServiceControl control;
    DhcpService service{control,
                        {.server = samples::component("s1"),
                         .directory = database.directory() + "/dhcpd",
                         .kea_directory = database.directory() + "/kea",
                         .program = "/bin/true",
                         .kea_program = "/bin/true"},
                        cluster::DeviceName::parse("eth1").value()};
    BladeDhcp dhcp{service, roster, assignments, images, boot_files};
    std::vector<api::DhcpHost> hosts;
};

TEST_F(BladeDhcpTest, KnowsNobodyWithoutAMac) {
    hosts = dhcp.hosts().value();
    ASSERT_EQ(hosts.size(), 2u);
    EXPECT_EQ(to_string(hosts[0].mac), "52:54:00:00:00:01");
    EXPECT_EQ(to_string(hosts[1].address), "10.1.1.2");
}

TEST_F(BladeDhcpTest, NamesTheBootFileOfTheAssignedImageAlone) {
    add_image_with_boot_file();
    ASSERT_TRUE(assignments.assign(std::vector{samples::component("s1b1")}, granite,
                                   model::Timestamp::from_microseconds(0).value()));
    EXPECT_EQ(host("s1b1").image, granite);
    EXPECT_EQ(host("s1b1").boot_file, "granite/1-1/zImage");
    EXPECT_EQ(host("s1b2").image, std::nullopt);
    EXPECT_EQ(host("s1b2").boot_file, std::nullopt);
}

TEST_F(BladeDhcpTest, NamesABootFileOfItsOwnForABladeWithKernelArguments) {
    add_image_with_boot_file();
    ASSERT_TRUE(roster.replace(samples::three_blades(
        R"(<set for="s1b1"><property name="kernel-arguments" value="mem=1G  isolcpus=1"/></set>)")));
    ASSERT_TRUE(
        assignments.assign(std::vector{samples::component("s1b1"), samples::component("s1b2")},
                           granite, model::Timestamp::from_microseconds(0).value()));
    EXPECT_EQ(host("s1b1").boot_file, "granite/1-1/zImage+mem=1G+isolcpus=1");
    EXPECT_EQ(host("s1b2").boot_file, "granite/1-1/zImage");
}

TEST_F(BladeDhcpTest, NamesTheBootFileOfTheGenerationThatTheBladeHas) {
    add_image_with_boot_file();
    ASSERT_TRUE(
        assignments.assign(std::vector{samples::component("s1b1"), samples::component("s1b2")},
                           granite, model::Timestamp::from_microseconds(0).value()));
    const auto image = images.image(granite).value();
    const auto newer = *model::Generation::from_number(image.generation.number() + 1);
    boot_files.others.insert({{granite, image.generation}, boot_files.current(granite)->value()});
    boot_files.next_kernel = "6.1.0-51";
    ASSERT_TRUE(boot_files.renew(granite, [](auto&&...) {}));
    images.add(api::BladeImage{samples::component("s1b1"), granite, image.generation, "/x", 1, 1,
                               true, true, std::nullopt});
    images.add(api::BladeImage{samples::component("s1b2"), granite, newer, "/x", 1, 1, true, true,
                               std::nullopt});
    EXPECT_EQ(host("s1b1").boot_file, "granite/1-1/zImage");
    EXPECT_EQ(host("s1b2").boot_file, "granite/1-2/zImage");
}

TEST_F(BladeDhcpTest, GivesABladeWhoseImageIsGoneItsAddress) {
    ASSERT_TRUE(assignments.assign(std::vector{samples::component("s1b1")}, granite,
                                   model::Timestamp::from_microseconds(0).value()));
    EXPECT_EQ(host("s1b1").image, granite);
    EXPECT_EQ(host("s1b1").boot_file, std::nullopt);
    EXPECT_TRUE(dhcp.apply());
}

TEST_F(BladeDhcpTest, TellsBeforehandWhatANewDefinitionReloads) {
    ASSERT_TRUE(dhcp.apply());
    EXPECT_TRUE(dhcp.status()->is_running);
    EXPECT_EQ(dhcp.reloaded_by(roster).value(), std::nullopt);
    const auto moved = samples::three_blades(R"(<set for="b3" mac="52:54:00:ff:ff:01"/>)");
    EXPECT_EQ(
        dhcp.reloaded_by(Roster::create(samples::component("s1"), moved).value()).value()->service,
        "dhcpd");
    const auto nameless =
        samples::three_blades(R"(<set for="b3"><property name="rack" value="a"/></set>)");
    EXPECT_EQ(dhcp.reloaded_by(Roster::create(samples::component("s1"), nameless).value()).value(),
              std::nullopt)
        << "DHCP does not know it";
}

TEST_F(BladeDhcpTest, MakesBootFilesWhenItIsAppliedAndNotBefore) {
    add_image_with_boot_file();
    ASSERT_TRUE(assignments.assign(std::vector{samples::component("s1b1")}, granite,
                                   model::Timestamp::from_microseconds(0).value()));
    const std::string path = "granite/1-1/zImage+mem=1G";
    const auto with_words = samples::three_blades(
        R"(<set for="s1b1"><property name="kernel-arguments" value="mem=1G"/></set>)");
    // The path of the fake, which was asked for, is none for DHCP.
    const std::string refused = "the name of its boot file cannot be given";
    const auto reload =
        dhcp.reloaded_by(Roster::create(samples::component("s1"), with_words).value());
    EXPECT_TRUE(reload.error().message().contains(refused));
    ASSERT_TRUE(roster.replace(with_words));
    EXPECT_EQ(dhcp.paths().value(), std::set<std::string>{path});
    EXPECT_FALSE(boot_files.variants.contains(path));
    const auto applied = dhcp.apply();
    EXPECT_TRUE(applied.error().message().contains(refused));
    EXPECT_TRUE(boot_files.variants.contains(path));
}

TEST_F(BladeDhcpTest, SaysWhyTheServerDoesNotRun) {
    // At its start, and again when it is told to read its configuration.
    const Result<void> ended = fail(ErrorCode::unavailable, "dhcpd ended");
    control.outcomes = {ended, ended};
    const auto applied = dhcp.apply();
    ASSERT_FALSE(applied);
    EXPECT_TRUE(applied.error().message().contains("dhcpd ended")) << applied.error().message();
}

TEST_F(BladeDhcpTest, NamesTheBootFileOfThePlatformOfABlade) {
    add_image_with_boot_file();
    ASSERT_TRUE(roster.replace(samples::three_blades(
        R"(<platform name="dark" like="js20" console="hvc1" kernel-arguments="quiet"/>
           <set for="s1b1" type="dark"><property name="kernel-arguments" value="mem=1G"/></set>)")));
    ASSERT_TRUE(
        assignments.assign(std::vector{samples::component("s1b1"), samples::component("s1b2")},
                           granite, model::Timestamp::from_microseconds(0).value()));
    EXPECT_EQ(host("s1b1").boot_file, "granite/1-1/zImage+console hvc1+quiet+mem=1G");
    EXPECT_EQ(host("s1b2").boot_file, "granite/1-1/zImage");
    boot_files.unusable_word = "mem=1G";
    EXPECT_EQ(host("s1b1").boot_file, "granite/1-1/zImage+console hvc1+quiet")
        << "a blade's own words keep it from no boot";
    boot_files.unusable_word = "quiet";
    EXPECT_EQ(host("s1b1").boot_file, std::nullopt) << "another platform's is the wrong one";
    EXPECT_EQ(host("s1b2").boot_file, "granite/1-1/zImage");

    EXPECT_TRUE(dhcp.missing().empty()) << "of what is told alone";
    ASSERT_TRUE(dhcp.apply());
    ASSERT_EQ(dhcp.missing().size(), 1U);
    EXPECT_EQ(to_string(dhcp.missing().front().blade), "s1b1");
    EXPECT_EQ(dhcp.missing().front().text,
              "s1b1, of platform dark, has no boot file: too many words");
}

TEST_F(BladeDhcpTest, NamesNoBootFileForAnotherNetworkThanABladesOwn) {
    add_image_with_boot_file();
    ASSERT_TRUE(roster.replace(samples::three_blades(
        R"(<set for="s1b1"><property name="kernel-arguments" value="quiet dim.vlan=30"/></set>)")));
    ASSERT_TRUE(assignments.assign(std::vector{samples::component("s1b1")}, granite,
                                   model::Timestamp::from_microseconds(0).value()));
    EXPECT_EQ(host("s1b1").boot_file, "granite/1-1/zImage+quiet+dim.vlan=30");
    boot_files.unusable_word = "quiet";
    EXPECT_EQ(host("s1b1").boot_file, std::nullopt);
    ASSERT_TRUE(dhcp.apply());
    ASSERT_EQ(dhcp.missing().size(), 1U);
    EXPECT_TRUE(dhcp.missing().front().text.contains("network: too many words"))
        << dhcp.missing().front().text;
}

TEST_F(BladeDhcpTest, NamesNoBootFileWithoutTheDriversOfThePlatform) {
    add_image_with_boot_file();
    ASSERT_TRUE(roster.replace(samples::three_blades(
        R"(<platform name="epyc" like="x86_64-uefi" drivers="nfp"/><set for="s1b1" type="epyc"/>)")));
    ASSERT_TRUE(
        assignments.assign(std::vector{samples::component("s1b1"), samples::component("s1b2")},
                           granite, model::Timestamp::from_microseconds(0).value()));
    EXPECT_EQ(host("s1b1").boot_file, std::nullopt);
    EXPECT_EQ(host("s1b2").boot_file, "granite/1-1/zImage");
    ASSERT_TRUE(dhcp.apply());
    EXPECT_TRUE(dhcp.missing().empty()) << "it is made in the background";
    boot_files.wanted_drivers = {"nfp"};
    ASSERT_TRUE(boot_files.complete(granite, [](auto&&...) {}));
    EXPECT_EQ(host("s1b1").boot_file, "granite/1-1/zImage+driver nfp");
}

}  // namespace
}  // namespace dim::server
