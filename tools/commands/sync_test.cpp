#include "libdim/api/message_samples.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "tools/running_command.hpp"
#include "tools/sample_cluster.hpp"
#include "tools/sync_waves.hpp"

#include <algorithm>

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Names = std::vector<model::ComponentName>;

model::ComponentName name(std::string_view text) {
    return model::ComponentName::parse(text).value();
}
model::Generation number(std::uint32_t generation) {
    return model::Generation::from_number(generation).value();
}

/// A daemon that has four blades with images of granite.
class SyncCommands : public ::testing::Test {
protected:
    SyncCommands() {
        daemon.prepare_cluster(xml());
        api::BladeImageList list;
        for (const char* blade : {"s01c1b01", "s01c1b02", "s01c2b01", "s02c1b01"}) {
            api::BladeImage image = api::samples::blade_image();
            image.blade = name(blade);
            image.image = kGranite;
            image.generation = number(3);
            image.is_pinned = false;
            list.blade_images.push_back(image);
        }
        blade_images = list.blade_images;
        daemon.prepare("GET /v1/blade-images", to_json(list));
        show({"s01c1b01"});
        for (const std::string blades :
             {R"("s01c1b01")", R"("s01c1b02")", R"("s01c2b01")", R"("s02c1b01")"})
            daemon.prepare(request(blades), report(blades));
    }
    /// s01c1b01 keeps /etc/motd.
    static std::string xml() {
        std::string text(sample::kClusterXml);
        const std::string group = "  <group";
        text.insert(text.find(group),
                    R"(  <set for="s01c1b01"><property name="keep-out" value="/etc/motd"/></set>)"
                    "\n");
        return text;
    }
    void show(const std::vector<std::string>& running) {
        api::ClusterStatus status{.server = name("s01"),
                                  .version = "0",
                                  .now = api::samples::time(),
                                  .since = api::samples::time(),
                                  .blades = {},
                                  .services = {},
                                  .alerts = {}};
        for (const std::string& blade : running) {
            api::BladeStatus one{.name = name(blade),
                                 .type = model::BladeType::js20,
                                 .address = model::Ipv4Address::parse("10.0.0.1").value()};
            one.state = model::BladeState::running;
            one.image = kGranite;
            one.generation = number(2);
            status.blades.push_back(one);
        }
        daemon.prepare("GET /v1/status", to_json(status));
    }
    static std::string request(const std::string& blades, const std::string& generation = "",
                               const std::string& most_removed = "10",
                               const std::string& policy = "") {
        return R"(POST /v1/image-syncs {"image":"granite",)" + generation + R"("blades":[)" +
               blades + R"(],"dry_run":false,)" + policy +
               R"("keep_out":[],"most_removed_percent":)" + most_removed + "}";
    }
    static std::string report(const std::string& blades, bool is_good = true) {
        api::SyncReport report{kGranite, number(4), false, {}};
        api::SyncOutcome outcome{.blades = {name(blades.substr(1, 8))},
                                 .state = is_good ? "synced" : "failed"};
        outcome.from = number(3);
        if (!is_good) outcome.problem = api::to_problem(Error(ErrorCode::io, "disk is broken"));
        report.outcomes.push_back(outcome);
        return to_json(api::SyncLine{.report = report}) + "\n";
    }
    std::vector<std::string> syncs() const {
        std::vector<std::string> found;
        for (const std::string& each : daemon.requests())
            if (each.starts_with("POST /v1/image-syncs")) found.push_back(each);
        return found;
    }
    CommandEnd run(const std::vector<std::string>& more) const {
        std::vector<std::string> words{"sync", "image", "granite", "--settle", "0"};
        words.insert(words.end(), more.begin(), more.end());
        return run_command(daemon, words);
    }
    /// A program whose script that is.
    std::string program(const std::string& script) const {
        const std::string path = directory / "check";
        dim::testing::write(path, "#!/bin/sh\n" + script + "\n", 0755);
        return path;
    }

    static inline const model::ImageName kGranite = model::ImageName::parse("granite").value();
    std::vector<api::BladeImage> blade_images;
    FakeDaemon daemon;
    dim::testing::TemporaryDirectory directory;
};

TEST_F(SyncCommands, WavesAreTheCanaryAndThenLevelAfterLevel) {
    const cluster::Definition definition = sample::definition();
    const Names blades{name("s01c1b01"), name("s01c1b02"), name("s01c2b01"), name("s02c1b01")};
    const auto names_of = [](const std::vector<Wave>& waves) {
        std::vector<std::string> names;
        for (const Wave& wave : waves) {
            names.push_back(wave.name + ":");
            for (const model::ComponentName& blade : wave.blades)
                names.back() += " " + to_string(blade);
        }
        return names;
    };
    EXPECT_THAT(names_of(plan_waves(definition, blades, {}, "chassis").value()),
                ElementsAre("the chassis of s01c1b01: s01c1b01 s01c1b02",
                            "the chassis of s01c2b01: s01c2b01",
                            "the chassis of s02c1b01: s02c1b01"));
    EXPECT_THAT(names_of(plan_waves(definition, blades, Names{name("s01c2b01")}, "").value()),
                ElementsAre("the canary: s01c2b01", "the others: s01c1b01 s01c1b02 s02c1b01"));
    EXPECT_THAT(plan_waves(definition, blades, {}, "rack").error().cure(),
                HasSubstr("server, chassis, blade"));
    EXPECT_FALSE(plan_waves(definition, blades, Names{name("s02c1b02")}, ""));
}

TEST_F(SyncCommands, OneWaveComesAfterTheOther) {
    const CommandEnd end = run({"--wave", "blade", "--check", program("test \"$1\" = s01c1b01")});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_THAT(syncs(), ElementsAre(request(R"("s01c1b01")"), request(R"("s01c1b02")"),
                                     request(R"("s01c2b01")"), request(R"("s02c1b01")")));
}

TEST_F(SyncCommands, AWaveThatIsNotWellIsTheLast) {
    daemon.prepare(request(R"("s01c1b02")"), report(R"("s01c1b02")", false));
    const CommandEnd end = run({"--wave", "blade"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_EQ(syncs().size(), 2U);
    EXPECT_THAT(end.errors, HasSubstr("2 blades not touched"));
    EXPECT_THAT(end.errors, HasSubstr("s01c1b02: disk is broken"));
}

TEST_F(SyncCommands, WhatRollsBackKeepsWhereTheImageDoes) {
    daemon.prepare("POST /v1/names", blade_names({"s01c1b01"}));
    api::ImageDetails details = api::samples::image_details();
    details.image.sync.on_conflict = model::ConflictPolicy::keep;
    daemon.prepare("GET /v1/images/granite", to_json(details));
    const std::string back =
        request(R"("s01c1b01")", R"("generation":3,)", "100", R"("on_conflict":"keep",)");
    daemon.prepare(back, report(R"("s01c1b01")"));
    EXPECT_EQ(run({"--canary", "s01c1b01", "--check", program("false"), "--auto-rollback"}).code,
              ExitCode::failed);
    EXPECT_EQ(syncs().back(), back);
}

TEST_F(SyncCommands, ACheckThatFailsStopsAndRollsBack) {
    daemon.prepare("POST /v1/names", blade_names({"s01c1b01"}));
    const std::string back =
        request(R"("s01c1b01")", R"("generation":3,)", "100", R"("on_conflict":"ask",)");
    daemon.prepare(back, report(R"("s01c1b01")"));
    const CommandEnd end = run({"--canary", "s01c1b01", "--check",
                                program("echo \"$1 is ill; $#\"; false"), "--auto-rollback"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(syncs(), ElementsAre(request(R"("s01c1b01")"), back));
    EXPECT_THAT(end.errors, HasSubstr("s01c1b01 is ill; 1"));
    EXPECT_THAT(end.errors, HasSubstr("is back as it was, 3 blades not touched"));
}

TEST_F(SyncCommands, WhatIsSaidOfWavesNeedsWaves) {
    const std::vector<std::vector<std::string>> idle{
        {"--settle", "0"}, {"--check", "/bin/true"}, {"--auto-rollback"}};
    for (const auto& words : idle) {
        std::vector<std::string> all{"sync", "image", "granite"};
        all.insert(all.end(), words.begin(), words.end());
        const CommandEnd end = run_command(daemon, all);
        EXPECT_EQ(end.code, ExitCode::usage) << words.front();
        EXPECT_THAT(end.errors, HasSubstr(words.front() + " is about waves"));
    }
    EXPECT_THAT(syncs(), IsEmpty());
}

TEST_F(SyncCommands, SyncitMakesNoGenerationForWhatCannotBegin) {
    daemon.prepare("POST /v1/names", blade_names({"s02c1b02"}));
    const CommandEnd end = run_command(daemon, {"syncit", "granite", "--canary", "s02c1b02"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.errors, HasSubstr("the canary s02c1b02 is none of the blades"));
    for (const std::string& request : daemon.requests())
        EXPECT_THAT(request, ::testing::Not(HasSubstr("/v1/image-generations")));
}

TEST_F(SyncCommands, ConflictsAreShownOrDecided) {
    daemon.prepare("POST /v1/sync-conflicts", to_json(api::samples::sync_conflict_list()));
    const CommandEnd shown = run_command(daemon, {"sync", "resolve", "granite", "/etc/motd"});
    EXPECT_EQ(shown.code, ExitCode::ok) << shown.errors;
    EXPECT_THAT(shown.output, HasSubstr("generation 7  nothing\n"));
    EXPECT_EQ(daemon.requests().back(),
              R"(POST /v1/sync-conflicts {"image":"granite",)"
              R"("blades":[],"paths":["/etc/motd"],"looks":true,"counts":false})");
    const auto take = [&](const std::vector<std::string>& words) {
        std::vector<std::string> all{"sync", "resolve", "granite", "--take", "generation"};
        all.insert(all.end(), words.begin(), words.end());
        return run_command(daemon, all);
    };
    EXPECT_THAT(take({"/etc/motd"}).errors, HasSubstr("no blades are named"));
    std::vector<std::string> many;
    for (int i = 0; i < 9; ++i)
        many.push_back("s01c1b0" + std::to_string(i + 1));
    daemon.prepare("POST /v1/names", blade_names(many));
    EXPECT_EQ(take({"all"}).code, ExitCode::usage) << "no path is named";
    EXPECT_EQ(take({"all", "/etc/motd"}).code, ExitCode::not_confirmed);
    EXPECT_EQ(run_command(daemon, {"sync", "resolve", "granite", "b1", "/a", "--take", "it"}).code,
              ExitCode::usage);
}

TEST_F(SyncCommands, UndoTakesTheLastSyncBackThatCanBe) {
    api::LoggedSync last = api::samples::logged_sync();
    last.undoes.reset();
    last.undone_by.reset();
    last.is_of_removed.reset();
    last.moved = 9;
    api::LoggedSync back = last;
    back.number = 16;
    back.undoes = 15;
    api::LoggedSync undone = last;
    undone.number = 15;
    undone.undone_by = 16;
    api::LoggedSync of_removed = last;
    of_removed.number = 17;
    of_removed.is_of_removed = true;
    daemon.prepare("POST /v1/sync-log", to_json(api::SyncLog{{of_removed, back, undone, last}}));
    daemon.prepare("POST /v1/image-sync-undos", report(R"("s01c1b01")"));
    const CommandEnd unasked = run_command(daemon, {"sync", "undo"});
    EXPECT_EQ(unasked.code, ExitCode::not_confirmed);
    EXPECT_THAT(unasked.errors, HasSubstr("take sync 14 of granite back on 9 blades"));
    EXPECT_EQ(daemon.requests().back(), R"(POST /v1/sync-log {"most":1000})");
    const CommandEnd shown = run_command(daemon, {"sync", "undo", "granite", "--dry-run"});
    EXPECT_EQ(shown.code, ExitCode::ok) << shown.errors;
    EXPECT_EQ(daemon.requests().back(),
              R"(POST /v1/image-sync-undos {"image":"granite","sync":14,"dry_run":true})");
    const CommandEnd done = run_command(daemon, {"sync", "undo", "granite", "--yes"});
    EXPECT_EQ(done.code, ExitCode::ok) << done.errors;
    EXPECT_THAT(done.output, HasSubstr("s01c1b01  synced"));
    daemon.prepare("POST /v1/image-sync-undos", report(R"("s01c1b01")", false));
    EXPECT_EQ(run_command(daemon, {"sync", "undo", "--yes"}).code, ExitCode::failed);
    daemon.prepare("POST /v1/sync-log", to_json(api::SyncLog{{back, undone}}));
    EXPECT_THAT(run_command(daemon, {"sync", "undo", "granite"}).errors,
                HasSubstr("there is no sync to take back"));
}

TEST_F(SyncCommands, StatusTellsWhoIsBehind) {
    api::ImageSummary image = api::samples::image_summary();
    image.name = kGranite;
    image.generation = number(4);
    daemon.prepare("GET /v1/images", to_json(api::ImageList{{image}}));
    blade_images[0].generation = number(4);  // but it runs with generation 2
    blade_images[1].generation = number(4);
    blade_images[3].is_pinned = true;
    daemon.prepare("GET /v1/blade-images", to_json(api::BladeImageList{blade_images}));
    const api::SyncConflictList open{20'003,
                                     {},
                                     {{name("s01c2b01"), kGranite, 20'002},
                                      {name("s01c2b01"), *model::ImageName::parse("slate"), 1}}};
    daemon.prepare(R"(POST /v1/sync-conflicts {"image":"granite","blades":[],"paths":[],)"
                   R"("looks":false,"counts":true})",
                   to_json(open));
    daemon.prepare(R"(POST /v1/sync-conflicts {"image":"slate","blades":[],"paths":[],)"
                   R"("looks":false,"counts":true})",
                   to_json(open));
    const CommandEnd end = run_command(daemon, {"sync", "status", "granite"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_THAT(end.output, HasSubstr("granite  4       3     behind   20002      s01c2b01\n"));
    EXPECT_THAT(end.output, HasSubstr("granite  4       3     pinned   -          s02c1b01\n"));
    EXPECT_THAT(end.output, HasSubstr("granite  4       4     current  -          s01c1b02\n"));
    EXPECT_THAT(end.output, HasSubstr("granite  4       4     waiting  -          s01c1b01\n"));
    EXPECT_THAT(run_command(daemon, {"sync", "status", "slate", "--json"}).output,
                HasSubstr(R"({"groups":[]})"));
}

TEST_F(SyncCommands, ExplainTellsTheRuleAndWhoHasIt) {
    api::ImageSummary image = api::samples::image_summary();
    image.name = kGranite;
    image.sync = {};
    daemon.prepare("GET /v1/images", to_json(api::ImageList{{image}}));
    const auto explain = [&](const std::string& path) {
        return run_command(daemon, {"sync", "explain", "granite", path}).output;
    };
    const CommandEnd end = run_command(daemon, {"sync", "explain", "granite", "/etc/motd"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_THAT(end.output, HasSubstr("s01c1b01  stays as the blade has it: keep-out '/etc/motd' "
                                      "(the cluster definition, for s01c1b01)\n"));
    EXPECT_THAT(end.output,
                HasSubstr("moves with the generation, unless the blade changed it or an override"));
    EXPECT_THAT(explain("/etc/passwd"), HasSubstr("what both sides changed is merged"));
    image.sync = {model::ConflictPolicy::overwrite, "/srv/; + /etc/motd", "group"};
    daemon.prepare("GET /v1/images", to_json(api::ImageList{{image}}));
    EXPECT_THAT(explain("/srv/x"),
                HasSubstr("stays as the blade has it: keep-out '/srv/' (image granite)\n"));
    EXPECT_THAT(explain("/etc/motd"), HasSubstr("s01c1b01  stays")) << "the blade's is nearer";
    EXPECT_THAT(explain("/etc/motd"),
                HasSubstr("moves with the generation, also where the blade changed it, unless an "
                          "override writes it ('dim override list'); keep-out '+ /etc/motd' (image "
                          "granite)\n"));
    EXPECT_THAT(explain("/etc/passwd"), HasSubstr("also where the blade changed it"));
    EXPECT_THAT(explain("/etc/group"), HasSubstr("what both sides changed is merged"));
    EXPECT_THAT(run_command(daemon, {"sync", "explain", "granite", "/srv/x", "--json"}).output,
                HasSubstr(R"({"kept_out":true,"merged":false,"on_conflict":"overwrite",)"
                          R"_("rule":"'/srv/' (image granite)",)_"));
    EXPECT_EQ(run_command(daemon, {"sync", "explain", "granite", "motd"}).code, ExitCode::usage);
}

}  // namespace
}  // namespace dim::tool
