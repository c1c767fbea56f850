#include "imageserver/boot/test_database.hpp"
#include "imageserver/look/asked_path.hpp"
#include "imageserver/look/blade_looks.hpp"
#include "imageserver/override/overrides_fixture.hpp"

#include <filesystem>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::AllOf;
using testing::blade_name;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::image_name;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using testing::value_of;

/// A blade whose image has what DIM wrote and nothing else yet; links in it lead to VICTIM outside.
class LookedInto : public testing::OverridesTest {
protected:
    LookedInto() {
        put("cluster/etc/motd", "welcome to {name}\n");
        put("cluster/etc/key", "secret {name}\n", 0600);
        import_without({"/tmp/*", "*.bak"});
        create("s01c1b01");
    }
    void import_without(std::vector<std::string> patterns) const {
        api::ImportImage wanted = request();
        wanted.exclude = std::move(patterns);
        value_of(store->import_image(wanted, quiet()));
    }
    BladeLooks looks() {
        return BladeLooks({.images = *store,
                           .assignments = assignments,
                           .overrides = *overrides,
                           .database = *database,
                           .state_directory = state});
    }
    std::string root() const { return root_of("s01c1b01"); }
    api::PathQuestion question(const std::string& path) const {
        return {.blade = blade_name("s01c1b01"), .image = {}, .path = path};
    }
    api::PathExplanation explain(const std::string& path) {
        return value_of(looks().explain(question(path)));
    }
    std::string state_of(const std::string& path) { return explain(path).state; }
    Error refused(const std::string& path) {
        const auto explained = looks().explain(question(path));
        return explained ? Error(ErrorCode::internal, "explained") : explained.error();
    }
    Error not_shown(const std::string& path) {
        const auto shown = looks().content(question(path));
        return shown ? Error(ErrorCode::internal, "shown: " + *shown) : shown.error();
    }
    api::BladeDifference difference() {
        return value_of(looks().difference({blade_name("s01c1b01"), {}}, quiet()));
    }
    /// "content etc/motd (size content) by cluster/etc/motd"
    static std::vector<std::string> lines_of(const api::BladeDifference& difference) {
        std::vector<std::string> lines;
        for (const api::BladeTreeDifference& one : difference.differences) {
            std::string line = one.kind + " " + one.path;
            for (const std::string& aspect : one.aspects)
                line += (&aspect == &one.aspects.front() ? " (" : " ") + aspect;
            if (!one.aspects.empty()) line += ")";
            if (one.rule) line += " by " + *one.rule;
            lines.push_back(line);
        }
        return lines;
    }
    std::vector<std::string> lines() { return lines_of(difference()); }

    TestDatabase stories;
    Assignments assignments{stories.get()};
};

TEST_F(LookedInto, WithoutAnImageThereIsNothing) {
    const api::BladeQuestion other{blade_name("s01c1b02"), {}};
    EXPECT_EQ(looks().difference(other, quiet()).error().code(), ErrorCode::not_found);
    EXPECT_THAT(looks().difference(other, quiet()).error().cure(), HasSubstr("dim blade create"));
    const api::BladeQuestion slate{blade_name("s01c1b01"), image_name("slate")};
    EXPECT_EQ(looks().difference(slate, quiet()).error().code(), ErrorCode::not_found);
}

TEST_F(LookedInto, TheImageIsTheOneAssignedOrTheOnlyOne) {
    value_of(store->import_image(request("slate"), quiet()));
    value_of(store->create_blade_image(blade_name("s01c1b01"), image_name("slate"), quiet()));
    const auto undecided = looks().explain(question("/etc"));
    ASSERT_FALSE(undecided);
    EXPECT_THAT(undecided.error().message(), HasSubstr("granite slate"));
    const std::array blades{blade_name("s01c1b01")};
    value_of(assignments.assign(blades, image_name("slate"), clock.now().time));
    EXPECT_EQ(explain("/etc").image, image_name("slate"));
    value_of(store->delete_blade_image(blade_name("s01c1b01"), image_name("slate")));
    EXPECT_EQ(refused("/etc").code(), ErrorCode::not_found) << "not another than it boots";
    value_of(assignments.unassign(blades));
    EXPECT_EQ(explain("/etc").image, granite);
}

TEST_F(LookedInto, LinksAreToldAndNotFollowed) {
    value_of(sys::symlink(directory / "victim", root() + "etc/out"));
    value_of(sys::symlink("../usr", root() + "etc/in"));
    value_of(sys::symlink("/", root() + "etc/top"));
    EXPECT_EQ(explain("/etc/out").type, "symlink");
    EXPECT_EQ(explain("/etc/out").target, directory / "victim");
    EXPECT_THAT(not_shown("/etc/out").message(),
                HasSubstr("symbolic link to " + state.substr(0, 4)));
    EXPECT_THAT(not_shown("/etc/in/bin/tool").message(), HasSubstr("/etc/in is a symbolic link"));
    EXPECT_EQ(not_shown("/etc/in/bin/tool").cure(), "ask for /usr/bin/tool");
    EXPECT_EQ(refused("/etc/top/etc/motd").cure(), "ask for /etc/motd");
    EXPECT_THAT(lines(), Contains("created etc/out"));
}

TEST_F(LookedInto, WhatIsNoFileIsNotRead) {
    ASSERT_EQ(::mkfifo((root() + "etc/pipe").c_str(), 0644), 0);
    EXPECT_THAT(not_shown("/etc/pipe").message(), HasSubstr("/etc/pipe is a FIFO"));
    EXPECT_THAT(not_shown("/dev/null").message(), HasSubstr("a device node"));
    EXPECT_THAT(not_shown("/etc").cure(), HasSubstr("dim blade exec s01c1b01"));
    EXPECT_THAT(not_shown("/").message(), HasSubstr("directory"));
    EXPECT_EQ(not_shown("/etc/nothing").code(), ErrorCode::not_found);
    EXPECT_EQ(not_shown("/etc/motd/below").code(), ErrorCode::not_found);
    EXPECT_EQ(not_shown("etc/motd").code(), ErrorCode::invalid_input);
    EXPECT_EQ(state_of("/etc/pipe"), "created");
    EXPECT_EQ(explain("/etc/pipe").type, "fifo");
    EXPECT_THAT(lines(), Contains("created etc/pipe"));
}

TEST_F(LookedInto, WhatIsTooLargeIsNotRead) {
    const sys::Fd huge = value_of(sys::open(root() + "var/huge", O_WRONLY | O_CREAT, 0644));
    value_of(sys::ftruncate(huge, std::uint64_t{1} << 42));
    EXPECT_EQ(not_shown("/var/huge").code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(not_shown("/var/huge").cure(), HasSubstr("tail -c 1M /var/huge"));
    EXPECT_EQ(explain("/var/huge").size, std::uint64_t{1} << 42);
    EXPECT_THAT(lines(), Contains("created var/huge")) << "4 TiB of zeros are not read";
    value_of(sys::ftruncate(huge, api::limits::kShownFileBytes + 1));
    EXPECT_EQ(not_shown("/var/huge").code(), ErrorCode::limit_exceeded);
    value_of(sys::ftruncate(huge, api::limits::kShownFileBytes));
    EXPECT_EQ(value_of(looks().content(question("/var/huge"))).size(),
              api::limits::kShownFileBytes);
}

TEST_F(LookedInto, ASecretOfAnOverrideIsNotShown) {
    for (const char* path : {"/etc/key", "/etc/ssh/ssh_host_rsa_key"}) {
        EXPECT_EQ(not_shown(path).code(), ErrorCode::permission_denied) << path;
        EXPECT_THAT(not_shown(path).message(), Not(HasSubstr("secret s01"))) << path;
    }
    value_of(sys::chmod(root() + "etc/key", 0644));
    EXPECT_EQ(not_shown("/etc/key").code(), ErrorCode::permission_denied) << "the rule says so";
    value_of(sys::chmod(root() + "etc/key", 0600));
    value_of(sys::unlink(templates + "/cluster/etc/key"));
    EXPECT_EQ(not_shown("/etc/key").code(), ErrorCode::permission_denied) << "no rule any more";
    value_of(sys::chmod(root() + "etc/key", 0644));
    put("cluster/etc/issue", "{nmae}\n");
    EXPECT_THAT(not_shown("/etc/key").message(), HasSubstr("whether /etc/key is a secret"));
    EXPECT_EQ(value_of(looks().content(question("/var/lib/one"))), "same file");
    EXPECT_EQ(explain("/etc/ssh/ssh_host_rsa_key").state, "override");
}

TEST_F(LookedInto, AFileIsShownAsTheBladeSeesIt) {
    EXPECT_EQ(value_of(looks().content(question("/etc/motd"))), "welcome to s01c1b01\n");
    EXPECT_EQ(value_of(looks().content(question("/usr/bin/tool"))), "tool");
    value_of(sys::ensure_directory(root() + "usr/bin"));
    testing::write(root() + "usr/bin/tool", "hidden by the shared root");
    EXPECT_EQ(value_of(looks().content(question("/usr/bin/tool"))), "tool");
    const std::string bytes("\0\xff\x1b", 3);
    testing::write(root() + "var/odd\nname", bytes);
    EXPECT_EQ(value_of(looks().content(question(asked_path_text("var/odd\nname")))), bytes);
}

TEST_F(LookedInto, WhatIsSharedIsOfTheGeneration) {
    const auto tool = explain("/usr/bin/tool");
    EXPECT_EQ(tool.part, "shared");
    EXPECT_EQ(tool.state, "generation");
    EXPECT_EQ(tool.generation, first);
    EXPECT_EQ(tool.mode, "4755");
    EXPECT_EQ(explain("/usr").part, "shared");
    EXPECT_EQ(explain("/").part, "private");
    EXPECT_EQ(state_of("/usr/bin/nothing"), "absent");
    EXPECT_EQ(state_of("/usr/old.bak"), "kept out");
}

TEST_F(LookedInto, WhatIsPrivateHasAReason) {
    EXPECT_EQ(state_of("/var/lib/one"), "generation");
    EXPECT_EQ(explain("/var/lib/one").owner, 1234U);
    EXPECT_EQ(state_of("/var/nothing"), "absent");
    EXPECT_EQ(state_of("/tmp/x/deep"), "kept out");
    EXPECT_EQ(explain("/tmp/x/deep").pattern, "/tmp/*");
    testing::write(root() + "var/lib/one", "same FILE");
    const auto changed = explain("/var/lib/one");
    EXPECT_EQ(changed.state, "changed");
    EXPECT_THAT(changed.aspects, IsSupersetOf({"content", "modified"}));
    EXPECT_TRUE(changed.modified);
    value_of(sys::unlink(root() + "var/dangling"));
    EXPECT_EQ(state_of("/var/dangling"), "removed");
    EXPECT_EQ(explain("/var/dangling").type, std::nullopt);
    testing::write(root() + "var/new", "");
    EXPECT_EQ(state_of("/var/new"), "created");
}

TEST_F(LookedInto, SameSizeAndTimeDoNotHideAChange) {
    const auto before = std::filesystem::last_write_time(root() + "var/two");
    testing::write(root() + "var/two", "same FILE");
    std::filesystem::last_write_time(root() + "var/two", before);
    EXPECT_EQ(state_of("/var/two"), "changed");
    EXPECT_THAT(explain("/var/two").aspects, ElementsAre("content"));
    EXPECT_THAT(lines(), Contains("content var/two (content)"));
}

TEST_F(LookedInto, AnOverrideSaysByWhichRuleAndSinceWhen) {
    const auto motd = explain("/etc/motd");
    EXPECT_EQ(motd.state, "override");
    EXPECT_EQ(motd.rule, "cluster/etc/motd");
    EXPECT_EQ(motd.written, clock.now().time);
    testing::write(root() + "etc/motd", "the blade's\n");
    EXPECT_EQ(state_of("/etc/motd"), "changed");
    EXPECT_EQ(explain("/etc/motd").rule, "cluster/etc/motd");
    value_of(sys::unlink(root() + "etc/motd"));
    EXPECT_EQ(state_of("/etc/motd"), "removed");
    value_of(sys::mkdir(root() + "etc/motd"));
    EXPECT_EQ(state_of("/etc/motd"), "changed");
}

TEST_F(LookedInto, NoTimeIsTooOddToBeToldOf) {
    testing::write(root() + "var/old", "");
    for (const std::int64_t seconds :
         {std::int64_t{-2'000'000'000}, std::int64_t{15'000'000'000}}) {
        const std::array<timespec, 2> times{timespec{.tv_sec = seconds, .tv_nsec = 0},
                                            timespec{.tv_sec = seconds, .tv_nsec = 0}};
        ASSERT_EQ(::utimensat(AT_FDCWD, (root() + "var/old").c_str(), times.data(), 0), 0);
        EXPECT_EQ(state_of("/var/old"), "created");
    }
}

TEST_F(LookedInto, WhatDIMWroteIsToldAsThat) {
    const auto found = lines();
    EXPECT_THAT(found,
                Contains(AllOf(HasSubstr("content etc/motd"), HasSubstr(" by cluster/etc/motd"))));
    EXPECT_THAT(found, Contains("created etc/key by cluster/etc/key"));
    for (const api::BladeTreeDifference& one : difference().differences)
        EXPECT_TRUE(one.rule || one.kind == "metadata" || one.path == "etc/udev" ||
                    one.path.starts_with("etc/"))
            << one.kind << " " << one.path;
}

TEST_F(LookedInto, EveryChangeOfTheBladeIsNamed) {
    const auto before = lines();
    value_of(sys::unlink(root() + "var/dangling"));
    testing::write(root() + "var/two\nlines \xff", "new");
    testing::write(root() + "sbin/init", "#!/bin/SH\n", 0755);
    value_of(sys::chmod(root() + "tmp", 0700));
    std::filesystem::create_hard_link(root() + "var/sparse", root() + "var/sparse-again");
    testing::write(root() + "lost+found/hidden", "");
    std::vector<std::string> after = lines();
    std::erase_if(after, [&](const std::string& line) {
        return std::ranges::find(before, line) != before.end();
    });
    EXPECT_THAT(after,
                ElementsAre("created lost+found/hidden", "content sbin/init (content modified)",
                            "metadata tmp (mode)", "metadata var (modified)",
                            "removed var/dangling", "metadata var/sparse (hard links)",
                            "created var/sparse-again", R"(created var/two\0alines\20\ff)"));
    EXPECT_EQ(difference().difference_count, before.size() + after.size());
}

TEST_F(LookedInto, ABladeIsComparedWithItsOwnGeneration) {
    testing::write(root() + "var/lib/one", "by the blade");
    const auto before = lines();
    testing::write(tree + "/var/lib/one", "of the second generation");
    testing::write(tree + "/var/more", "of the second generation");
    ASSERT_TRUE(value_of(store->update_image({granite, {}, ""}, quiet())).generation);
    EXPECT_EQ(lines(), before);
    EXPECT_EQ(difference().generation, first);
    EXPECT_EQ(state_of("/var/more"), "absent");
    create("s01c1b02");
    const auto other = value_of(looks().difference({blade_name("s01c1b02"), {}}, quiet()));
    EXPECT_EQ(other.generation.number(), 2U);
    EXPECT_THAT(lines_of(other), Not(Contains(HasSubstr("var/"))));
}

}  // namespace
}  // namespace dim::server
