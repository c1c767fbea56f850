#include "libdim/base/text.hpp"
#include "libdim/sync/keep_out.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

namespace dim::sync {
namespace {

/// Directories with a slash at the end, each before what is in it.
constexpr std::array<std::string_view, 42> kTree{"etc/",
                                                 "etc/motd",
                                                 "etc/app/",
                                                 "etc/app/main.conf",
                                                 "etc/app/state",
                                                 "etc/app/d/",
                                                 "etc/app/d/x.conf",
                                                 "etc/app/d/e/",
                                                 "etc/app/d/e/y",
                                                 "etc/hosts.local",
                                                 "var/",
                                                 "var/lib/",
                                                 "var/lib/app/",
                                                 "var/lib/app/1",
                                                 "var/lib/app/22",
                                                 "var/lib/app/log/",
                                                 "var/cache",
                                                 "srv/",
                                                 "srv/etc/",
                                                 "srv/etc/motd",
                                                 "srv/app/",
                                                 "srv/app/a*b",
                                                 "srv/app/a[b",
                                                 "srv/app/a\\b",
                                                 "srv/app/a]b",
                                                 "srv/app/a-b",
                                                 "srv/app/a^b",
                                                 "srv/app/a!b",
                                                 "srv/app/aXb",
                                                 "srv/app/a?b",
                                                 "srv/app/ab",
                                                 "srv/.hidden",
                                                 "foo/",
                                                 "foo/bar",
                                                 "foo/a/",
                                                 "foo/a/bar",
                                                 "foo/a/b/",
                                                 "foo/a/b/bar",
                                                 "srv/foo/",
                                                 "srv/foo/bar",
                                                 "srv/foo/xbar",
                                                 "motd"};

using Rules = std::vector<std::string>;

const std::vector<Rules> kRuleCases{
    {"foo"},
    {"/foo"},
    {"foo/"},
    {"motd"},
    {"/motd"},
    {"motd/"},
    {"etc/motd"},
    {"/etc/motd"},
    {"tc/motd"},
    {"*.conf"},
    {"*.local"},
    {"app/*.conf"},
    {"app/**.conf"},
    {"/app/**.conf"},
    {"/etc/**.conf"},
    {"foo/*/bar"},
    {"foo/**/bar"},
    {"/foo/**/bar"},
    {"/foo/**"},
    {"/foo/*"},
    {"foo/**"},
    {"foo/***"},
    {"/foo/***"},
    {"app/***"},
    {"bar/***"},
    {"/srv/***"},
    {"app/***/"},
    {"**/bar"},
    {"**/foo"},
    {"**bar"},
    {"**/a/**"},
    {"a**bar"},
    {"o/bar"},
    {"o**bar"},
    {"**"},
    {"*"},
    {"*/"},
    {"/*"},
    {"/*/"},
    {"/*/app"},
    {"*/app"},
    {"app?1"},
    {"??"},
    {"/var/lib/app/?"},
    {"[0-9]"},
    {"[[:digit:]]"},
    {"[!0-9]*"},
    {"a[*]b"},
    {"a[?]b"},
    {"a\\*b"},
    {"a\\?b"},
    {"a\\[b*"},
    {"a\\b"},
    {"a\\\\b*"},
    {"a[]]b"},
    {"a[!]]b"},
    {"a[^]]b"},
    {"a[a^]b"},
    {"a[+-.]b"},
    {"a[-+]b"},
    {"a[X\\-]b"},
    {"a[A-Z]b"},
    {"a[Z-A]b"},
    {"a[[:alpha:][:punct:]]b"},
    {"a[![:upper:]]b"},
    {"a[[:]b"},
    {".*"},
    {"[.]hidden"},
    {"s*/e*/m*"},
    {"/s*/e*/m*"},
    {"v*/l*"},
    {"e**d"},
    {"*tc**t*"},
    {"+ *.conf", "- /etc/app/*"},
    {"+ */", "+ *.conf", "- *"},
    {"+ foo/", "+ foo/bar", "- *"},
    {"+ /etc/", "+ /etc/app/", "+ /etc/app/d/***", "- *"},
    {"- foo", "+ foo"},
    {"+ foo", "- foo"},
    {"+ foo/a/bar", "- foo/a"},
    {"- */", "+ motd"},
    {"+ /srv/app/a?b", "- a*b", "+ *", "- motd"},
    {"+ *o/***", "- bar", "- app/"},
};

class KeepOutByRsync : public ::testing::Test {
protected:
    KeepOutByRsync() {
        std::filesystem::create_directory(directory_ / "to");
        for (const std::string_view path : kTree) {
            const std::string name = directory_ / "from/" + std::string(path);
            if (path.ends_with('/'))
                std::filesystem::create_directories(name);
            else
                dim::testing::write(name, "");
        }
    }

    /// What rsync would copy, with a slash behind directories.
    std::set<std::string> copied(const Rules& rules) const {
        std::string lines;
        for (const std::string& rule : rules)
            lines += rule + '\n';
        dim::testing::write(directory_ / "rules", lines);
        const std::string output =
            dim::testing::run({"rsync", "-rnl", "--exclude-from=" + (directory_ / "rules"),
                               "--out-format=%n", directory_ / "from/", directory_ / "to/"});
        std::set<std::string> paths;
        for (const std::string_view line : split(output, '\n'))
            if (!line.empty() && line != "./") paths.emplace(line);
        return paths;
    }

    dim::testing::TemporaryDirectory directory_;
};

std::set<std::string> not_kept_out(const Rules& rules) {
    std::vector<KeepOutRule> named;
    named.reserve(rules.size());
    for (const std::string& rule : rules)
        named.push_back({rule, "test"});
    const KeepOut keep_out = dim::testing::value_of(KeepOut::parse(std::move(named)));
    std::set<std::string> paths;
    for (std::string_view path : kTree) {
        const std::string name(path);
        const bool is_directory = path.ends_with('/');
        if (is_directory) path.remove_suffix(1);
        if (!keep_out.keeps(path, is_directory)) paths.insert(name);
    }
    return paths;
}

TEST_F(KeepOutByRsync, TheTreeIsCopiedWithoutRules) { EXPECT_EQ(copied({}).size(), kTree.size()); }

TEST_F(KeepOutByRsync, DecidesTheSame) {
    for (const Rules& rules : kRuleCases) {
        std::string shown;
        for (const std::string& rule : rules)
            shown += rule + "; ";
        EXPECT_EQ(not_kept_out(rules), copied(rules)) << shown;
    }
}

}  // namespace
}  // namespace dim::sync
