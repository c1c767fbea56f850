#include "initagent/executed_files.hpp"

#include <gmock/gmock.h>

namespace dim::agent {
namespace {

using ::testing::ElementsAre;

// As a blade's kernel wrote it.
constexpr std::string_view kMaps =
    "55d0c8a00000-55d0c8a28000 r--p 00000000 00:2d 4711                       /usr/sbin/sshd\n"
    "55d0c8a28000-55d0c8b00000 r-xp 00028000 00:2d 4711                       /usr/sbin/sshd\n"
    "55d0c9000000-55d0c9021000 rw-p 00000000 00:00 0                          [heap]\n"
    "7f0000000000-7f0000100000 r--p 00000000 00:2d 90                         /usr/lib/locale/a\n"
    "7f1000000000-7f1000100000 r-xp 00028000 00:1f 18446744073709551615       /opt/a b\\012c\n"
    "7f2000000000-7f2000001000 r-xp 00000000 08:101 12                        /x (deleted)\n"
    "7f2000001000-7f2000002000 rwxp 00000000 08:101 12                        /x (deleted)\n"
    "7ffc00000000-7ffc00002000 r-xp 00000000 00:00 0                          [vdso]\n";

TEST(ExecutedFiles, WhatIsOnlyReadIsNone) {
    EXPECT_THAT(executed_files(kMaps), ElementsAre(ExecutedFile{0, 0x2d, 4711, "/usr/sbin/sshd"},
                                                   ExecutedFile{0, 0x1f, UINT64_MAX, "/opt/a b\nc"},
                                                   ExecutedFile{8, 0x101, 12, "/x (deleted)"}));
}

TEST(ExecutedFiles, WhatWasCutOffIsLeftOut) {
    const auto second = kMaps.find('\n', kMaps.find('\n') + 1);
    EXPECT_EQ(executed_files(kMaps.substr(0, second)).size(), 0U);
    EXPECT_EQ(executed_files(kMaps.substr(0, second + 1)).size(), 1U);
}

TEST(ExecutedFiles, NoLineOfTheKernelsIsNone) {
    for (const char* line :
         {"", " ", "r-xp", "1-2 r-xp 0 00:2d 5", "1-2 r-xp 0 00:2d 5 x", "1-2 r-xp 0 002d 5 /x",
          "1-2 r-xp 0 00:2g 5 /x", "1-2 r-xp 0 00:2d -5 /x", "1-2 r-x 0 00:2d 5 /x",
          "1-2 r-xp 0 00:2d 5 [/x]", "1-2 r-xp 0 100000000:2d 5 /x"})
        EXPECT_FALSE(parse_executed_file(line)) << line;
    EXPECT_TRUE(parse_executed_file("1-2 r-xp 0 00:2d 5 /x"));
}

TEST(ServiceOf, IsTheOneThatSystemdStarted) {
    EXPECT_EQ(service_of("0::/system.slice/ssh.service\n"), "ssh.service");
    EXPECT_EQ(service_of("0::/system.slice/system-getty.slice/getty@tty1.service\n"),
              "getty@tty1.service");
    EXPECT_EQ(service_of("12:pids:/x.service\n1:name=systemd:/system.slice/cron.service\n0::/\n"),
              "cron.service");
    EXPECT_EQ(service_of("0::/user.slice/user-7.slice/user@7.service/app.slice/evil.service\n"),
              "user@7.service");
    for (const char* none : {"", "0::/\n", "0::/user.slice/user-7.slice/session-3.scope\n",
                             "4:memory:/x.service\n", "0::", "1:name=systemd:", "\n\n"})
        EXPECT_EQ(service_of(none), std::nullopt) << none;
}

}  // namespace
}  // namespace dim::agent
