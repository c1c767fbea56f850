#pragma once

#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/agent_resource.hpp"
#include "imageserver/api/status_resource.hpp"
#include "imageserver/blade/refusals.hpp"
#include "imageserver/cluster/cluster_start.hpp"
#include "imageserver/cluster/sample_cluster_xml.hpp"
#include "imageserver/edit/edit_fixture.hpp"
#include "libdim/api/agent_port.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/atomic_write.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <memory>
#include <unistd.h>

namespace dim::server {

/// The whole API over a server whose only fakes are those of EditFixture.
class ApiFixture : public EditFixture {
protected:
    ApiFixture()
        : EditFixture({kNfsMigration, kClusterMigration, kOverrideMigration, kPeerMigration,
                       kDefinitionDebtMigration, kSyncJournalMigration, kSyncBoundsMigration,
                       kLearnedMacMigration, kChassisMigration}) {
        EXPECT_TRUE(sys::write_file_atomically(cluster_file(), samples::cluster_xml(2)));
        EXPECT_TRUE(start_cluster(
            revisions, cluster_file(), [](const cluster::Definition&) { return Result<void>(); },
            samples::at(0)));
        router.on_unknown([this](const http::Peer& peer, std::string_view text) {
            refusals.note(peer, http::Refusal::malformed, text);
        });
        agent_resource.add_routes(router);
        status_resource.add_routes(router);
        add_admin_routes(router, admin);
    }
    ~ApiFixture() override { lanes.finish(); }

    static http::Peer root() {
        return {.credentials = sys::PeerCredentials{.pid = 1, .uid = 0, .gid = 0}, .address = 0};
    }
    static http::Peer user(uid_t uid) {
        return {.credentials = sys::PeerCredentials{.pid = 1, .uid = uid, .gid = 0}, .address = 0};
    }
    static http::Peer at_address(model::Ipv4Address address) {
        return {.credentials = {}, .address = address.value(), .port = api::kFirstAgentSourcePort};
    }
    static http::Peer agent() { return at_address(samples::blade_address()); }

    /// What the router answers; the parts of a stream in one body.
    http::Response call(http::Method method, const std::string& target, const std::string& body,
                        const http::Peer& peer) {
        http::Request request;
        request.method = method;
        request.target = target;
        request.body = body;
        http::Response response;
        loop.restart();
        boost::asio::co_spawn(loop, collect(request, peer, response),
                              [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
        loop.run();
        return response;
    }
    /// A request that is not answered yet, perhaps.
    struct PendingCall {
        http::Request request;
        http::Peer peer;
        http::Response response = {};
        bool is_answered = false;
    };
    /// Asks without waiting for the answer; run_until() goes on with it.
    std::shared_ptr<PendingCall> begin_call(http::Method method, const std::string& target,
                                            const std::string& body, const http::Peer& peer) {
        auto pending = std::make_shared<PendingCall>();
        pending->request.method = method;
        pending->request.target = target;
        pending->request.body = body;
        pending->peer = peer;
        boost::asio::co_spawn(loop, collect(pending->request, pending->peer, pending->response),
                              [pending](const std::exception_ptr& error) {
                                  EXPECT_FALSE(error);
                                  pending->is_answered = true;
                              });
        return pending;
    }
    template <class Predicate>
    void run_until(Predicate is_so) {
        loop.restart();
        const auto keep_running = boost::asio::make_work_guard(loop);
        while (!is_so())
            loop.run_one();
    }
    http::Response get(const std::string& target) {
        return call(http::Method::get, target, "", root());
    }
    /// The lines of a job.
    std::vector<api::JobLine> lines_of_job(http::Method method, const std::string& target,
                                           const std::string& body) {
        const auto response = call(method, target, body, root());
        EXPECT_EQ(response.status, 200) << response.body;
        EXPECT_EQ(response.content_type, "application/x-ndjson");
        std::vector<api::JobLine> lines;
        for (const std::string_view line : split(trim(response.body), '\n'))
            lines.push_back(api::parse<api::JobLine>(line).value());
        return lines;
    }
    /// Its last line.
    api::JobLine run_job(http::Method method, const std::string& target, const std::string& body) {
        return lines_of_job(method, target, body).back();
    }
    /// Begins a job whose asker goes away after its first words, which are FIRST.
    void begin_job(http::Method method, const std::string& target, const std::string& body,
                   const std::string& first) {
        stop_after_part = true;
        EXPECT_TRUE(call(method, target, body, root()).body.contains(first));
        stop_after_part = false;
    }
    http::Response post_as_agent(const std::string& target, const std::string& body) {
        return call(http::Method::post, target, body, agent());
    }
    template <class Message>
    static Message read(const http::Response& response) {
        auto message = api::parse<Message>(response.body);
        EXPECT_TRUE(message) << response.status << ' ' << response.body;
        return *std::move(message);
    }
    /// The kinds of the alerts there are.
    std::vector<std::string> alert_kinds() const {
        std::vector<std::string> kinds;
        for (const api::Alert& alert : alerts.alerts())
            kinds.push_back(alert.kind);
        return kinds;
    }

    std::string cluster_file() const { return database.directory() + "/cluster.xml"; }
    /// Seconds of samples::at().
    double seconds() const {
        return static_cast<double>(clock.now().uptime_us - samples::at(0).uptime_us) / 1e6;
    }
    void pass(double seconds) { clock.time = samples::at(this->seconds() + seconds); }
    /// The blade can boot.
    void make_ready() {
        add_image();
        add_blade_image(samples::blade());
        add_boot_file();
        ASSERT_TRUE(finish(
            export_edits.export_images({samples::image(), {samples::blade()}}, no_progress)));
        ASSERT_TRUE(
            assignments.assign(std::array{samples::blade()}, samples::image(), clock.now()));
    }

    Refusals refusals{alerts, journal, roster, clock};
    ClusterRevisions revisions{database.get()};
    ClusterEdits cluster_edits{cluster_file(),
                               roster,
                               revisions,
                               appliers,
                               ChangeWarnings(roster, assignments, journal, images),
                               journal,
                               alerts,
                               clock};
    /// There is no nft, so that no test changes this machine.
    BootnetFirewall firewall{
        {.directory = database.directory() + "/services/firewall",
         .bootnet = cluster::bootnet_of(*roster.definition(), roster.server()).value(),
         .program = "/nonexistent/nft"}};
    tls::Random random = tls::Random::create().value();
    Identity identity = Identity::open(random,
                                       {.directory = database.directory() + "/identity",
                                        .cluster = "demo",
                                        .server = roster.server(),
                                        .addresses = {samples::server_address()}},
                                       clock.now().time.microseconds() / 1'000'000)
                            .value();
    AuthorityEdits authority_edits{identity, boot_files, journal, roster, clock};
    Overrides overrides{{.directory = database.directory() + "/overrides",
                         .keys_directory = database.directory() + "/keys"},
                        database.get(),
                        roster,
                        clock};
    OverrideEdits override_edits{overrides, images, edited_blades};
    RenameEdits rename_edits{images, boot_files, assignments, database.directory() + "/overrides",
                             edited_blades};
    BladeLooks looks{{.images = images,
                      .assignments = assignments,
                      .overrides = overrides,
                      .database = database.get(),
                      .state_directory = database.directory()}};
    MacEdits mac_edits{roster, database.get(), alerts, edited_blades};
    Lanes lanes;
    BladeCommands commands{"/nonexistent/blade-exec", images, assignments,
                           EditedBlades(roster, journal, clock), sys::pipe().value()};
    NameQuery names{roster, assignments, journal};
    RestartQuery restarts{roster, assignments, journal, images,
                          [this](const auto& image, auto generation) {
                              return boot_files.of_generation(image, generation);
                          }};
    JobStream jobs{loop.get_executor(), appliers};
    BootPlanner planner{samples::server_address(), assignments, images, services.nfs()};
    BladeNews news;
    SyncEdits sync_edits{images,
                         overrides,
                         EditedBlades(roster, journal, clock),
                         {.offer_shared_roots = [this] { return services.exports().apply(); },
                          .name_boot_files = [] {},
                          .tell_blade = [this](const auto& blade) { news.tell(blade); }}};
    ConflictEdits conflict_edits{images, overrides, edited_blades};
    LoggedSyncs syncs{sync_edits, images, database.get(), EditedBlades(roster, journal, clock)};
    AgentResource agent_resource{planner, roster, journal, refusals, clock, lanes, news};
    DiskWatch disk{
        {database.directory(), Provisioning::reserved()}, images, database.get(), alerts, clock};
    ChassisKnowledge chassis{database.get()};
    StatusResource status_resource{{.services = services,
                                    .roster = roster,
                                    .assignments = assignments,
                                    .images = images,
                                    .boot_files = boot_files,
                                    .journal = journal,
                                    .alerts = alerts,
                                    .disk = disk,
                                    .chassis = chassis,
                                    .clock = clock},
                                   lanes.answers};
    Membership membership{
        {.cluster = "demo", .listening = {}}, database.get(), random, roster, clock};
    ClusterRollout rollout{roster.server(),
                           cluster_edits,
                           [](const ClusterRollout::Edit& edit) { return edit(); },
                           membership,
                           database.get(),
                           alerts,
                           clock};
    IncomingEdits incoming_edits{images, boot_files, database.directory()};
    ServerSyncs server_syncs{
        images,
        membership,
        roster,
        {.state_directory = database.directory(),
         .post_on_image = [this](const model::ImageName& image, std::function<void()> work) {
             boost::asio::post(lanes.images.of(image), std::move(work));
         }}};
    AdminResource admin{.image_edits = image_edits,
                        .export_edits = export_edits,
                        .assignment_edits = assignment_edits,
                        .mac_edits = mac_edits,
                        .cluster_edits = cluster_edits,
                        .firewall = firewall,
                        .commands = commands,
                        .authority_edits = authority_edits,
                        .override_edits = override_edits,
                        .rename_edits = rename_edits,
                        .syncs = syncs,
                        .conflict_edits = conflict_edits,
                        .incoming_edits = incoming_edits,
                        .server_syncs = server_syncs,
                        .looks = looks,
                        .checks = checks,
                        .membership = membership,
                        .rollout = rollout,
                        .images = images,
                        .boot_files = boot_files,
                        .dhcp = services.dhcp(),
                        .exports = services.exports(),
                        .names = names,
                        .restarts = restarts,
                        .jobs = jobs,
                        .lanes = lanes,
                        .clock = clock};
    Router router{[](const http::Peer& peer) { return is_local_administrator(peer, 1000); }};
    bool stop_after_part = false;
    const std::string one_blade = R"({"image":"granite","blades":["s01c1b01"]})";

private:
    boost::asio::awaitable<void> collect(const http::Request& request, const http::Peer& peer,
                                         http::Response& response) {
        http::Reply reply = co_await router.handle(request, peer);
        response = reply.response;
        while (reply.parts) {
            const auto part = co_await reply.parts();
            if (!part) break;
            response.body += *part;
            if (stop_after_part) break;
        }
    }
};

}  // namespace dim::server
