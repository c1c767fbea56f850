#include "imageserver/api/api_fixture.hpp"
#include "libdim/api/sync_messages.hpp"

#include <array>
#include <future>
#include <mutex>
#include <span>
#include <utility>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Two blades have images of the first generation of images that have a second one by now. Nothing
/// is mounted, so what differs per blade cannot be written; that is told, and does not matter here.
class SyncResourceTest : public ApiFixture {
protected:
    SyncResourceTest() {
        add_image();
        for (const auto& image : {samples::image(), slate}) {
            api::ImageSummary summary = images.image(samples::image()).value();
            summary.name = image;
            summary.generation = number(2);
            images.add(summary);
            for (const auto& blade : {samples::blade(), samples::other_blade()})
                images.add(api::BladeImage{blade, image, number(1), "/x", 1, 1, true, false, {}});
        }
    }
    static model::Generation number(std::uint32_t number) {
        return model::Generation::from_number(number).value();
    }
    http::Response post_sync(const std::string& body, const http::Peer& peer = root()) {
        return call(http::Method::post, kSyncs, body, peer);
    }
    static std::vector<api::SyncLine> lines_of(const http::Response& response) {
        EXPECT_EQ(response.status, 200) << response.body;
        EXPECT_EQ(response.content_type, "application/x-ndjson");
        std::vector<api::SyncLine> lines;
        for (const std::string_view text : split(trim(response.body), '\n')) {
            auto line = api::parse<api::SyncLine>(text);
            EXPECT_TRUE(line) << text;
            if (line) lines.push_back(*std::move(line));
        }
        return lines;
    }
    /// Why nothing was synced.
    api::Problem problem_of(const api::SyncImage& request) {
        const auto lines = lines_of(post_sync(to_json(request)));
        EXPECT_FALSE(lines.back().report);
        return lines.back().problem.value_or(api::Problem{});
    }
    api::SyncReport report_of(const api::SyncImage& request) {
        const auto lines = lines_of(post_sync(to_json(request)));
        EXPECT_FALSE(lines.back().problem);
        return lines.back().report.value();
    }
    std::uint32_t generation_of(const model::ComponentName& blade) const {
        return images.blade_image(blade, samples::image()).value().generation.number();
    }
    std::vector<model::ComponentName> moved_blades() {
        const std::scoped_lock lock(moving);
        return moved;
    }
    /// From now on moves are noted, and the first one goes on only when GATE opens.
    void hold_first_move() {
        images.on_move = [this,
                          open = gate.get_future().share()](const BladeMove& move) -> Result<void> {
            {
                const std::scoped_lock lock(moving);
                moved.push_back(move.blade);
                if (moved.size() > 1) return {};
            }
            is_held.set_value();
            open.wait();
            return {};
        };
    }
    static std::string of_blade(const model::ImageName& image, const model::ComponentName& blade) {
        return to_json(api::SyncImage{.image = image, .blades = {blade}});
    }

    static constexpr const char* kSyncs = "/v1/image-syncs";
    const api::SyncImage all{.image = samples::image()};
    const model::ImageName slate = model::ImageName::parse("slate").value();
    std::promise<void> gate;
    std::promise<void> is_held;
    std::mutex moving;
    std::vector<model::ComponentName> moved;
};

TEST_F(SyncResourceTest, OnlyAdministratorsSync) {
    EXPECT_EQ(post_sync(to_json(all), user(4711)).status, 403);
    EXPECT_EQ(post_sync(to_json(all), agent()).status, 403);
    EXPECT_EQ(generation_of(samples::blade()), 1U);
}

TEST_F(SyncResourceTest, RefusesWhatIsNoRequest) {
    api::SyncImage request = all;
    request.generation = number(2);
    request.blades = {samples::blade()};
    request.is_dry_run = true;
    request.on_conflict = model::ConflictPolicy::ask;
    const std::string good = to_json(request);
    EXPECT_EQ(post_sync(good).status, 200) << "so it is each change that is refused";
    const std::array<std::pair<std::string, std::string>, 8> changes{{
        {R"("granite")", R"("../granite")"},
        {R"("generation":2)", R"("generation":0)"},
        {R"("s01c1b01")", R"("s01c1b[01-02")"},
        {R"(["s01c1b01"])", R"("s01c1b01")"},
        {R"("most_removed_percent":10)", R"("most_removed_percent":-1)"},
        {R"("dry_run":true)", R"("dry_run":"yes")"},
        {R"("on_conflict":"ask")", R"("on_conflict":"never")"},
        {R"("keep_out":[])", R"("keep_out":["- /etc/motd",7])"},
    }};
    for (const auto& [from, to] : changes) {
        std::string wrong = good;
        const std::size_t at = wrong.find(from);
        ASSERT_NE(at, std::string::npos) << from << " in " << good;
        EXPECT_EQ(post_sync(wrong.replace(at, from.size(), to)).status, 400) << wrong;
    }
}

TEST_F(SyncResourceTest, RefusesWhatCannotBegin) {
    EXPECT_EQ(problem_of({.image = model::ImageName::parse("basalt").value()}).status, 404U);
    api::SyncImage request = all;
    request.most_removed_percent = 101;
    const auto percent = problem_of(request);
    EXPECT_EQ(percent.status, 400U);
    EXPECT_THAT(percent.detail, HasSubstr("100 percent"));
    request = all;
    request.blades = {samples::blade(), model::ComponentName::parse("s09c1b01").value()};
    const auto unknown = problem_of(request);
    EXPECT_EQ(unknown.status, 404U);
    EXPECT_THAT(unknown.detail, HasSubstr("s09c1b01"));
    ASSERT_TRUE(images.delete_blade_image(samples::other_blade(), samples::image()));
    request.blades = {samples::blade(), samples::other_blade()};
    const auto missing = problem_of(request);
    EXPECT_EQ(missing.status, 404U);
    EXPECT_EQ(missing.cure, "dim blade create s01c1b02 granite");
    EXPECT_EQ(generation_of(samples::blade()), 1U) << "not one of them";
}

TEST_F(SyncResourceTest, AnswersWithProgressAndThenTheReport) {
    const auto lines = lines_of(post_sync(to_json(all)));
    ASSERT_GE(lines.size(), 4U);
    for (const api::SyncLine& line : std::span(lines).first(lines.size() - 1)) {
        EXPECT_TRUE(line.progress);
        EXPECT_FALSE(line.report || line.problem);
        EXPECT_EQ(line.step.has_value(), line.steps.has_value());
    }
    EXPECT_EQ(lines[0].progress, "what differs between generations 1 and 2");
    EXPECT_EQ(lines[lines.size() - 2].step, 2U) << "of two blades";
    ASSERT_TRUE(lines.back().report);
    const api::SyncReport& report = *lines.back().report;
    EXPECT_FALSE(lines.back().progress || lines.back().step || lines.back().problem);
    EXPECT_EQ(report.image, samples::image());
    EXPECT_EQ(report.generation, number(2));
    for (const api::SyncOutcome& outcome : report.outcomes)
        EXPECT_EQ(outcome.state, "synced");
    EXPECT_EQ(generation_of(samples::blade()), 2U);
    EXPECT_EQ(generation_of(samples::other_blade()), 2U);
    const api::SyncReport again = report_of(all);
    ASSERT_THAT(again.outcomes, SizeIs(1));
    EXPECT_EQ(again.outcomes[0].state, "current");
    EXPECT_THAT(again.outcomes[0].blades, ElementsAre(samples::blade(), samples::other_blade()));
}

TEST_F(SyncResourceTest, OneBladesFailureIsInTheReport) {
    images.on_move = [](const BladeMove& move) -> Result<void> {
        if (move.blade != samples::blade()) return {};
        return fail(Error(ErrorCode::io, "the disk is gone").with_cure("mend it"));
    };
    const api::SyncReport report = report_of(all);
    ASSERT_THAT(report.outcomes, SizeIs(2));
    EXPECT_EQ(report.outcomes[0].state, "failed");
    ASSERT_TRUE(report.outcomes[0].problem);
    EXPECT_EQ(report.outcomes[0].problem->cure, "mend it");
    EXPECT_EQ(generation_of(samples::blade()), 1U);
    EXPECT_EQ(generation_of(samples::other_blade()), 2U);
}

TEST_F(SyncResourceTest, WhatRanIsInTheLog) {
    report_of(all);
    api::SyncImage request = all;
    request.is_dry_run = true;
    report_of(request);
    request = all;
    request.image = model::ImageName::parse("marble").value();
    problem_of(request);
    const auto log =
        read<api::SyncLog>(call(http::Method::post, "/v1/sync-log", "{\"most\":9}", root()));
    ASSERT_THAT(log.syncs, SizeIs(1)) << "neither the dry run nor what could not begin";
    EXPECT_EQ(log.syncs[0].by, "root");
    EXPECT_EQ(log.syncs[0].moved, 2U);
    EXPECT_TRUE(log.syncs[0].ended);
    const std::string of_blade = to_json(api::SyncLogQuery{.blade = samples::blade()});
    const auto own = read<api::SyncLog>(call(http::Method::post, "/v1/sync-log", of_blade, root()));
    ASSERT_THAT(own.syncs, SizeIs(1));
    ASSERT_TRUE(own.syncs[0].outcome);
    EXPECT_EQ(own.syncs[0].outcome->state, "synced");
    EXPECT_EQ(call(http::Method::post, "/v1/sync-log", of_blade, agent()).status, 403);
}

TEST_F(SyncResourceTest, EachBladeOfASyncGoesBackToWhatItHad) {
    const auto undo = [&](std::uint64_t sync, bool is_dry_run = false) {
        const auto response =
            call(http::Method::post, "/v1/image-sync-undos",
                 to_json(api::UndoSync{samples::image(), sync, is_dry_run}), root());
        return lines_of(response).back();
    };
    api::BladeImage third = images.blade_image(samples::other_blade(), samples::image()).value();
    third.generation = number(3);
    images.add(third);
    report_of(all);
    EXPECT_EQ(undo(7).problem.value().status, 409) << "there is no such sync";
    EXPECT_TRUE(undo(1, true).report);
    EXPECT_EQ(generation_of(samples::blade()), 2U);
    const auto back = undo(1).report.value();
    EXPECT_EQ(generation_of(samples::blade()), 1U);
    EXPECT_EQ(generation_of(samples::other_blade()), 3U);
    EXPECT_EQ(back.generation, number(2));
    ASSERT_THAT(back.outcomes, SizeIs(2));
    EXPECT_EQ(back.outcomes[0].to, number(1));
    EXPECT_EQ(back.outcomes[1].to, number(3));
    EXPECT_EQ(undo(1).problem.value().status, 404) << "it was taken back";
    const auto log =
        read<api::SyncLog>(call(http::Method::post, "/v1/sync-log", R"({"most":9})", root()));
    ASSERT_THAT(log.syncs, SizeIs(2));
    EXPECT_EQ(log.syncs[0].undoes, 1U);
    EXPECT_EQ(log.syncs[0].moved, 2U);
    EXPECT_EQ(log.syncs[1].undone_by, 2U);
}

TEST_F(SyncResourceTest, WhatIsTakenBackOverwritesNothing) {
    api::ImageSummary summary = images.image(samples::image()).value();
    summary.sync.on_conflict = model::ConflictPolicy::overwrite;
    images.add(summary);
    std::vector<model::ConflictPolicy> policies;
    images.on_move = [&](const BladeMove& move) -> Result<void> {
        const std::scoped_lock lock(moving);
        policies.push_back(move.on_conflict);
        return {};
    };
    report_of(all);
    const auto response = call(http::Method::post, "/v1/image-sync-undos",
                               to_json(api::UndoSync{samples::image(), 1, false}), root());
    EXPECT_TRUE(lines_of(response).back().report);
    using enum model::ConflictPolicy;
    EXPECT_THAT(policies, ElementsAre(overwrite, overwrite, ask, ask));
    summary.sync.on_conflict = keep;
    images.add(summary);
    report_of(all);
    call(http::Method::post, "/v1/image-sync-undos",
         to_json(api::UndoSync{samples::image(), 3, false}), root());
    EXPECT_THAT(policies, ElementsAre(overwrite, overwrite, ask, ask, keep, keep, keep, keep));
}

TEST_F(SyncResourceTest, WhatMovedSinceIsLeftAndTold) {
    report_of(all);
    api::BladeImage moved_on = images.blade_image(samples::blade(), samples::image()).value();
    moved_on.generation = number(5);
    images.add(moved_on);
    const auto response = call(http::Method::post, "/v1/image-sync-undos",
                               to_json(api::UndoSync{samples::image(), 1, false}), root());
    const auto back = lines_of(response).back().report.value();
    EXPECT_EQ(generation_of(samples::blade()), 5U);
    EXPECT_EQ(generation_of(samples::other_blade()), 1U);
    ASSERT_THAT(back.outcomes, SizeIs(2));
    EXPECT_EQ(back.outcomes[1].state, "left");
    EXPECT_EQ(back.outcomes[1].from, number(5));
    EXPECT_FALSE(back.outcomes[1].problem);
}

TEST_F(SyncResourceTest, ADryRunMovesNothing) {
    images.moved.differences = {{"etc/new", manifest::DifferenceKind::created, {}}};
    api::SyncImage request = all;
    request.blades = {samples::blade()};
    request.is_dry_run = true;
    const api::SyncReport report = report_of(request);
    EXPECT_TRUE(report.is_dry_run);
    ASSERT_THAT(report.outcomes, SizeIs(1));
    EXPECT_EQ(report.outcomes[0].state, "synced");
    EXPECT_FALSE(report.outcomes[0].problem);
    ASSERT_THAT(report.outcomes[0].differences, SizeIs(1));
    EXPECT_EQ(report.outcomes[0].differences[0].path, "etc/new");
    EXPECT_EQ(generation_of(samples::blade()), 1U);
}

TEST_F(SyncResourceTest, ASyncWaitsForThatOfItsImageAndForNoOther) {
    hold_first_move();
    begin_job(http::Method::post, kSyncs, of_blade(samples::image(), samples::blade()),
              "what differs");
    is_held.get_future().wait();
    const auto waiting = begin_call(http::Method::post, kSyncs,
                                    of_blade(samples::image(), samples::other_blade()), root());
    const auto beside =
        begin_call(http::Method::post, kSyncs, of_blade(slate, samples::blade()), root());
    run_until([&] { return beside->is_answered; });
    EXPECT_TRUE(lines_of(beside->response).back().report);
    EXPECT_FALSE(waiting->is_answered);
    EXPECT_THAT(waiting->response.body, IsEmpty()) << "it has not begun";
    EXPECT_THAT(moved_blades(), ElementsAre(samples::blade(), samples::blade()));
    gate.set_value();
    run_until([&] { return waiting->is_answered; });
    EXPECT_TRUE(lines_of(waiting->response).back().report);
    EXPECT_EQ(generation_of(samples::blade()), 2U) << "the first one was over before";
    EXPECT_EQ(generation_of(samples::other_blade()), 2U);
}

}  // namespace
}  // namespace dim::server
