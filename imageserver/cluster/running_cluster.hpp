#pragma once

#include "imageserver/apply/fake_applied_service.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/cluster/cluster_edits.hpp"
#include "imageserver/cluster/cluster_start.hpp"
#include "imageserver/image/fake_images.hpp"
#include "imageserver/state/fake_wall_clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// For tests of how cluster definitions come into force.
namespace dim::server::samples {

inline const api::ServiceReload kReload{.service = "dhcpd", .reason = "dhcpd.conf: 1 line new"};

/// What a daemon that was started on a file has, until it is killed.
struct RunningCluster {
    RunningCluster(Database& database, const std::string& file)
        : revisions(database),
          journal(database, at(0)),
          roster(
              Roster::create(*model::ComponentName::parse("is01"),
                             start_cluster(
                                 revisions, file,
                                 [](const cluster::Definition&) { return Result<void>(); }, at(1))
                                 .value()
                                 .definition)
                  .value()),
          appliers(loop.get_executor(), lane, lane,
                   {.dhcp = dhcp, .exports = exports, .names = names}),
          assignments(database),
          alerts(Alerts::open(database).value()),
          edits(file, roster, revisions, appliers,
                ChangeWarnings(roster, assignments, journal, images), journal, alerts, clock) {
        dhcp.on_apply = [this] { return apply_services(); };
        dhcp.reloads = kReload;
    }
    ~RunningCluster() { lane.join(); }

    Result<void> apply_services() {
        if (on_apply) on_apply();
        if (error && applied.size() < fail_until) {
            applied.push_back(0);
            return fail(*error);
        }
        applied.push_back(roster.entries().size());
        return {};
    }

    ClusterRevisions revisions;
    BootJournal journal;
    Roster roster;
    std::vector<std::size_t> applied;  ///< with how many blades
    std::optional<Error> error;
    std::size_t fail_until = SIZE_MAX;
    std::function<void()> on_apply;
    FakeAppliedService dhcp;
    FakeAppliedService exports;
    FakeAppliedService names;
    boost::asio::io_context loop{1};
    boost::asio::thread_pool lane{1};
    ServiceAppliers appliers;
    Assignments assignments;
    FakeImages images;
    Alerts alerts;
    FakeWallClock clock{at(9)};
    ClusterEdits edits;
};

}  // namespace dim::server::samples
