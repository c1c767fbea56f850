#include "libdim/api/message_samples.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "tools/running_command.hpp"
#include "tools/sample_cluster.hpp"

#include <set>

#include <gmock/gmock.h>

/// What all commands have in common: who refuses is quoted, and what they ask for is what was
/// meant. What one alone does is in its own test.
namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const model::Timestamp kNow = *model::Timestamp::parse("2026-11-20T13:40:00.000000Z");

/// A command that asks the daemon, its last request, the answer to that and a piece of what is
/// then printed.
struct Example {
    std::vector<std::string> words;
    std::string request;
    std::string answer;
    std::string output;
};

std::string done(const std::string& what) { return "{\"done\":\"" + what + "\"}\n"; }

std::string synced() {
    api::SyncReport report = api::samples::sync_report();
    report.outcomes.front().problem.reset();
    return "{\"progress\":\"looking\"}\n" + to_json(api::SyncLine{.report = report}) + "\n";
}

class EveryCommand : public ::testing::Test {
protected:
    EveryCommand() {
        EXPECT_TRUE(sys::write_file_atomically(file(), sample::kClusterXml));
        EXPECT_TRUE(sys::write_file_atomically(token_file(), "is01.ab.cd\n"));
        daemon.prepare("POST /v1/names", blade_names({"s01c1b01"}));
        daemon.prepare("GET /v1/cluster", to_json(revision));
    }
    std::string file() const { return directory / "new.xml"; }
    std::string token_file() const { return directory / "is02.token"; }

    std::vector<Example> examples() const {
        const api::OverrideList overrides{
            {{api::samples::blade(), api::samples::image(), {api::samples::override_file()}}}};
        const api::ClusterStatus status{.server = *model::ComponentName::parse("s01"),
                                        .version = "0.1.0",
                                        .now = kNow,
                                        .since = kNow,
                                        .blades = {},
                                        .services = {},
                                        .alerts = {}};
        const api::BladeStatus blade{.name = *model::ComponentName::parse("s01c1b01"),
                                     .type = model::BladeType::js20,
                                     .address = *model::Ipv4Address::parse("10.1.1.11")};
        const std::string of_blade = R"( {"image":"granite","blades":["s01c1b01"]})";
        return {
            {{"status"}, "GET /v1/status", to_json(status), "s01"},
            {{"blade", "show", "b1"},
             "GET /v1/blades/s01c1b01",
             to_json(api::BladeStory{blade, {}}),
             "s01c1b01"},
            {{"blade", "exec", "b1", "--", "true"},
             R"(POST /v1/commands {"blades":["s01c1b01"],"command":["true"],)"
             R"("time_limit_seconds":60,"parallel":4})",
             R"({"result":{"blade":"s01c1b01","exit_code":0,"output":"said","output_cut":false,)"
             R"("seconds":1}})"
             "\n{\"done\":\"ran\"}\n",
             "said"},
            {{"blade", "diff", "b1", "granite"},
             R"(POST /v1/blade-differences {"blade":"s01c1b01","image":"granite"})",
             "{\"progress\":\"looking\"}\n" +
                 to_json(api::BladeDifferenceLine{.difference = api::samples::blade_difference()}) +
                 "\n",
             "content   etc/hosts (size, content)  override: built-in hosts\n"},
            {{"blade", "explain", "b1", "/a \xff", "--image", "granite"},
             R"(POST /v1/path-explanations {"blade":"s01c1b01","image":"granite",)"
             R"("path":"/a \\ff"})",
             to_json(api::samples::path_explanation()),
             "since DIM wrote it by group/gpu/etc/motd"},
            {{"blade", "cat", "b1", "/etc/motd"},
             R"(POST /v1/blade-files {"blade":"s01c1b01","path":"/etc/motd"})",
             "welcome\n",
             "welcome\n"},
            {{"blade", "restarts", "b1"},
             R"(POST /v1/restarts {"blades":["s01c1b01"]})",
             to_json(api::samples::restart_list()),
             "s01c1b01  ssh.service     4711  /usr/sbin/sshd\n"},
            {{"blade", "check", "b1", "granite", "--repair"},
             R"(POST /v1/blade-image-checks {"image":"granite","blades":["s01c1b01"],)"
             R"("repair":true})",
             done("1 mended"),
             "1 mended\n"},
            {{"blade", "check", "--last"},
             "GET /v1/blade-image-checks",
             to_json(api::samples::blade_image_check_list()),
             "Inode 12 is a zero-length directory"},
            {{"image", "import", "granite", "/srv/x", "--arch", "ppc64", "--size", "2G",
              "--no-default-exclude", "--exclude", "/srv/*", "--exclude", "*.bak"},
             R"(POST /v1/images {"name":"granite","architecture":"ppc64","source":"/srv/x",)"
             R"("init":"/sbin/init","blade_image_bytes":2147483648,)"
             R"("exclude":["/srv/*","*.bak"],"one_file_system":false})",
             done("made"),
             "made\n"},
            {{"image", "import", "granite", "/srv/x", "--arch", "ppc64", "--no-default-exclude",
              "--shared", "usr,srv", "--file-system", "xfs"},
             R"(POST /v1/images {"name":"granite","architecture":"ppc64","source":"/srv/x",)"
             R"("shared":["usr","srv"],"init":"/sbin/init","blade_image_bytes":1073741824,)"
             R"("exclude":[],"one_file_system":false,"file_system":"xfs"})",
             done("made"),
             "made\n"},
            {{"image", "set", "granite", "--init", "/init", "--nconnect", "4"},
             R"(PUT /v1/image-settings {"name":"granite","init":"/init","nfs_nconnect":4})",
             done("set"),
             "set\n"},
            {{"image", "set", "granite", "--on-conflict", "keep", "--keep-out", "", "--merge",
              "passwd,group"},
             R"(PUT /v1/image-settings {"name":"granite","on_conflict":"keep","keep_out":"",)"
             R"("merge":"passwd,group"})",
             done("set"),
             "set\n"},
            {{"image", "update", "granite", "--shared", "usr,opt"},
             R"(POST /v1/image-generations {"name":"granite","label":"","shared":["usr","opt"]})",
             done("generation 2"),
             "generation 2\n"},
            {{"ca", "show"},
             "GET /v1/authority",
             to_json(api::AuthorityStatus{{"ab", kNow, kNow}, {"cd", kNow, kNow}, {}, {}}),
             "2026-11-20"},
            {{"ca", "rotate"},
             R"(POST /v1/authority/rotation {"finish":false,"force":false})",
             done("made"),
             "made\n"},
            {{"ca", "rotate", "--finish", "--force"},
             R"(POST /v1/authority/rotation {"finish":true,"force":true})",
             done("in force"),
             "in force\n"},
            {{"server", "list"},
             "GET /v1/servers",
             to_json(api::ServerList{{{*model::ComponentName::parse("is01"), "here", {}, {}}}}),
             "is01    here"},
            {{"server", "token", "is02"},
             R"(POST /v1/server-tokens {"server":"is02"})",
             to_json(api::ServerToken{*model::ComponentName::parse("is02"), "is01.ab.cd", kNow}),
             "is01.ab.cd\n"},
            {{"server", "join", "10.9.0.1", "--token", token_file()},
             R"(POST /v1/membership {"token":"is01.ab.cd","management":"10.9.0.1:7444"})",
             done("joined"),
             "joined\n"},
            {{"server", "leave", "--yes"}, "DELETE /v1/membership", done("left"), "left\n"},
            {{"server", "remove", "is02", "--yes"},
             "DELETE /v1/servers/is02",
             done("removed"),
             "removed\n"},
            {{"image", "list"}, "GET /v1/images", to_json(api::ImageList{}), ""},
            {{"blade", "list"}, "GET /v1/blade-images", to_json(api::BladeImageList{}), ""},
            {{"image", "show", "granite"},
             "GET /v1/images/granite",
             to_json(api::samples::image_details()),
             "digest ba7816bf"},
            {{"image", "check", "granite"},
             "POST /v1/images/granite/check",
             R"({"image":"granite","generation":1,"digest":"ab","entries":1,)"
             R"("difference_count":0,"differences":[]})",
             ""},
            {{"image", "update", "granite", "/srv/tree", "--label", "new", "--no-default-exclude",
              "--exclude", "*.bak"},
             R"(POST /v1/image-generations {"name":"granite","source":{"source":"/srv/tree",)"
             R"("exclude":["*.bak"],"one_file_system":false},"label":"new"})",
             done("generation 2"),
             "generation 2\n"},
            {{"image", "update", "granite"},
             R"(POST /v1/image-generations {"name":"granite","label":""})",
             done("generation 3"),
             "generation 3\n"},
            {{"image", "collect", "granite", "--keep", "3", "--yes"},
             R"(POST /v1/image-collections {"name":"granite","keep":3,"labelled":false,)"
             R"("is_dry_run":false})",
             done("generations 1 2 deleted"),
             "deleted\n"},
            {{"image", "rollback", "granite", "3"},
             R"(POST /v1/image-rollbacks {"name":"granite","generation":3,"label":""})",
             done("generation 4"),
             "generation 4\n"},
            {{"image", "label", "granite", "3", "good"},
             R"(PUT /v1/image-labels {"name":"granite","generation":3,"label":"good"})",
             done("labelled"),
             "labelled\n"},
            {{"image", "generations", "granite"},
             "GET /v1/images/granite/generations",
             to_json(api::samples::image_generation_list()),
             "/srv/tree  good"},
            {{"image", "diff", "granite"},
             R"(POST /v1/image-source-differences {"name":"granite","label":""})",
             "{\"progress\":\"looking\"}\n" +
                 to_json(
                     api::SourceDifferenceLine{.difference = api::samples::source_difference()}) +
                 "\n",
             "and 1 more"},
            {{"image", "diff", "granite", "1", "2"},
             "GET /v1/images/granite/generations/1/2",
             to_json(api::samples::generation_difference()),
             "and 1 more"},
            {{"sync", "master", "granite", "--label", "new"},
             R"(POST /v1/image-generations {"name":"granite","label":"new"})",
             done("generation 3"),
             "generation 3\n"},
            {{"sync", "master", "granite", "--path", "/etc/passwd", "--path", "/etc/group"},
             R"(POST /v1/image-generations {"name":"granite","label":"",)"
             R"("paths":["/etc/passwd","/etc/group"]})",
             done("generation 3"),
             "generation 3\n"},
            {{"sync", "master", "granite", "--scan"},
             R"(POST /v1/image-generations {"name":"granite","label":"","scan":true})",
             done("generation 3"),
             "generation 3\n"},
            {{"sync", "image", "granite", "b1", "--dry-run", "--max-delete", "5", "--keep-out",
              "/srv/", "--on-conflict", "keep"},
             R"(POST /v1/image-syncs {"image":"granite","blades":["s01c1b01"],"dry_run":true,)"
             R"("on_conflict":"keep","keep_out":["/srv/"],"most_removed_percent":5})",
             synced(),
             "would be synced"},
            {{"sync", "conflicts", "granite", "b1", "/etc/motd"},
             R"(POST /v1/sync-conflicts {"image":"granite","blades":["s01c1b01"],)"
             R"("paths":["/etc/motd"],"looks":true,"counts":false})",
             to_json(api::samples::sync_conflict_list()),
             "  the blade     symlink\n"},
            {{"sync", "resolve", "granite", "b1", "/etc/motd", "--take", "generation"},
             R"(POST /v1/sync-conflict-resolutions {"image":"granite","blades":["s01c1b01"],)"
             R"("paths":["/etc/motd"],"take":"generation"})",
             done("1 conflict of 1 blade resolved"),
             "1 conflict"},
            {{"sync", "log", "granite", "--last", "3"},
             R"(POST /v1/sync-log {"image":"granite","most":3})",
             to_json(api::samples::sync_log()),
             "--overwrite"},
            {{"sync", "log", "--blade", "b1"},
             R"(POST /v1/sync-log {"blade":"s01c1b01","most":1000})",
             to_json(api::samples::sync_log()),
             "sync 14, stays, for both sides changed it:"},
            {{"sync", "server", "granite", "--dry-run"},
             R"(POST /v1/server-syncs {"image":"granite","servers":[],"dry_run":true})",
             "{\"progress\":\"asking\"}\n" +
                 to_json(api::ServerSyncLine{
                     .report =
                         api::ServerSyncReport{api::samples::image(),
                                               api::samples::generation(),
                                               true,
                                               {{api::samples::blade(), "synced", {}, 0, {}}}}}) +
                 "\n",
             "s01c1b01  synced"},
            {{"image", "remove", "granite", "--yes"},
             "DELETE /v1/images/granite",
             done("removed"),
             "removed\n"},
            {{"blade", "create", "b1", "granite"},
             "POST /v1/blade-images" + of_blade,
             done("created"),
             "created\n"},
            {{"blade", "resize", "b1", "granite", "--size", "2G"},
             R"(PUT /v1/blade-image-sizes {"image":"granite","blades":["s01c1b01"],)"
             R"("size_bytes":2147483648})",
             done("2 GiB"),
             "2 GiB\n"},
            {{"image", "pin", "b1", "granite", "--generation", "3"},
             R"(PUT /v1/image-pins {"image":"granite","generation":3,"blades":["s01c1b01"]})",
             done("pinned"),
             "pinned\n"},
            {{"image", "unpin", "b1", "granite"},
             "DELETE /v1/image-pins" + of_blade,
             done("unpinned"),
             "unpinned\n"},
            {{"image", "rename", "granite", "slate"},
             R"(PUT /v1/image-names {"name":"granite","new_name":"slate"})",
             done("renamed"),
             "renamed\n"},
            {{"blade", "list", "--trash"},
             "GET /v1/trash",
             to_json(api::samples::trash_list()),
             "deleted by an administrator"},
            {{"blade", "restore", "b1", "granite"},
             "POST /v1/trash/s01c1b01/granite",
             done("restored"),
             "restored\n"},
            {{"blade", "purge", "b1", "granite", "--yes"},
             "DELETE /v1/trash/s01c1b01/granite",
             done("purged"),
             "purged\n"},
            {{"blade", "delete", "b1", "granite", "--yes"},
             "DELETE /v1/blade-images/s01c1b01/granite",
             done("deleted"),
             "deleted\n"},
            {{"image", "adopt", "--list"},
             "GET /v1/unknown-files",
             to_json(api::UnknownFileList{
                 {{.image = *model::ImageName::parse("granite"), .path = "/s/granite/1"}}}),
             "/s/granite/1"},
            {{"image", "adopt", "granite", "--arch", "ppc64"},
             "POST /v1/adopted-images"
             R"( {"name":"granite","architecture":"ppc64","init":"/sbin/init"})",
             done("adopted"),
             "adopted\n"},
            {{"blade", "adopt", "b1", "granite"},
             "POST /v1/adopted-blade-images" + of_blade,
             done("adopted"),
             "adopted\n"},
            {{"override", "list", "b1", "--image", "granite"},
             R"(POST /v1/overrides/look {"blades":["s01c1b01"],"image":"granite"})",
             to_json(overrides),
             "/etc/motd"},
            {{"override", "show", "b1", "/etc/motd"},
             R"(POST /v1/overrides/look {"blades":["s01c1b01"],"path":"/etc/motd"})",
             to_json(overrides),
             "  | welcome"},
            {{"override", "apply", "b1", "--dry-run"},
             R"(POST /v1/overrides/look {"blades":["s01c1b01"]})",
             to_json(overrides),
             "the blade changed it"},
            {{"firewall", "show"},
             "GET /v1/firewall",
             to_json(api::Firewall{"table inet dim {\n", true, true, {}}),
             "table inet dim"},
            {{"firewall", "apply"}, "PUT /v1/firewall", done("in force"), "in force\n"},
            {{"firewall", "remove"}, "DELETE /v1/firewall", done("removed"), "removed\n"},
            {{"nfs", "export", "b1", "granite"},
             "PUT /v1/exports" + of_blade,
             done("exported"),
             "exported\n"},
            {{"nfs", "unexport", "b1", "granite"},
             "DELETE /v1/exports" + of_blade,
             done("gone"),
             "gone\n"},
            {{"nfs", "show"},
             "GET /v1/exports",
             to_json(api::NfsExportList{{{"/blades", "/x", "10.1.1.11", true}}}),
             "read/write"},
            {{"buildzimage", "granite", "--option", "quiet"},
             R"(POST /v1/boot-files {"image":"granite","options":["quiet"]})",
             done("built"),
             "built\n"},
            {{"dhcp", "assign", "b1", "granite"},
             "PUT /v1/assignments" + of_blade,
             done("assigned"),
             "assigned\n"},
            {{"dhcp", "unassign", "b1"},
             R"(DELETE /v1/assignments {"blades":["s01c1b01"]})",
             done("taken"),
             "taken\n"},
            {{"dhcp", "show"}, "GET /v1/dhcp", to_json(api::DhcpHostList{}), ""},
            {{"dns", "render", "--zone", "forward"},
             "GET /v1/cluster",
             to_json(revision),
             "s01c1b01"},
            {{"cluster", "check"}, "GET /v1/cluster", to_json(revision), "no errors"},
            {{"cluster", "explain", "b1"},
             "GET /v1/macs",
             to_json(api::MacList{3,
                                  {{.blade = *model::ComponentName::parse("s01c1b01"),
                                    .unused = api::samples::mac(),
                                    .unused_source = "csv"}}}),
             "instead of 52:54:00:01:01:01: learned by csv"},
            {{"cluster", "names", "s01"},
             R"(POST /v1/names {"range":"s01","role":"blade"})",
             blade_names({"s01c1b01"}),
             "s01c1b01\n"},
            {{"cluster", "show"}, "GET /v1/cluster", to_json(revision), "revision 7"},
            {{"cluster", "history"},
             "GET /v1/cluster/revisions",
             to_json(api::ClusterRevisionList{{revision}}),
             "7"},
            {{"cluster", "reload"}, "POST /v1/cluster/reload", done("reloaded"), "reloaded\n"},
        };
    }

    /// "GET /v1/status" of "GET /v1/status {…}".
    static std::string target_of(const std::string& request) {
        return request.substr(0, request.find(" {"));
    }

    const api::ClusterRevision revision{.number = 7,
                                        .time = kNow,
                                        .origin = "x",
                                        .sha256 = "ab",
                                        .blades = 7,
                                        .is_in_force = true,
                                        .xml = std::string(sample::kClusterXml)};
    dim::testing::TemporaryDirectory directory;
    FakeDaemon daemon;
};

TEST_F(EveryCommand, SaysThatThereIsNoDaemon) {
    for (const Example& example : examples()) {
        std::vector<std::string> words{"--socket", "/nonexistent/api.sock"};
        words.insert(words.end(), example.words.begin(), example.words.end());
        ::testing::internal::CaptureStderr();
        EXPECT_EQ(run_command_line(command_table(), words), ExitCode::no_daemon);
        EXPECT_THAT(::testing::internal::GetCapturedStderr(),
                    StartsWith("dim: no image-server daemon answers at /nonexistent/api.sock"));
    }
}

/// Also when the daemon's words are those of dim itself: exit codes are not found in texts.
TEST_F(EveryCommand, SaysWhyTheDaemonRefused) {
    for (const Example& example : examples()) {
        daemon.prepare(target_of(example.request),
                       Error(ErrorCode::unavailable, "no image-server daemon answers"));
        const CommandEnd end = run_command(daemon, example.words);
        EXPECT_EQ(end.code, ExitCode::failed) << example.request;
        EXPECT_EQ(end.errors, "dim: no image-server daemon answers\n");
        daemon.prepare(target_of(example.request),
                       Error(ErrorCode::conflict, "busy")
                           .with_cure("nothing was changed; --yes does it without a question"));
        EXPECT_EQ(run_command(daemon, example.words).code, ExitCode::failed) << example.request;
        daemon.prepare("POST /v1/names", blade_names({"s01c1b01"}));
        daemon.prepare("GET /v1/servers", R"({"servers":[]})");
        daemon.prepare("GET /v1/cluster", to_json(revision));
    }
}

TEST_F(EveryCommand, AsksForWhatWasMeantAndPrintsTheAnswer) {
    for (const Example& example : examples()) {
        daemon.prepare(target_of(example.request), example.answer);
        const CommandEnd end = run_command(daemon, example.words);
        EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
        EXPECT_THAT(end.output, HasSubstr(example.output));
        EXPECT_EQ(daemon.requests().back(), example.request);
    }
}

TEST_F(EveryCommand, IsHereOrHasATestOfItsOwn) {
    std::set<std::string> tested{
        "cluster apply",    "cluster diff",   "cluster rollback", "dhcp render",
        "deploy",           "undeploy",       "syncit",           "sync status",
        "sync explain",     "sync undo",  // with a file, or more requests than one
        "bctool",           "bcadmin",    // ask no daemon: chassis_daemon_test
        "changeset create", "changeset show", "changeset apply",  "changeset verify"};
    tested.insert({"power", "console"});  // power_daemon_test, console_daemon_test
    tested.insert({"blade discover", "blade learn"});
    for (const Example& example : examples()) {
        tested.insert(example.words.front());
        if (example.words.size() > 1) tested.insert(example.words[0] + ' ' + example.words[1]);
    }
    for (const Command& command : command_table().commands)
        EXPECT_TRUE(tested.contains(full_name(command))) << full_name(command);
}

}  // namespace
}  // namespace dim::tool
