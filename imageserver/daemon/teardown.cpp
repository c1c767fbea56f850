#include "imageserver/daemon/teardown.hpp"

#include "imageserver/blade/neighbours.hpp"
#include "imageserver/daemon/state_lock.hpp"
#include "imageserver/firewall/bootnet_firewall.hpp"
#include "imageserver/nfs/nfsd_server.hpp"
#include "imageserver/service/child_supervisor.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/mount.hpp"

#include <ranges>

namespace dim::server {

namespace {

constexpr std::string_view kRecordEnd = ".json";

Result<void> stop_services(const DaemonSettings& settings, std::vector<std::string>& done) {
    const auto records = sys::list_names(settings.service_run_directory());
    if (!records && records.error().code() == ErrorCode::not_found) return {};
    if (!records) return fail(records.error());
    DIM_TRY(const auto supervisor,
            ChildSupervisor::create(
                {.run_directory = settings.service_run_directory(), .on_change = {}}));
    for (const std::string& record : *records) {
        if (!record.ends_with(kRecordEnd)) continue;
        const std::string name = record.substr(0, record.size() - kRecordEnd.size());
        DIM_CHECK(supervisor->stop(name));
        done.push_back("stopped " + name);
    }
    return {};
}

/// Whether a daemon of this state directory mounted it: there may be an administrator's disks, too.
bool is_ours(const DaemonSettings& settings, const std::string& target) {
    const std::string images = settings.state_directory + "/images/";
    if (target.starts_with(images)) return target.ends_with("/shared");
    const std::string mounts = settings.mounts_directory();
    return target == mounts || target.starts_with(mounts + '/');
}

/// It is wanted again by the next daemon: its file stays.
Result<void> remove_firewall(const DaemonSettings& settings, std::vector<std::string>& done) {
    if (!sys::stat(firewall_file(settings.services_directory() + "/firewall"))) return {};
    DIM_CHECK(remove_firewall_table());
    done.emplace_back("removed the packet filter");
    return {};
}

/// What the kernel's NFS server offers is in use.
Result<void> withdraw_exports(const DaemonSettings& settings) {
    return NfsdServer({.root = settings.mounts_directory(), .address = {}}).end();
}

Result<void> unmount_all(const DaemonSettings& settings, std::vector<std::string>& done) {
    DIM_TRY(const auto mounts, sys::mounts());
    for (const sys::MountEntry& mount : mounts | std::views::reverse) {
        if (!is_ours(settings, mount.target)) continue;
        DIM_CHECK(sys::umount(mount.target));
        done.push_back("unmounted " + mount.target);
    }
    return {};
}

}  // namespace

Result<std::vector<std::string>> tear_down(const DaemonSettings& settings) {
    DIM_TRY(const auto lock, lock_state(settings));
    std::vector<std::string> done;
    DIM_CHECK(stop_services(settings, done));
    DIM_CHECK(withdraw_exports(settings));
    DIM_CHECK(remove_firewall(settings, done));
    DIM_CHECK(unmount_all(settings, done));
    DIM_TRY(const std::size_t neighbours, remove_neighbours());
    if (neighbours != 0)
        done.push_back("removed " + std::to_string(neighbours) + " permanent neighbours");
    return done;
}

}  // namespace dim::server
