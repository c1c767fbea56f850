#include "libdim/api/message_samples.hpp"
#include "libdim/api/server_messages.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/file.hpp"
#include "tools/running_command.hpp"
#include "tools/sample_cluster.hpp"

#include <sys/stat.h>

#include <gmock/gmock.h>

/// `dim blade discover` and `dim blade learn`; the chassis is asked in discover_daemon_test.
namespace dim::tool {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const model::Timestamp kThen = *model::Timestamp::parse("2026-11-20T13:40:00.000000Z");

model::ComponentName component(const std::string& text) {
    return model::ComponentName::parse(text).value();
}
model::MacAddress mac(int last) {
    return model::MacAddress::parse("02:00:00:00:00:0" + std::to_string(last)).value();
}

/// A cluster whose definition gives s01c1b01 a MAC; s01c1b02 and s01c2b01 have learned theirs.
class BladeDiscover : public ::testing::Test {
protected:
    BladeDiscover() {
        std::string xml(sample::kClusterXml);
        for (const char* blade : {"s01c1b02", "s01c2b01", "s02c1b01", "s02c1b02"}) {
            const std::size_t at = xml.find("  <set for=\"" + std::string(blade));
            xml.erase(at, xml.find('\n', at) + 1 - at);
        }
        const std::string_view defined = R"( mac="00:0d:60:1e:ca:04")";
        xml.erase(xml.find(defined), defined.size());
        daemon.prepare_cluster(xml);
        daemon.prepare(
            "GET /v1/macs",
            to_json(api::MacList{41,
                                 {{.blade = component("s01c1b01"),
                                   .mac = model::MacAddress::parse("00:0d:60:1e:ca:01").value(),
                                   .source = "definition"},
                                  {.blade = component("s01c1b02"), .mac = mac(2), .source = "csv"},
                                  {.blade = component("s01c2b01"), .mac = mac(3), .source = "csv"},
                                  {.blade = component("s01c2b02")}}}));
        daemon.prepare("PUT /v1/macs", "{\"done\":\"the MACs changed\"}\n");
        name_blades({"s01c1b02", "s01c2b01"});
    }
    void name_blades(const std::vector<std::string>& names) {
        daemon.prepare("POST /v1/names", blade_names(names));
    }
    CommandEnd discover(const std::vector<std::string>& more) {
        std::vector<std::string> words{"blade", "discover", "all", "--yes"};
        words.insert(words.end(), more.begin(), more.end());
        return run_command(daemon, words);
    }
    CommandEnd discover_csv(const std::string& lines, const std::vector<std::string>& more = {}) {
        EXPECT_TRUE(sys::write_file_atomically(directory / "macs.csv", lines));
        std::vector<std::string> words{"--plugin", "csv", "--file", directory / "macs.csv"};
        words.insert(words.end(), more.begin(), more.end());
        return discover(words);
    }
    CommandEnd discover_by(const std::string& script, mode_t mode = 0755) {
        const std::string path = directory / "script";
        EXPECT_TRUE(sys::write_file_atomically(path, "#!/bin/sh\n" + script, 0755));
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return discover({"--plugin", "script", "--plugins", directory.path()});
    }
    std::string last_request() const { return daemon.requests().back(); }

    dim::testing::TemporaryDirectory directory;
    FakeDaemon daemon;
};

TEST_F(BladeDiscover, AFailedPluginTeachesNothing) {
    const CommandEnd failed = discover_by("echo 'the chassis\033[2J burns' >&2\n"
                                          R"(echo '{"name":"s01c1b02","mac":"02:00:00:00:00:09"}')"
                                          "\nexit 3\n");
    EXPECT_EQ(failed.code, ExitCode::failed);
    EXPECT_THAT(failed.errors, StartsWith("the chassis?[2J burns\n"));
    EXPECT_THAT(failed.errors, HasSubstr("exit code 3; nothing was learned"));
    EXPECT_THAT(daemon.requests(), Not(Contains(StartsWith("PUT"))));
    EXPECT_EQ(discover_by("kill -9 $$").code, ExitCode::failed);
}

TEST_F(BladeDiscover, APluginIsNotToldTheCredentialsThatWeWereGiven) {
    ASSERT_EQ(::setenv("DIM_MM_COMMUNITY", "secretword", 1), 0);
    const CommandEnd end = discover_by("env >&2");
    EXPECT_EQ(::unsetenv("DIM_MM_COMMUNITY"), 0);
    EXPECT_THAT(end.errors, HasSubstr("PATH="));
    EXPECT_THAT(end.errors, Not(HasSubstr("secretword")));
}

TEST_F(BladeDiscover, RefusesAPluginThatOthersMayChangeOrThatIsNone) {
    const CommandEnd writable = discover_by("exit 0", 0777);
    EXPECT_EQ(writable.code, ExitCode::failed);
    EXPECT_THAT(writable.errors, HasSubstr("chmod go-w"));
    EXPECT_EQ(discover_by("exit 0", 0644).code, ExitCode::usage);
    for (const char* name : {"nothing", "../script", "", "."})
        EXPECT_EQ(discover({"--plugin", name, "--plugins", directory.path()}).code, ExitCode::usage)
            << name;
    EXPECT_THAT(discover({"--plugin", "x", "--plugins", directory.path()}).errors,
                HasSubstr("bladecenter-snmp, csv, dhcp-log, script"));
}

TEST_F(BladeDiscover, EndsAPluginThatTakesTooLong) {
    EXPECT_TRUE(sys::write_file_atomically(directory / "slow", "#!/bin/sh\nsleep 1000\n", 0755));
    const CommandEnd end =
        discover({"--plugin", "slow", "--plugins", directory.path(), "--time-limit", "1"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.errors, HasSubstr("still running after its time"));
}

TEST_F(BladeDiscover, AWrongLineIsItsBladesFailureOnly) {
    const CommandEnd end = discover_by(R"(echo '{"name":"s01c1b02","mac":"x"}'
echo 'no JSON'
echo '{"name":"s01c2b01","mac":"02:00:00:00:00:09","module":"s01c2mm","bay":1}')");
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.errors, HasSubstr("s01c1b02: the plug-in's mac: 'x'"));
    EXPECT_THAT(end.errors, HasSubstr("line 2: "));
    EXPECT_EQ(last_request(),
              R"(PUT /v1/macs {"source":"script","changes":[{"blade":"s01c2b01",)"
              R"("mac":"02:00:00:00:00:09","place":{"module":"s01c2mm","bay":1}}],"base":41})");
}

TEST_F(BladeDiscover, APluginGetsWhatIsKnownOfEachBlade) {
    ASSERT_EQ(discover_by("cat >" + directory / "heard").code, ExitCode::ok);
    const std::string heard = sys::read_file(directory / "heard").value();
    EXPECT_THAT(heard,
                StartsWith(R"({"name":"s01c1b02","linear":"b2","type":"js20","server":"s01",)"
                           R"("address":"10.1.1.12","mac":"02:00:00:00:00:02",)"
                           R"("module":"s01c1mm","bay":2,"module_address":"10.200.1.1",)"
                           R"("module_port":161})"
                           "\n"));
}

TEST_F(BladeDiscover, TwoThatWereExchangedAreOneTransaction) {
    const CommandEnd end =
        discover_csv("# exchanged\nb2, 02:00:00:00:00:03\ns01c2b01,02:00:00:00:00:02\n");
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_THAT(end.output, HasSubstr("exchanged with s01c2b01"));
    EXPECT_THAT(end.output, HasSubstr("the MACs changed\n"));
    EXPECT_EQ(last_request(), R"(PUT /v1/macs {"source":"csv","changes":[)"
                              R"({"blade":"s01c1b02","mac":"02:00:00:00:00:03"},)"
                              R"({"blade":"s01c2b01","mac":"02:00:00:00:00:02"}],"base":41})");
}

TEST_F(BladeDiscover, WithASilentServerSomebodyHasToSayYes) {
    api::ServerList list;
    for (const char* name : {"s01", "s02"})
        list.servers.push_back(
            {.name = component(name), .state = "member", .endpoint = {}, .joined = {}});
    list.servers[0].state = "here";
    daemon.prepare("GET /v1/servers", to_json(list));
    const CommandEnd end = discover_csv("s01c1b02,02:00:00:00:00:09\n");
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.output, HasSubstr("02:00:00:00:00:09")) << "it is shown";
    EXPECT_THAT(end.errors, HasSubstr("no answer from s02: a MAC may be another blade's there"));
    EXPECT_THAT(daemon.requests(), Not(Contains(StartsWith("PUT"))));
    EXPECT_EQ(discover_csv("s01c1b02,02:00:00:00:00:02\n").code, ExitCode::ok)
        << "nothing is to be learned";
}

TEST_F(BladeDiscover, OfABladeThatRunsItIsToldWhatItWouldLose) {
    api::BladeStatus running{.name = component("s01c1b02"),
                             .type = model::BladeType::js20,
                             .address = model::Ipv4Address::parse("10.1.1.12").value(),
                             .state = model::BladeState::running,
                             .age_seconds = 4};
    api::BladeStatus other = running;
    other.name = component("s01c2b01");
    daemon.prepare("GET /v1/status", to_json(api::ClusterStatus{.server = component("s01"),
                                                                .version = "0.1.0",
                                                                .now = kThen,
                                                                .since = kThen,
                                                                .blades = {running, other},
                                                                .services = {},
                                                                .alerts = {}}));
    EXPECT_EQ(
        discover_csv("s01c1b02,02:00:00:00:00:09\ns01c2b01,02:00:00:00:00:03\n").errors,
        "s01c1b02 runs, heard 4.0 s ago: if that is still the board that it had, it loses its "
        "root file system\n");
}

TEST_F(BladeDiscover, ADryRunAndNoAnswerChangeNothing) {
    const std::string lines = "s01c1b02,02:00:00:00:00:09\n";
    const CommandEnd dry = discover_csv(lines, {"--dry-run", "--json"});
    EXPECT_EQ(dry.code, ExitCode::ok) << dry.errors;
    EXPECT_EQ(dry.output, R"({"blades":[{"blade":"s01c1b02","change":"changed",)"
                          R"("mac":"02:00:00:00:00:09","before":"02:00:00:00:00:02"},)"
                          R"({"blade":"s01c2b01","change":"untold","before":"02:00:00:00:00:03"}],)"
                          R"("applied":false})"
                          "\n");
    const CommandEnd asked = run_command(
        daemon, {"blade", "discover", "--plugin", "csv", "--file", directory / "macs.csv"});
    EXPECT_EQ(asked.code, ExitCode::not_confirmed);
    EXPECT_THAT(daemon.requests(), Not(Contains(StartsWith("PUT"))));
    EXPECT_EQ(discover({"--plugin", "csv"}).code, ExitCode::usage) << "which file?";
}

/// Who asks for an address and is nobody's; it is twenty to two.
class BladeDiscoverFromDhcp : public BladeDiscover {
protected:
    /// Each with the moment it asked first, and when it did last.
    struct Asking {
        int number;
        const char* first;
        model::Timestamp last = kThen;
    };
    void ask_for_address(const std::vector<Asking>& all) {
        api::ClusterStatus status{.server = component("s01"),
                                  .version = "0.1.0",
                                  .now = kThen,
                                  .since = kThen,
                                  .blades = {},
                                  .services = {},
                                  .alerts = {}};
        for (const Asking& each : all)
            status.alerts.push_back({*model::Timestamp::parse(each.first),
                                     each.last,
                                     1,
                                     "unknown-mac",
                                     to_string(mac(each.number)),
                                     "asked",
                                     {}});
        status.alerts.push_back({kThen, kThen, 1, "tls", to_string(mac(1)), "other", {}});
        daemon.prepare("GET /v1/status", to_json(status));
    }
    CommandEnd look(const std::vector<std::string>& more = {}) {
        std::vector<std::string> words{"--plugin", "dhcp-log", "--dry-run", "--json"};
        words.insert(words.end(), more.begin(), more.end());
        return discover(words);
    }

    static constexpr const char* kYesterday = "2026-11-19T13:40:00.000000Z";
    static constexpr const char* kEarly = "2026-11-20T13:30:00.000000Z";
    static constexpr const char* kLate = "2026-11-20T13:35:00.000000Z";
};

TEST_F(BladeDiscoverFromDhcp, DoesNotGuess) {
    ask_for_address({});
    EXPECT_THAT(look().errors, HasSubstr("no unknown blade asked"));
    ask_for_address({{1, kYesterday, *model::Timestamp::parse("2026-11-20T12:00:00.000000Z")}});
    EXPECT_THAT(look().errors, HasSubstr("no unknown blade asked")) << "long ago";
    ask_for_address({{8, kLate}});
    EXPECT_THAT(look().errors, HasSubstr("2 blades named, and 1 asked"));
    ask_for_address({{8, kLate}, {9, kEarly}});
    EXPECT_THAT(look().errors, HasSubstr("nobody can tell"));
    const CommandEnd in_order = look({"--in-order"});
    EXPECT_EQ(in_order.code, ExitCode::ok) << in_order.errors;
    EXPECT_THAT(in_order.output,
                HasSubstr(R"("s01c1b02","change":"changed","mac":"02:00:00:00:00:09")"));
    name_blades({"s01c2b02"});
    ask_for_address({{7, kLate}});
    EXPECT_THAT(look().output, HasSubstr(R"("s01c2b02","change":"new","mac":"02:00:00:00:00:07")"));
}

TEST_F(BladeDiscoverFromDhcp, WhoAsksSinceLongAgoLeavesNothingCertain) {
    ask_for_address({{8, kYesterday}, {9, kLate}});
    const CommandEnd shifted = look({"--in-order"});
    EXPECT_EQ(shifted.code, ExitCode::failed);
    EXPECT_EQ(shifted.output, "");
    EXPECT_THAT(shifted.errors, HasSubstr("02:00:00:00:00:08 asks since 2026-11-19T13:40"));
    EXPECT_THAT(shifted.errors, HasSubstr("dim blade learn BLADE MAC"));
    name_blades({"s01c2b02"});
    ask_for_address({{8, kYesterday}});
    EXPECT_EQ(look().code, ExitCode::failed);
}

TEST_F(BladeDiscoverFromDhcp, IsLearnedOnlyAfterSomebodyLooked) {
    name_blades({"s01c2b02"});
    ask_for_address({{7, kLate}});
    const CommandEnd unseen = discover({"--plugin", "dhcp-log"});
    EXPECT_EQ(unseen.code, ExitCode::usage);
    EXPECT_THAT(unseen.errors, HasSubstr("any host of the bootnet"));
    EXPECT_THAT(unseen.errors, HasSubstr("dim blade learn BLADE MAC"));
    EXPECT_THAT(daemon.requests(), Not(Contains(StartsWith("PUT"))));
}

TEST_F(BladeDiscover, LearnTakesOneOrForgetsIt) {
    name_blades({"s01c2b02"});
    const auto learn = [&](const std::vector<std::string>& more) {
        std::vector<std::string> words{"blade", "learn", "s01c2b02"};
        words.insert(words.end(), more.begin(), more.end());
        return run_command(daemon, words);
    };
    EXPECT_EQ(learn({}).code, ExitCode::usage);
    EXPECT_EQ(learn({"--forget", "02:00:00:00:00:09"}).code, ExitCode::usage);
    EXPECT_EQ(learn({"01:00:00:00:00:09"}).code, ExitCode::usage) << "multicast";
    const CommandEnd taken = learn({"02:00:00:00:00:02"});
    EXPECT_EQ(taken.code, ExitCode::failed);
    EXPECT_THAT(taken.errors, HasSubstr("02:00:00:00:00:02 is that of s01c1b02"));
    EXPECT_THAT(learn({"00:0d:60:1e:ca:01"}).errors, HasSubstr("as the cluster definition says"));
    EXPECT_THAT(daemon.requests(), Not(Contains(StartsWith("PUT"))));
    EXPECT_EQ(learn({"02:00:00:00:00:09"}).output, "the MACs changed\n");
    EXPECT_EQ(last_request(), R"(PUT /v1/macs {"source":"learn","changes":[{"blade":"s01c2b02",)"
                              R"("mac":"02:00:00:00:00:09"}],"base":41})");
    EXPECT_EQ(learn({"--forget"}).code, ExitCode::ok);
    EXPECT_EQ(last_request(),
              R"(PUT /v1/macs {"source":"learn","changes":[{"blade":"s01c2b02"}],"base":41})");
    name_blades({"s01c1b02"});
    EXPECT_EQ(learn({"02:00:00:00:00:02"}).output,
              "02:00:00:00:00:02 is the MAC of s01c1b02 already\n");
    name_blades({"s01c1b01"});
    EXPECT_THAT(learn({"02:00:00:00:00:09"}).errors, HasSubstr("the cluster definition says"));
}

TEST_F(BladeDiscover, NamesTellWhereAMacComesFrom) {
    name_blades({"s01c1b01", "s01c1b02", "s02c1b01"});
    const CommandEnd end = run_command(daemon, {"cluster", "names", "all", "--macs"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_THAT(end.output, HasSubstr("s01c1b01  00:0d:60:1e:ca:01  definition"));
    EXPECT_THAT(end.output, HasSubstr("s01c1b02  02:00:00:00:00:02  csv"));
    EXPECT_THAT(end.output, HasSubstr("s02c1b01  -"));
    EXPECT_THAT(run_command(daemon, {"cluster", "explain", "s01c1b02"}).output,
                HasSubstr("mac: 02:00:00:00:00:02\n    learned by csv\n"));
}

}  // namespace
}  // namespace dim::tool
