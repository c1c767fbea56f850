#include "libdim/sync/keep_out.hpp"

#include <gmock/gmock.h>

namespace dim::sync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

KeepOut keep_out(const std::vector<std::string>& texts) {
    std::vector<KeepOutRule> rules;
    rules.reserve(texts.size());
    for (const std::string& text : texts)
        rules.push_back({text, "cluster"});
    auto parsed = KeepOut::parse(std::move(rules));
    EXPECT_TRUE(parsed) << to_string(parsed.error());
    return parsed ? *std::move(parsed) : KeepOut();
}

std::string rule_refusal(const std::string& text) {
    const auto parsed = KeepOut::parse({{"- /etc/motd", "cluster"}, {text, "image granite"}});
    return parsed ? "" : to_string(parsed.error());
}

TEST(KeepOut, WithoutRulesKeepsNothing) {
    EXPECT_FALSE(KeepOut().keeps("etc/motd", false));
    EXPECT_EQ(KeepOut().decides("etc/motd", false), nullptr);
}

TEST(KeepOut, ProtectsADirectoryWithAllBelow) {
    const KeepOut rules = keep_out({"- /var/lib/app/"});
    EXPECT_TRUE(rules.keeps("var/lib/app", true));
    EXPECT_TRUE(rules.keeps("var/lib/app/data/1", false));
    EXPECT_FALSE(rules.keeps("var/lib/app", false));
    EXPECT_FALSE(rules.keeps("var/lib", true));
    EXPECT_FALSE(rules.keeps("var/lib/application", true));
    EXPECT_FALSE(rules.keeps("srv/var/lib/app", true));
}

TEST(KeepOut, TheFirstRuleThatMatchesCounts) {
    const KeepOut rules = keep_out({"+ *.conf", "/etc/app/*", "- *.local"});
    EXPECT_FALSE(rules.keeps("etc/app/main.conf", false));
    EXPECT_TRUE(rules.keeps("etc/app/state", false));
    EXPECT_TRUE(rules.keeps("etc/hosts.local", false));
    EXPECT_EQ(rules.decides("etc/app/main.conf", false)->text, "+ *.conf");
    EXPECT_EQ(rules.decides("etc/hosts", false), nullptr);
}

/// rsync never comes to what is below a directory that is kept out.
TEST(KeepOut, NothingBelowADirectoryThatIsKeptOutComesBack) {
    const KeepOut rules = keep_out({"+ /etc/app/main.conf", "- /etc/app"});
    EXPECT_TRUE(rules.keeps("etc/app/main.conf", false));
    EXPECT_EQ(rules.decides("etc/app/main.conf", false)->text, "- /etc/app");
}

/// And one that is let through says nothing of what is below.
TEST(KeepOut, ADirectoryThatIsNotKeptOutDecidesForItselfAlone) {
    const KeepOut rules = keep_out({"+ app/", "+ app/main.conf", "- *"});
    EXPECT_FALSE(rules.keeps("app", true));
    EXPECT_FALSE(rules.keeps("app/main.conf", false));
    EXPECT_TRUE(rules.keeps("app/state", false));
    EXPECT_TRUE(rules.keeps("other/main.conf", false));
    EXPECT_EQ(rules.decides("app/x/y", false)->text, "- *");
}

TEST(KeepOut, FromTheManual) {
    const KeepOut sources = keep_out({"+ */", "+ *.c", "- *"});
    EXPECT_FALSE(sources.keeps("a/b/x.c", false));
    EXPECT_FALSE(sources.keeps("a/b", true));
    EXPECT_TRUE(sources.keeps("a/b/x.o", false));
    const KeepOut one = keep_out({"+ foo/", "+ foo/bar.c", "- *"});
    EXPECT_FALSE(one.keeps("foo/bar.c", false));
    EXPECT_TRUE(one.keeps("foo/bar.h", false));
    EXPECT_TRUE(one.keeps("bar.c", false));
}

TEST(KeepOut, FromTheDocumentation) {  // docs/sync.md
    const KeepOut rules =
        keep_out({"+ /etc/app/", "+ /etc/app/defaults.conf", "- /etc/app/*", "- /var/lib/app/"});
    EXPECT_EQ(rules.decides("etc/app", true)->text, "+ /etc/app/");
    EXPECT_EQ(rules.decides("etc/app/defaults.conf", false)->text, "+ /etc/app/defaults.conf");
    EXPECT_EQ(rules.decides("etc/app/site.conf", false)->text, "- /etc/app/*");
    EXPECT_EQ(rules.decides("etc/app/sites/a.conf", false)->text, "- /etc/app/*");
    EXPECT_EQ(rules.decides("var/lib/app/db/1", false)->text, "- /var/lib/app/");
    EXPECT_EQ(rules.decides("etc/hosts", false), nullptr);
    EXPECT_TRUE(keep_out({"- /etc/app", "+ /etc/app/"}).keeps("etc/app/defaults.conf", false));
}

TEST(KeepOut, BlanksAroundAreNoPartOfTheRule) {
    const KeepOut rules = keep_out({" -  /etc/my file \t"});
    EXPECT_TRUE(rules.keeps("etc/my file", false));
    EXPECT_EQ(rules.decides("etc/my file", false)->origin, "cluster");
    EXPECT_TRUE(keep_out({"- -x"}).keeps("-x", false));
    EXPECT_TRUE(keep_out({"include"}).keeps("usr/include", true));
}

TEST(KeepOut, WhatProtectsNothingIsRefused) {
    EXPECT_EQ(rule_refusal("- a[b"),
              "keep-out rule '- a[b' of image granite: '[' begins a class that "
              "does not end (write ']' behind it, or '\\[' for the byte itself)");
    EXPECT_THAT(rule_refusal("-/etc"), HasSubstr("no blank is behind its sign (write '- PATTERN'"));
    EXPECT_THAT(rule_refusal("-"), HasSubstr("it has no pattern"));
    EXPECT_THAT(rule_refusal(""), HasSubstr("it has no pattern"));
    EXPECT_THAT(rule_refusal("# etc"), HasSubstr("comments are not possible here"));
    for (const std::string text : {"P /etc", "protect /etc", "exclude,r x", ". file", "!"})
        EXPECT_THAT(rule_refusal(text), HasSubstr("begins a rule that rsync has, not DIM")) << text;
    EXPECT_THAT(rule_refusal("- a\n\x1b[1m"),
                StartsWith("keep-out rule '- a??[1m' of image granite: "));
}

TEST(KeepOut, HasAtMost1024Rules) {
    std::vector<KeepOutRule> rules(KeepOut::kMaximumRules, {"- a", "cluster"});
    EXPECT_TRUE(KeepOut::parse(rules));
    rules.push_back({"- b", "cluster"});
    const auto parsed = KeepOut::parse(rules);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(to_string(parsed.error()), StartsWith("1025 keep-out rules count for one blade ("));
}

TEST(KeepOutRules, AreSeparatedBySemicolonsAndLines) {
    EXPECT_THAT(*split_rules("- /etc/motd; /var/lib/app/; + *.conf"),
                ElementsAre("- /etc/motd", "/var/lib/app/", "+ *.conf"));
    EXPECT_THAT(*split_rules("\n  - a b\r\n\n\t+ c;;"), ElementsAre("- a b", "+ c"));
    EXPECT_THAT(*split_rules(""), ElementsAre());
    std::string many;
    for (std::size_t i = 0; i < KeepOut::kMaximumRules; ++i)
        many += "a;";
    EXPECT_EQ(split_rules(many)->size(), KeepOut::kMaximumRules);
    EXPECT_FALSE(split_rules(many + "b"));
}

TEST(KeepOut, RulesOfNearerPlacesCountFirst) {
    const KeepOut rules = KeepOut::of({.command = {"+ /etc/a"},
                                       .blade = {"/etc/a; + /etc/b", "login"},
                                       .image = {"/etc/b; /etc/c; + /etc/d", "granite"},
                                       .cluster = {"/etc/d; /etc/e", "all"}})
                              .value();
    const auto origin = [&](std::string_view path) { return rules.decides(path, false)->origin; };
    EXPECT_EQ(origin("etc/a"), "this command");
    EXPECT_EQ(origin("etc/b"), "the cluster definition, for login");
    EXPECT_EQ(origin("etc/c"), "image granite");
    EXPECT_EQ(origin("etc/d"), "image granite");
    EXPECT_EQ(origin("etc/e"), "the cluster definition, for all");
    EXPECT_FALSE(rules.keeps("etc/d", false));
    EXPECT_TRUE(rules.keeps("etc/e", false));
    EXPECT_THAT(KeepOut::of({.image = {"/etc/[a", "granite"}}).error().message(),
                HasSubstr("of image granite"));
}

}  // namespace
}  // namespace dim::sync
