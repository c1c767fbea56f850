#include "libdim/api/message_samples.hpp"
#include "tools/output/restart_text.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string fold(std::span<const model::ComponentName> blades) {
    std::string text;
    for (const model::ComponentName& blade : blades)
        text += (text.empty() ? "" : ",") + to_string(blade);
    return text;
}

api::BladeRestarts blade(const std::string& name, const std::string& state) {
    return {.blade = *model::ComponentName::parse(name), .state = state};
}

std::string text_of(std::vector<api::BladeRestarts> blades) {
    return restart_text({std::move(blades)}, fold);
}

TEST(RestartText, ALineForEachUnitAndForPrograms) {
    api::BladeRestarts one = blade("s01c1b01", "known");
    one.found = {
        .processes = {{3, "sshd", "ssh.service", "/usr/sbin/sshd", 1}}, .total = 9, .cause = {}};
    for (std::uint32_t pid = 11; pid < 18; ++pid)
        one.found->processes.push_back({pid, "busybox", {}, "/usr/bin/busybox", 2});
    EXPECT_EQ(text_of({one}),
              "BLADE     RESTART      PIDS                           REPLACED\n"
              "s01c1b01  ssh.service  3                              /usr/sbin/sshd\n"
              "s01c1b01  busybox      11, 12, 13, 14, 15 and 2 more  /usr/bin/busybox\n"
              "s01c1b01  1 more       -                              -\n");
}

TEST(RestartText, AKernelNeedsABoot) {
    api::BladeRestarts one = blade("s01c1b01", "unchanged");
    one.kernel = "6.1.0";
    one.next_kernel = "6.1.1";
    const std::string text = text_of({one});
    EXPECT_THAT(text, HasSubstr("kernel: reboot  -     6.1.0, then 6.1.1\n"));
    EXPECT_THAT(text, Not(HasSubstr("nothing")));
}

TEST(RestartText, BladesWithNothingToDoAreCounted) {
    api::BladeRestarts two = blade("s01c1b02", "known");
    two.found = {.processes = {}, .total = 0, .cause = {}};
    EXPECT_EQ(text_of({blade("s01c1b01", "unchanged"), two}),
              "2 blades with nothing to start anew.\n");
}

TEST(RestartText, SaysOfWhichBladesNothingIsKnown) {
    const std::string text = text_of({blade("s01c1b01", "silent"), blade("s01c1b02", "silent"),
                                      blade("s01c1b03", "off"), blade("s01c1b04", "waiting")});
    EXPECT_THAT(text, HasSubstr("s01c1b01,s01c1b02: not known yet; "));
    EXPECT_THAT(text, HasSubstr("agent in the boot file is older"));
    EXPECT_THAT(text, HasSubstr("s01c1b03: not running.\n"));
    EXPECT_THAT(text, HasSubstr("s01c1b04: not yet on the shared root"));
    EXPECT_THAT(text, Not(HasSubstr("nothing to start")));
}

TEST(RestartText, ALookThatFailedIsTold) {
    api::BladeRestarts one = blade("s01c1b01", "known");
    one.found = {.processes = {}, .total = 0, .cause = "no result within 8000 ms"};
    EXPECT_EQ(text_of({one}), "s01c1b01: not looked at in full: no result within 8000 ms.\n");
}

}  // namespace
}  // namespace dim::tool
