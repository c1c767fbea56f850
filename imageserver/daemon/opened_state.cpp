#include "imageserver/daemon/opened_state.hpp"

#include "imageserver/blade/learned_macs.hpp"
#include "imageserver/boot/boot_schema.hpp"
#include "imageserver/chassis/chassis_knowledge.hpp"
#include "imageserver/cluster/cluster_file.hpp"
#include "imageserver/cluster/cluster_start.hpp"
#include "imageserver/daemon/override_renewal.hpp"
#include "imageserver/daemon/state_lock.hpp"
#include "imageserver/edit/sync_journal.hpp"
#include "imageserver/nfs/nfs_exports.hpp"
#include "imageserver/override/blade_identities.hpp"
#include "imageserver/peer/definition_debts.hpp"
#include "imageserver/peer/peer_records.hpp"
#include "libdim/base/log.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/signals.hpp"
#include "libdim/sys/system_info.hpp"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <vector>

namespace dim::server {

namespace {

/// Of every table, in the order of their dependencies.
std::vector<Migration> all_migrations() {
    std::vector<Migration> all;
    std::ranges::copy(image_migrations(), std::back_inserter(all));
    std::ranges::copy(boot_file_migrations(), std::back_inserter(all));
    all.insert(all.end(), {kNfsMigration, kBladeMigration, kClusterMigration, kOverrideMigration,
                           kOverrideRenewalMigration, kPeerMigration, kDefinitionDebtMigration,
                           kRestartMigration, kSyncJournalMigration, kSyncBoundsMigration,
                           kSyncImageMigration, kLearnedMacMigration, kChassisMigration});
    return all;
}

/// None when it is not wanted or the kernel refuses: then masters are looked at as a whole.
std::unique_ptr<MasterWatch> watch_masters(const DaemonSettings& settings) {
    if (!settings.is_watching) return nullptr;
    auto watch = MasterWatch::open({});
    if (!watch) {
        log(LogLevel::notice, "masters are looked at as a whole each time, since the kernel does "
                              "not tell what changes: " +
                                  to_string(watch.error()));
        return nullptr;
    }
    (*watch)->start();
    return *std::move(watch);
}

Result<std::unique_ptr<ImageStore>> open_images(const DaemonSettings& settings, Database& database,
                                                MasterWatch* watch) {
    DIM_TRY(ImageStore store, ImageStore::open({.state_directory = settings.state_directory,
                                                .provisioning = settings.provisioning,
                                                .trash_days = settings.trash_days,
                                                .tables_with_images = {"override_file", "boot_file",
                                                                       "assignment", "sync_run"}},
                                               database));
    if (watch != nullptr) store.use(*watch);
    return std::make_unique<ImageStore>(std::move(store));
}

}  // namespace

Result<OpenedState> OpenedState::open(const DaemonSettings& settings) {
    DIM_TRY(auto lock, lock_state(settings));
    DIM_TRY(const auto system, sys::system_info());
    DIM_TRY(Database opened,
            Database::open(settings.state_directory + "/dim.db", all_migrations()));
    auto database = std::make_unique<Database>(std::move(opened));
    auto revisions = std::make_unique<ClusterRevisions>(*database);
    const auto choose = [&](const cluster::Definition& definition) {
        return choose_server(definition, settings.server, system.host_name);
    };
    const auto check = [&](const cluster::Definition& definition) -> Result<void> {
        DIM_TRY(const auto chosen, choose(definition));
        DIM_CHECK(cluster::bootnet_of(definition, chosen));
        return {};
    };
    DIM_TRY(const auto now, model::Timestamp::from_microseconds(sys::realtime_us()));
    DIM_TRY(auto start, start_cluster(*revisions, settings.cluster_file, check, now));
    DIM_TRY(const auto server, choose(start.definition));
    DIM_TRY(const auto bootnet, cluster::bootnet_of(start.definition, server));
    const std::string cluster_name = to_string(start.definition.name);
    DIM_TRY(auto learned, LearnedMacs(*database).all());
    DIM_TRY(auto roster, Roster::create(server, std::move(start.definition), std::move(learned)));
    DIM_TRY(tls::Random created, tls::Random::create());
    auto random = std::make_unique<tls::Random>(std::move(created));
    DIM_TRY(Identity opened_identity,
            Identity::open(*random,
                           {.directory = settings.state_directory + "/identity",
                            .cluster = cluster_name,
                            .server = server,
                            .addresses = {bootnet.address}},
                           sys::realtime_us() / 1'000'000));
    auto identity = std::make_unique<Identity>(std::move(opened_identity));
    std::unique_ptr<MasterWatch> watch = watch_masters(settings);
    DIM_TRY(auto images, open_images(settings, *database, watch.get()));
    const auto authorities = [kept = identity.get()] { return kept->trusted_pem(); };
    DIM_TRY(auto boot_files,
            BootFileStore::open({.state_directory = settings.state_directory,
                                 .materials = {.kernel_kit = settings.kernel_kit,
                                               .agents = settings.agents,
                                               .secure_boot = settings.secure_boot},
                                 .authorities = authorities,
                                 .server = server},
                                *database, *images));
    DIM_TRY(auto alerts, Alerts::open(*database));
    DIM_TRY(auto signals, sys::signalfd({SIGTERM, SIGINT, SIGHUP}));
    return OpenedState{.lock = std::move(lock),
                       .database = std::move(database),
                       .revisions = std::move(revisions),
                       .roster = std::move(roster),
                       .cluster_problem = std::move(start.problem),
                       .bootnet = bootnet,
                       .random = std::move(random),
                       .identity = std::move(identity),
                       .watch = std::move(watch),
                       .images = std::move(images),
                       .boot_files = std::move(boot_files),
                       .alerts = std::move(alerts),
                       .signals = std::move(signals)};
}

}  // namespace dim::server
