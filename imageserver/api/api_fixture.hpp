#pragma once

#include "imageserver/administration/fake_modules.hpp"
#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/agent_resource.hpp"
#include "imageserver/api/job_stream.hpp"
#include "imageserver/api/status_resource.hpp"
#include "imageserver/blade/test_database.hpp"
#include "imageserver/cluster/cluster_start.hpp"
#include "imageserver/cluster/sample_cluster_xml.hpp"
#include "libdim/sys/atomic_write.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim::server {

/// The whole API over a database of its own; only the modules behind it are fakes.
class ApiFixture : public ::testing::Test {
protected:
    ApiFixture() {
        EXPECT_TRUE(sys::write_file_atomically(cluster_file(), samples::cluster_xml(2)));
        EXPECT_TRUE(start_cluster(
            revisions, cluster_file(), [](const cluster::Definition&) { return Result<void>(); },
            samples::at(0)));
        router.on_unknown([this](const http::Peer& peer, std::string_view text) {
            refusals.note(peer, http::Refusal::malformed, text);
        });
        agent_resource.add_routes(router);
        status_resource.add_routes(router);
        add_image_routes(router, admin);
        add_blade_image_routes(router, admin);
        add_export_routes(router, admin);
        add_assignment_routes(router, admin);
        add_boot_file_routes(router, admin);
        add_cluster_routes(router, admin);
        add_name_routes(router, admin);
    }
    ~ApiFixture() override {
        jobs.join();
        workers.join();
    }

    static http::Peer root() {
        return {.credentials = sys::PeerCredentials{.pid = 1, .uid = 0, .gid = 0}, .address = 0};
    }
    static http::Peer user(uid_t uid) {
        return {.credentials = sys::PeerCredentials{.pid = 1, .uid = uid, .gid = 0}, .address = 0};
    }
    static http::Peer at_address(model::Ipv4Address address) {
        return {.credentials = {}, .address = address.value()};
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
    http::Response get(const std::string& target) {
        return call(http::Method::get, target, "", root());
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
    model::Timestamp time() const { return samples::at(modules.now); }
    BootPlanFacts facts(const RosterEntry& entry) {
        const auto access = modules.modules();
        const auto missing = fail(ErrorCode::not_found, "no such thing");
        BootPlanFacts facts{.blade = entry.blade.name,
                            .server = samples::server_address(),
                            .assigned = assignments.image_of(entry.blade.name).value(),
                            .image = missing,
                            .blade_image = missing,
                            .served = missing};
        if (!facts.assigned) return facts;
        facts.image = access.image(*facts.assigned);
        facts.blade_image = access.blade_image(entry.blade.name, *facts.assigned);
        if (modules.offered.contains({entry.blade.name, *facts.assigned})) facts.served = {};
        return facts;
    }
    /// The blade can boot.
    void make_ready() {
        modules.add_image();
        modules.add_blade_image(samples::blade());
        modules.add_boot_file();
        modules.offered.insert({samples::blade(), samples::image()});
        ASSERT_TRUE(assignments.assign(std::array{samples::blade()}, samples::image(), time()));
    }

    FakeModules modules;
    TestDatabase database{{kClusterMigration}};
    Roster roster = samples::roster();
    Assignments assignments{database.get()};
    BladeLog log{database.get(), samples::at(0)};
    AlertLog alerts = AlertLog::open(database.get()).value();
    boost::asio::io_context loop{1};
    boost::asio::thread_pool jobs{1};
    boost::asio::thread_pool workers{1};
    Administration administration{modules.modules(), roster, assignments, log};
    RefusalLog refusals{alerts, log, roster, [this] { return time(); }};
    ServiceApplier services{loop.get_executor(), jobs, modules.services(administration)};
    ClusterRevisions revisions{database.get()};
    ClusterAdministration cluster{
        {.apply_services = [this] { return services.apply_all(); },
         .reloads = [](const cluster::Definition&) -> Result<std::vector<std::string>> {
             return {{"dhcpd"}};
         },
         .warnings = [](const cluster::Definition&) -> Result<std::vector<std::string>> {
             return std::vector<std::string>();
         },
         .on_in_force = [] {},
         .now = [this] { return time(); }},
        cluster_file(),
        roster,
        revisions,
        log};
    NameQuery names{roster, assignments, log};
    JobStream job_stream{loop.get_executor(), jobs, services};
    AgentResource agent_resource{
        {.facts = [this](const RosterEntry& entry) { return facts(entry); },
         .make_token = [] { return Result<std::string>("0123456789abcdef0123456789abcdef"); },
         .clock = [this] { return time(); }},
        roster,
        log,
        refusals,
        workers};
    StatusResource status_resource{{.services = [] { return std::vector<api::ServiceStatus>{}; },
                                    .clock = [this] { return time(); }},
                                   roster,
                                   assignments,
                                   log,
                                   alerts};
    AdminResource admin{.administration = administration,
                        .cluster = cluster,
                        .names = names,
                        .jobs = job_stream,
                        .workers = workers,
                        .clock = [this] { return time(); },
                        .images =
                            [this] {
                                api::ImageList list;
                                for (const auto& [name, image] : modules.images)
                                    list.images.push_back(image);
                                return Result<api::ImageList>(list);
                            },
                        .blade_images =
                            [this] {
                                api::BladeImageList list;
                                for (const auto& [key, image] : modules.blade_images)
                                    list.blade_images.push_back(image);
                                return Result<api::BladeImageList>(list);
                            },
                        .exports = [] { return api::NfsExportList{}; },
                        .boot_file = modules.modules().boot_file};
    Router router{1000};

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

protected:
    bool stop_after_part = false;
};

}  // namespace dim::server
