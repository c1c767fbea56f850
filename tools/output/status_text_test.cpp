#include "tools/output/status_text.hpp"
#include "tools/output/story_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

api::BladeStatus make_blade(model::BladeState state) {
    return {.name = *model::ComponentName::parse("s01c1b01"),
            .type = model::BladeType::js20,
            .mac = *model::MacAddress::parse("52:54:00:01:01:01"),
            .address = *model::Ipv4Address::parse("10.1.0.11"),
            .image = model::ImageName::parse("granite").value(),
            .generation = model::Generation::from_number(3).value(),
            .state = state};
}

api::ClusterStatus make_status(api::BladeStatus blade) {
    const auto now = *model::Timestamp::parse("2026-11-20T13:40:00.000000Z");
    return {.server = *model::ComponentName::parse("is01"),
            .version = "0.1.0",
            .now = now,
            .since = now,
            .blades = {std::move(blade)},
            .services = {},
            .alerts = {}};
}

TEST(StatusText, AFailureNamesStageCauseAndCure) {
    api::BladeStatus blade = make_blade(model::BladeState::failed);
    blade.stage = model::BootStage::mount_root;
    blade.cause = "the image's file is missing";
    blade.cure = "dim blade create s01c1b01 granite";
    EXPECT_THAT(status_text(make_status(blade)),
                HasSubstr("s01c1b01: failed at mount-root: the image's file is missing\n"
                          "  cure: dim blade create s01c1b01 granite\n"));
}

TEST(StatusText, TellsWhichBladesStillRunAnOldKernel) {
    api::BladeStatus blade = make_blade(model::BladeState::running);
    EXPECT_THAT(status_text(make_status(blade)), Not(HasSubstr("kernel")));
    blade.kernel = "6.1.0-50-amd64";
    blade.next_kernel = "6.1.0-51-amd64";
    api::ClusterStatus status = make_status(blade);
    EXPECT_THAT(status_text(status),
                HasSubstr("\nold kernel 6.1.0-50-amd64: 1 blade; 6.1.0-51-amd64 "
                          "at their next boot: s01c1b01\n"));
    for (int i = 0; i < 9; ++i)
        status.blades.push_back(blade);
    EXPECT_THAT(status_text(status), HasSubstr("10 blades; 6.1.0-51"));
    EXPECT_THAT(status_text(status), HasSubstr("s01c1b01 and 2 more\n"));
}

TEST(StatusText, ServicesAreMentionedOnlyWhenSomethingIsWrong) {
    api::ClusterStatus status = make_status(make_blade(model::BladeState::running));
    status.services.push_back({.name = "dhcpd", .is_running = true, .pid = 7});
    EXPECT_THAT(status_text(status), Not(HasSubstr("dhcpd")));
    status.services.front().is_running = false;
    status.services.front().cause = "exit status 1";
    EXPECT_THAT(status_text(status), HasSubstr("service dhcpd: does not run: exit status 1\n"));
}

TEST(StatusText, TellsWhatEachChassisSaidAndWhen) {
    api::ClusterStatus status = make_status(make_blade(model::BladeState::off));
    status.chassis = {{.module = *model::ComponentName::parse("s01c1mm"),
                       .answered = status.now,
                       .age_seconds = 12,
                       .health = "normal",
                       .bays = {{.bay = 1, .power = "off", .health = "no power"},
                                {.bay = 2, .power = "on", .health = "good"},
                                {.bay = 3, .power = "on", .health = "critical"},
                                {.bay = 4, .problem = "bladePowerState is 9"}},
                       .problem = "no answer",
                       .cure = "look at it"},
                      {.module = *model::ComponentName::parse("s01c2mm")}};
    EXPECT_THAT(status_text(status),
                HasSubstr("chassis s01c1mm: normal, 4 blades: 1 off, 2 on, 1 unclear; asked 12 s "
                          "ago\n  no answer\n  cure: look at it\n"
                          "  bay 3: its health is critical\n"
                          "  bay 4: bladePowerState is 9\n"
                          "chassis s01c2mm: has not answered yet\n"));
}

TEST(StatusText, AlertsSayHowOften) {
    api::ClusterStatus status = make_status(make_blade(model::BladeState::unseen));
    status.alerts.push_back({status.now, status.now, 5, "unknown-mac", "52:54:00:aa:aa:aa",
                             "asked for an address", "add it to cluster.xml"});
    EXPECT_THAT(status_text(status), HasSubstr("2026-11-20T13:40:00 unknown-mac from "
                                               "52:54:00:aa:aa:aa: asked for an address (5 times)\n"
                                               "  cure: add it to cluster.xml\n"));
}

TEST(StatusText, TheDiskSaysWhatIsFreeAndHowLong) {
    constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30;
    api::ClusterStatus status = make_status(make_blade(model::BladeState::running));
    EXPECT_THAT(status_text(status), Not(HasSubstr("disk")));
    status.disk = api::DiskStatus{"/var/lib/dim", "thin:200%",     100 * kGibibyte,
                                  20 * kGibibyte, 150 * kGibibyte, 60 * kGibibyte};
    EXPECT_THAT(status_text(status),
                HasSubstr("\ndisk /var/lib/dim: 20 GiB of 100 GiB free; blade images (thin:200%): "
                          "150 GiB promised, 60 GiB taken\n"));
    status.disk->full_in_seconds = 600;
    EXPECT_THAT(status_text(status), HasSubstr("60 GiB taken; full in 10 min\n"));
}

TEST(StoryText, EventsComeWithTheirDetails) {
    const api::BladeStory story{make_blade(model::BladeState::booting),
                                {{*model::Timestamp::parse("2026-11-20T13:40:00.250000Z"),
                                  "agent",
                                  "x",
                                  model::BootStage::plan,
                                  "asked for its plan",
                                  {"kernel: hello"}}}};
    EXPECT_THAT(
        story_text(story),
        HasSubstr("\n2026-11-20\n13:40:00.250  agent          plan          asked for its plan\n"));
    EXPECT_THAT(story_text(story), HasSubstr("  kernel: hello\n"));
}

TEST(StatusText, TellsThePlatformOfTheDefinition) {
    api::BladeStatus blade = make_blade(model::BladeState::running);
    EXPECT_THAT(status_text(make_status(blade)), HasSubstr("js20"));
    blade.platform = *model::ComponentName::parse("dark");
    EXPECT_THAT(status_text(make_status(blade)), HasSubstr("s01c1b01  dark "));
    EXPECT_THAT(status_text(make_status(blade)), Not(HasSubstr("js20")));
}

}  // namespace
}  // namespace dim::tool
