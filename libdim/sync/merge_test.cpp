#include "libdim/sync/merge.hpp"

#include <random>

#include <gmock/gmock.h>

namespace dim::sync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Conflicts = std::vector<std::string>;

constexpr std::string_view kRoot = "root:x:0:0:root:/root:/bin/bash\n";
constexpr std::string_view kDaemon = "daemon:x:1:1::/usr/sbin:/usr/sbin/nologin\n";

std::string joined(std::initializer_list<std::string_view> texts) {
    std::string text;
    for (const std::string_view part : texts)
        text += part;
    return text;
}

Merged merged(MergeKind kind, std::string_view older, std::string_view newer,
              std::string_view blade) {
    auto made = merge(kind, older, newer, blade);
    EXPECT_TRUE(made) << to_string(made.error());
    return made ? *std::move(made) : Merged{};
}

std::string merge_refusal(MergeKind kind, std::string_view blade) {
    const auto made = merge(kind, "", "", blade);
    if (made) return "";
    EXPECT_EQ(made.error().code(), ErrorCode::invalid_input);
    return to_string(made.error());
}

void expect_merge(MergeKind kind, std::string_view older, std::string_view newer,
                  std::string_view blade, std::string_view text, const Conflicts& conflicts = {}) {
    const Merged made = merged(kind, older, newer, blade);
    EXPECT_EQ(made.text, text);
    EXPECT_EQ(made.conflicts, conflicts);
}

TEST(Merge, IsForTheseFiles) {
    EXPECT_EQ(merge_for("etc/passwd"), MergeKind::passwd);
    EXPECT_EQ(merge_for("etc/shadow"), MergeKind::shadow);
    EXPECT_EQ(merge_for("etc/group"), MergeKind::group);
    EXPECT_EQ(merge_for("etc/gshadow"), MergeKind::gshadow);
    EXPECT_EQ(merge_for("etc/subuid"), MergeKind::subordinate_ids);
    EXPECT_EQ(merge_for("etc/subgid"), MergeKind::subordinate_ids);
    EXPECT_EQ(merge_for("etc/shells"), MergeKind::shells);
    EXPECT_EQ(merge_for("var/lib/dpkg/status"), MergeKind::dpkg_status);
    for (const std::string_view path :
         {"etc/passwd-", "/etc/passwd", "srv/etc/passwd", "etc/motd", ""})
        EXPECT_EQ(merge_for(path), std::nullopt) << path;
}

TEST(MergeAccounts, NewOnesOfBothSidesAreThere) {
    const std::string older = joined({kRoot, kDaemon});
    const std::string_view alice = "alice:x:1000:1000::/home/alice:/bin/bash\n";
    const std::string_view postgres = "postgres:x:112:118::/var/lib/postgresql:/bin/bash\n";
    // What only the blade has follows what it follows there.
    expect_merge(MergeKind::passwd, older, joined({kRoot, postgres, kDaemon}),
                 joined({kRoot, kDaemon, alice}), joined({kRoot, postgres, kDaemon, alice}));
    expect_merge(MergeKind::passwd, older, joined({kRoot, kDaemon, postgres}),
                 joined({alice, kRoot, kDaemon}), joined({alice, kRoot, kDaemon, postgres}));
    expect_merge(MergeKind::passwd, older, joined({kDaemon, postgres, kRoot}),
                 joined({kRoot, alice, kDaemon}), joined({kDaemon, postgres, kRoot, alice}));
}

TEST(MergeAccounts, FieldsAreMergedEachByItself) {
    expect_merge(MergeKind::passwd, "a:x:1:1::/home/a:/bin/sh\n", "a:x:1:1::/home/a:/bin/bash\n",
                 "a:x:1:1:Alice:/home/a:/bin/sh\n", "a:x:1:1:Alice:/home/a:/bin/bash\n");
    expect_merge(MergeKind::shadow, "root:!:19000:0:99999:7:::\n", "root:!:19000:0:90:7:::\n",
                 "root:$6$abc:20000:0:99999:7:::\n", "root:$6$abc:20000:0:90:7:::\n");
    // The same on both sides is no conflict.
    expect_merge(MergeKind::passwd, "a:x:1:1::/a:/bin/sh\n", "a:x:1:1:A:/a:/bin/zsh\n",
                 "a:x:1:1:B:/a:/bin/zsh\n", "a:x:1:1:B:/a:/bin/zsh\n",
                 {"a: comment changed in the new generation and differently on the blade: the "
                  "blade's stays"});
}

TEST(MergeAccounts, MembersAreASet) {
    expect_merge(MergeKind::group, "sudo:x:27:alice,bob\n", "sudo:x:27:carol,alice\n",
                 "sudo:x:27:alice,bob,dave\n", "sudo:x:27:carol,alice,dave\n");
    expect_merge(MergeKind::group, "sudo:x:27:alice,bob\n", "sudo:x:27:\n", "sudo:x:27:alice\n",
                 "sudo:x:27:\n");
    expect_merge(MergeKind::gshadow, "sudo:*::a\n", "sudo:*:c:a,b\n", "sudo:*:d:\n",
                 "sudo:*:c,d:b\n");
    // Nobody left or came.
    expect_merge(MergeKind::group, "g:x:9:a,b\n", "g:x:9:b,a\n", "g:x:9:a,b,c\n", "g:x:9:a,b,c\n");
    expect_merge(MergeKind::group, "g:x:9:a,b\n", "g:x:9:a,b,c\n", "g:x:9:b,,a\n", "g:x:9:a,b,c\n");
}

TEST(MergeAccounts, FromTheDocumentation) {  // docs/sync.md
    expect_merge(MergeKind::group, "root:x:0:\nsudo:x:27:alice,bob\nwww:x:33:\n",
                 "root:x:0:\nsudo:x:27:alice\npostgres:x:118:\nwww:x:80:\n",
                 "root:x:0:\nsudo:x:27:alice,bob,dave\napp:x:1001:dave\nwww:x:81:\n",
                 "root:x:0:\nsudo:x:27:alice,dave\napp:x:1001:dave\npostgres:x:118:\nwww:x:81:\n",
                 {"www: group id changed in the new generation and differently on the blade: the "
                  "blade's stays"});
}

TEST(MergeAccounts, WhatBothChangedDifferentlyStaysAsTheBladeHasIt) {
    expect_merge(MergeKind::passwd, "a:x:1:1::/a:/bin/sh\n", "a:x:2:1::/a:/bin/bash\n",
                 "a:x:3:1::/a:/bin/zsh\n", "a:x:3:1::/a:/bin/zsh\n",
                 {"a: user id changed in the new generation and differently on the blade: the "
                  "blade's stays",
                  "a: shell changed in the new generation and differently on the blade: the "
                  "blade's stays"});
    expect_merge(MergeKind::group, "", "a:x:1:\n", "a:x:2:\n", "a:x:2:\n",
                 {"a: added in the new generation and differently on the blade: the blade's "
                  "stays"});
    // Fields that are too many or too few are nobody's.
    expect_merge(MergeKind::group, "a:x:1:\n", "a:x:2:\n", "a:x:1\n", "a:x:1\n",
                 {"a: changed in the new generation and differently on the blade: the blade's "
                  "stays"});
}

TEST(MergeAccounts, WhatOneSideRemovedGoesUnlessTheOtherChangedIt) {
    const std::string older = "a:x:1:\nb:x:2:\n";
    expect_merge(MergeKind::group, older, "a:x:1:\n", older + "c:x:3:\n", "a:x:1:\nc:x:3:\n");
    expect_merge(MergeKind::group, older, older + "c:x:3:\n", "a:x:1:\n", "a:x:1:\nc:x:3:\n");
    expect_merge(MergeKind::group, older, "a:x:1:\n", "a:x:1:\nb:x:2:root\n",
                 "a:x:1:\nb:x:2:root\n",
                 {"b: removed in the new generation, but changed on the blade: stays"});
    expect_merge(MergeKind::group, older, "a:x:1:\nb:x:2:root\n", "a:x:1:\n", "a:x:1:\n",
                 {"b: changed in the new generation, but removed on the blade: stays removed"});
}

/// Files belong to the number, also those of packages, whatever is done here.
TEST(MergeAccounts, ANewOneWhoseNumberIsTakenComesAndIsTold) {
    const std::string alice = "alice:x:112:112::/home/alice:/bin/bash\n";
    const std::string postgres = "postgres:x:112:118::/var/lib/postgresql:/bin/bash\n";
    const Conflicts told{"postgres: the new generation brings it with user id 112, which alice has "
                         "on the blade: both have it now, give one of them another"};
    expect_merge(MergeKind::passwd, std::string(kRoot), joined({kRoot, postgres}),
                 joined({kRoot, alice}), joined({kRoot, alice, postgres}), told);
    // Also one that gets another number.
    expect_merge(MergeKind::passwd, "postgres:x:1:118::/var/lib/postgresql:/bin/bash\n", postgres,
                 "postgres:x:1:118::/var/lib/postgresql:/bin/bash\n" + alice, postgres + alice,
                 told);
    // Told again as long as it is so; of what the new generation itself shares nothing is told.
    const std::string both = joined({kRoot, alice, postgres});
    EXPECT_EQ(merged(MergeKind::passwd, kRoot, joined({kRoot, postgres}), both).conflicts, told);
    expect_merge(MergeKind::passwd, kRoot, both, joined({kRoot, kDaemon}),
                 joined({kRoot, kDaemon, alice, postgres}));
    // What the blade's administrator gave out twice is his own.
    expect_merge(MergeKind::passwd, kRoot, joined({kRoot, kDaemon}),
                 joined({kRoot, "toor:x:0:0::/root:/bin/sh\n"}),
                 joined({kRoot, "toor:x:0:0::/root:/bin/sh\n", kDaemon}));
    expect_merge(MergeKind::group, "a:x:1:\n", "a:x:1:\nb:x:5:\n", "a:x:1:\nc:x:5:\n",
                 "a:x:1:\nc:x:5:\nb:x:5:\n",
                 {"b: the new generation brings it with group id 5, which c has on the blade: both "
                  "have it now, give one of them another"});
}

TEST(MergeAccounts, LinesOfNobodyAreASet) {
    expect_merge(MergeKind::passwd, joined({kRoot, "+::::::\n"}),
                 joined({"# by the master\n", kRoot, kDaemon, "+::::::\n"}),
                 joined({kRoot, "-eve::::::\n", "+@admins::::::\n", "\n", "odd\n"}),
                 joined({"# by the master\n", kRoot, "-eve::::::\n", "+@admins::::::\n", "\n",
                         "odd\n", kDaemon}));
    // As often as the blade has them, when it is the one that changed that.
    expect_merge(MergeKind::group, "#\na:x:1:\n", "#\na:x:1:\nb:x:2:\n", "#\na:x:1:\n#\n#\n",
                 "#\na:x:1:\n#\n#\nb:x:2:\n");
}

TEST(MergeAccounts, ALineFeedAtTheEndIsNotMissed) {
    expect_merge(MergeKind::group,
                 "a:x:1:", "a:x:1:\nb:x:2:", "a:x:1:\nc:x:3:", "a:x:1:\nc:x:3:\nb:x:2:\n");
    expect_merge(MergeKind::group, "a:x:1:\nb:x:2:\n", "a:x:1:\nb:x:2:", "b:x:2:\na:x:1:\n",
                 "a:x:1:\nb:x:2:");
}

TEST(MergeAccounts, OfAnotherFormAreRefused) {
    EXPECT_EQ(merge_refusal(MergeKind::passwd, joined({kRoot, kDaemon, kRoot})),
              "on the blade: line 3: its name is in line 1, too");
    EXPECT_EQ(merge_refusal(MergeKind::shadow, std::string_view("a:\0:", 4)),
              "on the blade: it has a NUL byte");
    EXPECT_EQ(merge_refusal(MergeKind::shells, std::string(kMergeLines + 1, '\n')),
              "on the blade: it has more than 1000000 lines");
    EXPECT_EQ(merge_refusal(MergeKind::shells, std::string(kMergeLimit + 1, 'a')),
              "on the blade: it has more than 16777216 bytes");
    EXPECT_EQ(merge_refusal(MergeKind::shells, std::string(kMergeLines, '\n')), "");
    EXPECT_THAT(to_string(merge(MergeKind::group, "a:\na:\n", "", "").error()),
                HasSubstr("in the older generation: line 2"));
    EXPECT_THAT(to_string(merge(MergeKind::group, "", "a:\na:\n", "").error()),
                HasSubstr("in the new generation: line 2"));
}

TEST(MergeShadow, TellsNoSecrets) {
    const std::string hash = "$6$secret";
    const auto line = [&](std::string_view name, std::string_view more) {
        return joined({name, ":", hash, more, ":1:0:9:7:::\n"});
    };
    const std::string older = line("a", "") + line("b", "") + line("c", "");
    const Merged made =
        merged(MergeKind::shadow, older, line("a", "x") + line("b", "x") + line("d", "x"),
               line("a", "y") + line("c", "y") + line("d", "y"));
    EXPECT_THAT(made.conflicts,
                ElementsAre("a: password changed in the new generation and differently on the "
                            "blade: the blade's stays",
                            "b: changed in the new generation, but removed on the blade: stays "
                            "removed",
                            "d: added in the new generation and differently on the blade: the "
                            "blade's stays",
                            "c: removed in the new generation, but changed on the blade: stays"));
    EXPECT_THAT(merge_refusal(MergeKind::shadow, older + older), Not(HasSubstr("secret")));
}

TEST(MergeRanges, ANameMayHaveSeveral) {
    expect_merge(MergeKind::subordinate_ids, "a:1:9\na:20:9\n", "a:1:9\na:20:9\nb:40:9\n",
                 "a:1:9\na:20:9\na:60:9\nc:80:9\n", "a:1:9\na:20:9\na:60:9\nc:80:9\nb:40:9\n");
    // In the blade's order, wherever they come to.
    expect_merge(MergeKind::subordinate_ids, "y:1:9\nz:1:9\n", "z:1:9\ny:1:9\n",
                 "y:1:9\na:1:9\nz:1:9\na:2:9\n", "z:1:9\na:1:9\ny:1:9\na:2:9\n");
    // A beginning of the one with a length of the other would be a range of nobody.
    expect_merge(MergeKind::subordinate_ids, "a:1:9\n", "a:2:9\n", "a:1:8\n", "a:1:8\n",
                 {"a: changed in the new generation and differently on the blade: the blade's "
                  "stays"});
}

TEST(MergeShells, AreASet) {
    expect_merge(MergeKind::shells, "# shells\n/bin/sh\n/bin/ash\n",
                 "# shells\n/bin/sh\n/bin/ash\n/bin/bash\n", "# shells\n/bin/sh\n/bin/zsh\n",
                 "# shells\n/bin/sh\n/bin/zsh\n/bin/bash\n");
}

std::string stanza(std::string_view name, std::string_view version,
                   std::string_view architecture = "amd64") {
    return joined({"Package: ", name, "\nStatus: install ok installed\nArchitecture: ",
                   architecture, "\nVersion: ", version, "\nDescription: d\n more\n\n"});
}

TEST(MergePackages, AreWholeStanzas) {
    const std::string older = stanza("bash", "1") + stanza("libc6", "1");
    // Not from the master: what the blade's administrator installed.
    expect_merge(MergeKind::dpkg_status, older, stanza("bash", "2") + stanza("libc6", "1"),
                 stanza("bash", "1") + stanza("htop", "3") + stanza("libc6", "1"),
                 stanza("bash", "2") + stanza("htop", "3") + stanza("libc6", "1"));
    // Each architecture is a package of its own.
    expect_merge(MergeKind::dpkg_status, older, older + stanza("libc6", "1", "i386"),
                 stanza("bash", "1") + stanza("libc6", "1") + stanza("libc6", "9", "ppc64"),
                 older + stanza("libc6", "9", "ppc64") + stanza("libc6", "1", "i386"));
    expect_merge(MergeKind::dpkg_status, older, stanza("bash", "2") + stanza("libc6", "1"),
                 stanza("bash", "1.1") + stanza("libc6", "1"),
                 stanza("bash", "1.1") + stanza("libc6", "1"),
                 {"bash:amd64: changed in the new generation and differently on the blade: the "
                  "blade's stays"});
    expect_merge(MergeKind::dpkg_status, older, stanza("libc6", "1"),
                 stanza("bash", "1") + stanza("libc6", "1.1"), stanza("libc6", "1.1"));
}

TEST(MergePackages, AreWrittenWithOneEmptyLineEach) {
    expect_merge(MergeKind::dpkg_status, "\n\nPackage: a\n\n\n\npackage:b",
                 "Package: a\n\nPACKAGE: b\n", "package:b\n\n\nPackage: c",
                 "PACKAGE: b\n\nPackage: c\n\n");
}

TEST(MergePackages, OfAnotherFormAreRefused) {
    const std::string good = stanza("bash", "1");
    EXPECT_EQ(merge_refusal(MergeKind::dpkg_status, good + good),
              "on the blade: line 8: its name is in line 1, too");
    EXPECT_EQ(merge_refusal(MergeKind::dpkg_status, good + "Version: 1\n"),
              "on the blade: line 8: the stanza here names no package");
    EXPECT_EQ(merge_refusal(MergeKind::dpkg_status, good + "Package: a\nVersion\n"),
              "on the blade: line 9: it is no field of a package");
    EXPECT_EQ(merge_refusal(MergeKind::dpkg_status, good + "\n more\n"),
              "on the blade: line 9: it is no field of a package");
    EXPECT_EQ(merge_refusal(MergeKind::dpkg_status, ": a\n"),
              "on the blade: line 1: it is no field of a package");
    EXPECT_EQ(merge_refusal(MergeKind::dpkg_status, "Package: a\nPackage: b\n"),
              "on the blade: line 2: the package has this field twice");
}

/// Files of a few records out of few, so that they meet.
class RandomFiles {
public:
    RandomFiles(MergeKind kind, std::vector<std::string> records)
        : kind_(kind), records_(std::move(records)) {}

    /// One that can be read.
    std::string next() {
        for (;;) {
            std::string text;
            for (std::size_t count = random_() % 6; count > 0; --count)
                text += records_[random_() % records_.size()];
            if (text.ends_with('\n') && random_() % 8 == 0) text.pop_back();
            if (merge(kind_, text, text, text)) return text;
        }
    }

private:
    MergeKind kind_;
    std::vector<std::string> records_;
    std::minstd_rand random_;  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same each time
};

void expect_laws(MergeKind kind, const std::vector<std::string>& records) {
    constexpr int kRounds = 4000;
    RandomFiles files(kind, records);
    std::size_t conflicts = 0;
    for (int i = 0; i < kRounds; ++i) {
        const std::string older = files.next(), newer = files.next(), blade = files.next();
        EXPECT_EQ(merged(kind, older, newer, older).text, newer);
        EXPECT_EQ(merged(kind, older, older, blade).text, blade);
        EXPECT_EQ(merged(kind, older, newer, newer).text, newer);
        const Merged once = merged(kind, older, newer, blade);
        ASSERT_EQ(merged(kind, older, newer, once.text).text, once.text) << "older:\n"
                                                                         << older << "newer:\n"
                                                                         << newer << "blade:\n"
                                                                         << blade;
        conflicts += once.conflicts.size();
    }
    EXPECT_EQ(conflicts > 0, kind != MergeKind::shells);
}

TEST(MergeLaws, HoldForAccounts) {
    expect_laws(MergeKind::passwd,
                {"a:x:1:1::/a:/s\n", "a:x:2:1::/a:/s\n", "a:x:1:1:A:/a:/t\n", "b:x:1:2::/b:/s\n",
                 "b:x:2:2::/b:/s\n", "b:x:1\n", "#\n", "\n", "+::::::\n"});
    expect_laws(MergeKind::shadow, {"a:h:1:0:9:7:::\n", "a:i:2:0:9:7:::\n", "a:h:1:0:8:7:::\n",
                                    "b:h:1:0:9:7:::\n", "b:*:1:0:9:7:::\n", "c:*\n"});
}

TEST(MergeLaws, HoldForMembers) {
    expect_laws(MergeKind::group,
                {"g:x:1:\n", "g:x:1:a\n", "g:x:1:a,b\n", "g:x:1:b,a\n", "g:x:1:a,a\n",
                 "g:x:1:c,,a\n", "g:x:2:b,c\n", "h:x:1:a\n", "h:x:2:\n"});
    expect_laws(MergeKind::gshadow,
                {"g:*::a\n", "g:*:a:b\n", "g:!:b:a,b\n", "g:*:b,a:\n", "h:*\n"});
}

TEST(MergeLaws, HoldForRangesAndLines) {
    expect_laws(MergeKind::subordinate_ids,
                {"a:1:9\n", "a:2:9\n", "a:3:9\n", "b:1:9\n", "b:2:9\n", "#\n"});
    expect_laws(MergeKind::shells, {"a\n", "b\n", "c\n", "\n", "#\n"});
}

TEST(MergeLaws, HoldForPackages) {
    expect_laws(MergeKind::dpkg_status,
                {stanza("a", "1"), stanza("a", "2"), stanza("a", "1", "i386"), stanza("b", "1"),
                 stanza("c", "1"), "\n"});
}

}  // namespace
}  // namespace dim::sync
