#include "imageserver/edit/edit_fixture.hpp"
#include "imageserver/edit/sync_edits.hpp"
#include "imageserver/override/override_journal.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/own_mounts.hpp"

#include <filesystem>
#include <map>
#include <mutex>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using dim::testing::value_of;
using samples::blade;
using samples::other_blade;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// Before the threads of the fixture.
struct InOwnMounts {
    InOwnMounts() { dim::testing::enter_own_mounts(); }
};

/// Two blades have images of the first generation of an image that has a second one by now. The
/// images are fakes, but in place of each a tmpfs is mounted, for what differs per blade.
class SyncEditsTest : InOwnMounts, public EditFixture {
protected:
    SyncEditsTest() : EditFixture({kNfsMigration, kOverrideMigration}) {
        images.mounts = database.directory() + "/mounts";
        add_generation(2, {"usr"}, std::chrono::seconds(0));
        for (const auto& name : {blade(), other_blade()}) {
            add_blade_image(name);
            const std::string mount = mount_point(name);
            std::filesystem::create_directories(mount);
            value_of(sys::mount("tmpfs", mount, "tmpfs", 0, ""));
            value_of(sys::mkdir(mount + "/etc"));
        }
        images.on_move = [this](const BladeMove& move) -> Result<void> {
            const std::scoped_lock lock(telling);
            asked.insert_or_assign(move.blade, move);
            for (auto& [path, reason] : kept)
                reason = move.kept_out(path, false).value_or("moves");
            const auto failure = failures.find(move.blade);
            if (failure == failures.end()) return {};
            return fail(failure->second);
        };
    }
    ~SyncEditsTest() override {
        for (const auto& name : {blade(), other_blade()})
            static_cast<void>(sys::umount(mount_point(name), MNT_DETACH));
    }

    std::string mount_point(const model::ComponentName& name) const {
        return images.mount_point(name, samples::image());
    }
    static model::Generation number(std::uint32_t number) {
        return value_of(model::Generation::from_number(number));
    }
    /// ACTIMEO: so long a blade may see what was before.
    void add_generation(std::uint32_t generation, std::vector<std::string> shared,
                        std::chrono::seconds actimeo) {
        add_image();
        api::ImageSummary summary = value_of(images.image(samples::image()));
        summary.generation = number(generation);
        summary.shared = std::move(shared);
        summary.nfs.actimeo_seconds = static_cast<std::uint32_t>(actimeo.count());
        images.add(summary);
    }
    /// The golden image had PATHS paths, and lost REMOVED files.
    void lose(std::uint64_t paths, std::size_t removed) {
        images.change_paths = paths;
        for (std::size_t i = 0; i < removed; ++i)
            images.change_outline.older.entries.emplace_back().path = "lost" + std::to_string(i);
    }
    Result<api::SyncReport> sync(const api::SyncImage& request,
                                 milliseconds confirmation = std::chrono::seconds(20)) {
        SyncEdits edits(images, overrides, edited_blades,
                        {.offer_shared_roots = [this]() -> Result<void> {
                             ++offers;
                             return offered;
                         },
                         .name_boot_files = [this] { ++named; },
                         .tell_blade =
                             [this](const model::ComponentName& name) {
                                 told.push_back(name);
                                 if (on_tell) on_tell(name);
                             }},
                        confirmation);
        return edits.run(request, no_progress);
    }
    /// What became of the one blade that is named.
    api::SyncOutcome sync_one(api::SyncImage request, milliseconds confirmation = milliseconds(0)) {
        request.blades = {blade()};
        const auto report = value_of(sync(request, confirmation));
        EXPECT_THAT(report.outcomes, SizeIs(1));
        return report.outcomes.at(0);
    }
    std::uint32_t generation_of(const model::ComponentName& name) const {
        return value_of(images.blade_image(name, samples::image())).generation.number();
    }
    /// The blade says that it has the shared root of GENERATION, or why not.
    void report_move(std::uint32_t generation, std::optional<std::string> cause) {
        const auto boot = value_of(journal.newest_boot(blade()));
        value_of(journal.record_move(blade(), boot_id(*boot),
                                     samples::move_report(generation, kReported, std::move(cause)),
                                     samples::at(kReported)));
    }

    static constexpr double kStarted = 90;
    static constexpr double kReported = 99;
    const api::SyncImage all{.image = samples::image()};
    Overrides overrides{{.directory = database.directory() + "/overrides",
                         .keys_directory = database.directory() + "/keys"},
                        database.get(),
                        roster,
                        clock};
    std::mutex telling;
    std::map<model::ComponentName, BladeMove> asked;  ///< how images were moved
    std::map<model::ComponentName, Error> failures;   ///< of their moves
    std::map<std::string, std::string> kept;          ///< path → why it stays
    std::vector<model::ComponentName> told;
    std::function<void(const model::ComponentName&)> on_tell;
    Result<void> offered;
    int offers = 0;
    int named = 0;  ///< times that DHCP was told of other boot files
};

TEST_F(SyncEditsTest, GoesOnAfterTheFailureOfABlade) {
    failures.emplace(blade(), Error(ErrorCode::io, "the disk is gone").with_cure("mend it"));
    const auto report = value_of(sync(all));
    EXPECT_EQ(report.generation, number(2));
    ASSERT_THAT(report.outcomes, SizeIs(2));
    const api::SyncOutcome& failed = report.outcomes[0];
    EXPECT_THAT(failed.blades, ElementsAre(blade()));
    EXPECT_EQ(failed.state, "failed");
    ASSERT_TRUE(failed.problem);
    EXPECT_THAT(failed.problem->detail, HasSubstr("the disk is gone"));
    EXPECT_EQ(report.outcomes[1].state, "synced");
    EXPECT_EQ(report.outcomes[1].from, number(1));
    EXPECT_EQ(generation_of(other_blade()), 2U);
    EXPECT_THAT(value_of(journal.story(blade())), IsEmpty());
    EXPECT_THAT(value_of(journal.story(other_blade())),
                ElementsAre(Field(&api::StoryEvent::text,
                                  "image granite synced from generation 1 to 2: 0 paths")));
    EXPECT_TRUE(told.empty()) << "none of them runs";
}

TEST_F(SyncEditsTest, BladesThatCameOutTheSameAreOneOutcome) {
    images.moved = {.created = 2, .conflicts = {{"etc/motd", "it was changed here"}}};
    const auto report = value_of(sync(all));
    ASSERT_THAT(report.outcomes, SizeIs(1));
    const api::SyncOutcome& outcome = report.outcomes[0];
    EXPECT_THAT(outcome.blades, ElementsAre(blade(), other_blade()));
    EXPECT_EQ(outcome.created, 2U);
    EXPECT_THAT(outcome.conflicts, ElementsAre(Field(&api::KeptPath::path, "/etc/motd")));
    EXPECT_FALSE(outcome.problem);
}

TEST_F(SyncEditsTest, WhatIsPinnedStaysAndWhatIsCurrentIsNotMoved) {
    api::BladeImage pinned = value_of(images.blade_image(blade(), samples::image()));
    pinned.is_pinned = true;
    images.add(pinned);
    api::BladeImage current = value_of(images.blade_image(other_blade(), samples::image()));
    current.generation = number(2);
    images.add(current);
    const auto report = value_of(sync(all));
    EXPECT_THAT(report.outcomes, ElementsAre(Field(&api::SyncOutcome::state, "pinned"),
                                             Field(&api::SyncOutcome::state, "current")));
    EXPECT_TRUE(asked.empty());
    EXPECT_EQ(generation_of(blade()), 1U);
    // To the generation that it is pinned to it is brought back.
    pinned.generation = number(2);
    images.add(pinned);
    api::SyncImage back = all;
    back.generation = number(2);
    EXPECT_EQ(sync_one(back).state, "current");
}

TEST_F(SyncEditsTest, AMoveThatWasBegunIsFinishedFirst) {
    add_generation(3, {"usr"}, std::chrono::seconds(0));
    images.unfinished.emplace(blade(), number(2));
    std::vector<std::uint32_t> from;
    images.on_move = [&](const BladeMove&) -> Result<void> {
        from.push_back(generation_of(blade()));
        return {};
    };
    images.moved.changed = 2;
    const api::SyncOutcome outcome = sync_one(all);
    EXPECT_EQ(outcome.state, "synced");
    EXPECT_EQ(outcome.changed, 4U) << "in both steps";
    EXPECT_THAT(from, ElementsAre(1U, 2U));
    EXPECT_EQ(generation_of(blade()), 3U);
    images.unfinished.emplace(blade(), number(3));
    EXPECT_EQ(sync_one(all).state, "synced") << "it is of that generation only when all was done";
}

TEST_F(SyncEditsTest, MoreThanIsAllowedIsRemovedFromNobody) {
    lose(100, 11);
    const auto refused = sync(all);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(refused.error().message(), HasSubstr("11 of the 100 files"));
    EXPECT_TRUE(asked.empty());
    api::SyncImage request = all;
    request.is_dry_run = true;
    const auto shown = value_of(sync(request));
    EXPECT_THAT(shown.outcomes, ElementsAre(Field(&api::SyncOutcome::state, "synced")));
    EXPECT_EQ(generation_of(blade()), 1U);
    request.is_dry_run = false;
    request.most_removed_percent = 11;
    EXPECT_TRUE(sync(request));
    EXPECT_EQ(generation_of(blade()), 2U);
}

TEST_F(SyncEditsTest, ADryRunTellsEachDifferenceAndNobodyElse) {
    run_blade(blade(), kStarted);
    images.moved = {.created = 1,
                    .differences = {{"etc/new", manifest::DifferenceKind::created, {}}}};
    api::SyncImage request = all;
    request.is_dry_run = true;
    const api::SyncOutcome shown = sync_one(request);
    EXPECT_EQ(shown.state, "synced");
    EXPECT_THAT(shown.differences, SizeIs(1));
    EXPECT_TRUE(asked.at(blade()).is_dry_run);
    EXPECT_EQ(offers, 0);
    EXPECT_EQ(named, 0);
    EXPECT_TRUE(told.empty());
    EXPECT_THAT(
        value_of(journal.story(blade())),
        ::testing::Not(::testing::Contains(Field(&api::StoryEvent::text, HasSubstr("synced")))));
    EXPECT_THAT(value_of(sys::list_names(mount_point(blade()) + "/etc")), IsEmpty());
    request.is_dry_run = false;
    EXPECT_THAT(sync_one(request).differences, IsEmpty());
}

TEST_F(SyncEditsTest, RulesOfTheCommandCountFirstAndOverridesBeforeAll) {
    cluster::Definition definition = samples::definition();
    definition = value_of(cluster::parse_cluster(
        std::string(samples::kDefinition)
            .insert(
                samples::kDefinition.find("</cluster>"),
                R"(<set for="all"><property name="keep-out" value="/etc/a; /etc/b; /etc/o"/></set>)"),
        "sample.xml"));
    value_of(roster.replace(std::move(definition)));
    OverrideJournal written(database.get());
    const std::vector<OverrideJournal::Written> files{{"etc/o", "cluster/etc/o", "ab"},
                                                      {"etc/p", "group/gpu/etc/p", "ab"}};
    value_of(written.record({blade(), samples::image()}, files, clock.now().time));
    kept = {{"etc/a", ""}, {"etc/b", ""}, {"etc/c", ""},
            {"etc/d", ""}, {"etc/o", ""}, {"etc/p", ""}};
    api::SyncImage request = all;
    request.keep_out = {"+ /etc/a", "- /etc/c", "+ /etc/p"};
    EXPECT_EQ(sync_one(request).state, "synced");
    EXPECT_THAT(kept,
                ElementsAre(Pair("etc/a", "moves"),
                            Pair("etc/b", "keep-out '/etc/b' (the cluster definition, for all)"),
                            Pair("etc/c", "keep-out '- /etc/c' (this command)"),
                            Pair("etc/d", "moves"), Pair("etc/o", "override cluster/etc/o"),
                            Pair("etc/p", "override group/gpu/etc/p")));
}

TEST_F(SyncEditsTest, GoesByThePoliciesOfTheImageUnlessToldOtherwise) {
    value_of(images.set_image({.name = samples::image(),
                               .init = {},
                               .nfs_version = {},
                               .nfs_actimeo_seconds = {},
                               .nfs_nconnect = {},
                               .on_conflict = model::ConflictPolicy::keep,
                               .keep_out = "/etc/a; + /etc/b",
                               .merge = "group"}));
    kept = {{"etc/a", ""}, {"etc/b", ""}};
    api::SyncImage request = all;
    request.is_dry_run = true;
    EXPECT_EQ(sync_one(request).state, "synced");
    EXPECT_EQ(asked.at(blade()).on_conflict, model::ConflictPolicy::keep);
    EXPECT_TRUE(asked.at(blade()).merge.has("etc/group"));
    EXPECT_FALSE(asked.at(blade()).merge.has("etc/passwd"));
    EXPECT_THAT(kept, ElementsAre(Pair("etc/a", "keep-out '/etc/a' (image granite)"),
                                  Pair("etc/b", "moves")));
    request.on_conflict = model::ConflictPolicy::overwrite;
    EXPECT_EQ(sync_one(request).state, "synced");
    EXPECT_EQ(asked.at(blade()).on_conflict, model::ConflictPolicy::overwrite);
}

TEST_F(SyncEditsTest, ARuleThatIsNoneIsToldOfTheBladeThatHasIt) {
    api::SyncImage request = all;
    request.keep_out = {"- /etc/[a"};
    const api::SyncOutcome outcome = sync_one(request);
    EXPECT_EQ(outcome.state, "failed");
    ASSERT_TRUE(outcome.problem);
    EXPECT_THAT(outcome.problem->detail, HasSubstr("/etc/[a"));
    EXPECT_EQ(generation_of(blade()), 1U);
}

TEST_F(SyncEditsTest, WhatDiffersPerBladeIsWrittenAnew) {
    std::filesystem::create_directories(database.directory() + "/overrides/cluster/etc");
    dim::testing::write(database.directory() + "/overrides/cluster/etc/motd", "{name}\n");
    EXPECT_EQ(sync_one(all).state, "synced");
    EXPECT_EQ(value_of(sys::read_file(mount_point(blade()) + "/etc/motd")), "s01c1b01\n");
    // The move was done, so it is "synced"; but what could not be written is told.
    value_of(sys::mkdir(mount_point(other_blade()) + "/etc/motd"));
    api::SyncImage request = all;
    request.blades = {other_blade()};
    const auto report = value_of(sync(request));
    ASSERT_TRUE(report.outcomes.at(0).problem);
    EXPECT_THAT(report.outcomes[0].problem->detail, HasSubstr("/etc/motd"));
    EXPECT_EQ(generation_of(other_blade()), 2U);
}

TEST_F(SyncEditsTest, ARunningBladeIsWaitingUntilItSaysThatItHasTheSharedRoot) {
    run_blade(blade(), kStarted);
    const api::SyncOutcome outcome = sync_one(all, milliseconds(1));
    EXPECT_EQ(outcome.state, "waiting");
    EXPECT_FALSE(outcome.problem);
    EXPECT_EQ(offers, 1);
    EXPECT_EQ(named, 1);
    EXPECT_THAT(told, ElementsAre(blade()));
    EXPECT_TRUE(asked.at(blade()).is_held) << "it has the old shared root still";
    on_tell = [&](const model::ComponentName&) { report_move(2, std::nullopt); };
    // Its image is of that generation by now, but it is told once more.
    EXPECT_EQ(sync_one(all, std::chrono::seconds(20)).state, "current");
    EXPECT_THAT(told, SizeIs(2));
}

TEST_F(SyncEditsTest, ARunningBladeThatHasTheSharedRootIsSynced) {
    run_blade(blade(), kStarted);
    on_tell = [&](const model::ComponentName&) { report_move(2, std::nullopt); };
    const auto report = value_of(sync(all));
    ASSERT_THAT(report.outcomes, SizeIs(1)) << "the same as of the blade that is off";
    EXPECT_EQ(report.outcomes[0].state, "synced");
    EXPECT_THAT(told, ElementsAre(blade()));
    EXPECT_FALSE(asked.at(other_blade()).is_held);
}

TEST_F(SyncEditsTest, WhyARunningBladeCouldNotMountIsTold) {
    run_blade(blade(), kStarted);
    on_tell = [&](const model::ComponentName&) { report_move(2, "mount: Stale file handle"); };
    const api::SyncOutcome outcome = sync_one(all, std::chrono::seconds(20));
    EXPECT_EQ(outcome.state, "waiting");
    ASSERT_TRUE(outcome.problem);
    EXPECT_THAT(outcome.problem->detail, HasSubstr("mount: Stale file handle"));
    EXPECT_EQ(generation_of(blade()), 2U);
}

TEST_F(SyncEditsTest, ASharedRootThatCannotBeOfferedIsAProblem) {
    run_blade(blade(), kStarted);
    offered = fail(ErrorCode::unavailable, "ganesha does not answer");
    const api::SyncOutcome outcome = sync_one(all, std::chrono::seconds(20));
    EXPECT_EQ(outcome.state, "waiting");
    ASSERT_TRUE(outcome.problem);
    EXPECT_THAT(outcome.problem->detail, HasSubstr("ganesha does not answer"));
}

TEST_F(SyncEditsTest, ARunningBladeSeesNothingOlderWhenItReturns) {
    constexpr std::chrono::seconds kActimeo(1);
    add_generation(2, {"usr"}, kActimeo);
    run_blade(blade(), kStarted);
    on_tell = [&](const model::ComponentName&) { report_move(2, std::nullopt); };
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(sync_one(all, std::chrono::seconds(20)).state, "synced");
    EXPECT_GE(std::chrono::steady_clock::now() - begun, kActimeo);
}

TEST_F(SyncEditsTest, ABladeSeesWhatItsOwnBootSaysForSoLong) {
    constexpr std::chrono::seconds kBooted(1);
    run_blade(blade(), kStarted, "rw,actimeo=1");
    on_tell = [&](const model::ComponentName&) { report_move(2, std::nullopt); };
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(sync_one(all, std::chrono::seconds(20)).state, "synced");
    EXPECT_GE(std::chrono::steady_clock::now() - begun, kBooted)
        << "the image says 0 by now, but the blade has not booted since";
}

TEST_F(SyncEditsTest, ARunningBladeDoesNotGetOtherSharedDirectories) {
    images.shared.emplace(number(1), std::vector<std::string>{"usr", "opt"});
    run_blade(blade(), kStarted);
    const auto report = value_of(sync(all));
    EXPECT_THAT(report.outcomes, UnorderedElementsAre(Field(&api::SyncOutcome::state, "failed"),
                                                      Field(&api::SyncOutcome::state, "synced")));
    EXPECT_EQ(generation_of(blade()), 1U);
    const api::SyncOutcome refused = sync_one(all);
    ASSERT_TRUE(refused.problem);
    EXPECT_THAT(refused.problem->cure, Optional(HasSubstr("power the blade off")));
}

TEST_F(SyncEditsTest, WhoHasNoImageIsNamedAndNobodyIsMoved) {
    api::SyncImage request = all;
    request.blades = {blade(), other_blade()};
    value_of(images.delete_blade_image(other_blade(), samples::image()));
    const auto missing = sync(request);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::not_found);
    EXPECT_EQ(missing.error().cure(), "dim blade create s01c1b02 granite");
    EXPECT_TRUE(asked.empty());
    request.blades = {samples::server()};
    EXPECT_EQ(sync(request).error().code(), ErrorCode::not_found);
    request = all;
    request.most_removed_percent = 101;
    EXPECT_EQ(sync(request).error().code(), ErrorCode::invalid_input);
    request = all;
    request.image = value_of(model::ImageName::parse("basalt"));
    EXPECT_EQ(sync(request).error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace dim::server
