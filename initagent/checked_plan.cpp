#include "initagent/checked_plan.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/mount.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace dim::agent {

namespace {

constexpr std::size_t kPlanPathLimit = 1024;
constexpr std::size_t kIdentifierLimit = 64;
constexpr std::uint32_t kLongestHeartbeat = 3600;

struct MountFlag {
    std::string_view word;
    unsigned long set;
    unsigned long clear;
};

// mount(8), "filesystem-independent mount options"; what is not here is for the NFS client.
constexpr std::array kMountFlags{
    MountFlag{"defaults", 0, 0},           MountFlag{"_netdev", 0, 0},
    MountFlag{"ro", MS_RDONLY, 0},         MountFlag{"rw", 0, MS_RDONLY},
    MountFlag{"nosuid", MS_NOSUID, 0},     MountFlag{"suid", 0, MS_NOSUID},
    MountFlag{"nodev", MS_NODEV, 0},       MountFlag{"dev", 0, MS_NODEV},
    MountFlag{"noexec", MS_NOEXEC, 0},     MountFlag{"exec", 0, MS_NOEXEC},
    MountFlag{"noatime", MS_NOATIME, 0},   MountFlag{"nodiratime", MS_NODIRATIME, 0},
    MountFlag{"relatime", MS_RELATIME, 0}, MountFlag{"sync", MS_SYNCHRONOUS, 0},
    MountFlag{"async", 0, MS_SYNCHRONOUS},
};

Result<void> check_path(std::string_view path, std::string_view what) {
    const auto refuse = [&](std::string_view why) {
        return fail(ErrorCode::invalid_input, "the server's " + std::string(what) + " '" +
                                                  printable(path, 80) + "' " + std::string(why));
    };
    if (path.size() > kPlanPathLimit) return refuse("is too long");
    if (!path.starts_with('/')) return refuse("is no absolute path");
    if (printable(path, path.size()) != path) return refuse("has unprintable characters");
    if (path == "/") return {};
    for (const std::string_view part : split(path.substr(1), '/'))
        if (part.empty() || part == "." || part == "..") return refuse("is no plain path");
    return {};
}

Result<MountStep> plan_mount(const api::NfsMount& mount, model::Ipv4Address client) {
    DIM_CHECK(check_path(mount.target, "mount point"));
    const auto colon = mount.source.find(':');
    const auto server = model::Ipv4Address::parse(mount.source.substr(0, colon));
    if (!server || colon == std::string::npos) {
        return fail(ErrorCode::invalid_input, "the server's NFS source '" +
                                                  printable(mount.source, 80) +
                                                  "' is not ADDRESS:/PATH");
    }
    DIM_CHECK(check_path(std::string_view(mount.source).substr(colon + 1), "NFS path"));

    MountStep step{mount.source, mount.target, 0, ""};
    for (const std::string_view word : split(mount.options, ',')) {
        if (word.empty()) continue;
        if (printable(word, word.size()) != word || word.starts_with("addr=") ||
            word.starts_with("clientaddr=")) {
            return fail(ErrorCode::invalid_input,
                        "the server's mount option '" + printable(word, 80) + "' cannot be used");
        }
        const auto* flag = std::ranges::find(kMountFlags, word, &MountFlag::word);
        if (flag != kMountFlags.end())
            step.flags = (step.flags | flag->set) & ~flag->clear;
        else
            step.options.append(word).append(",");
    }
    step.options += "addr=" + to_string(*server) + ",clientaddr=" + to_string(client);
    return step;
}

Result<std::vector<MountStep>> plan_shared(const std::vector<api::NfsMount>& mounts,
                                           model::Ipv4Address client) {
    std::vector<MountStep> steps;
    std::set<std::string_view> targets{"/"};
    for (const api::NfsMount& mount : mounts) {
        if (!targets.insert(mount.target).second) {
            return fail(ErrorCode::invalid_input,
                        "the server mounts '" + printable(mount.target, 80) + "' twice");
        }
        DIM_TRY(MountStep step, plan_mount(mount, client));
        step.flags |= MS_RDONLY;
        steps.push_back(std::move(step));
    }
    return steps;
}

std::string_view server_of(const MountStep& step) {
    return std::string_view(step.source).substr(0, step.source.find(':'));
}

}  // namespace

std::string to_string(const MountStep& step) {
    std::string options;
    for (const MountFlag& flag : kMountFlags)
        if (flag.set != 0 && (step.flags & flag.set) != 0) options.append(flag.word).append(",");
    return "mount -t nfs -o " + options + step.options + ' ' + step.source + ' ' + step.target;
}

Result<void> check_boot_id(std::string_view boot_id) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    };
    if (!boot_id.empty() && boot_id.size() <= kIdentifierLimit &&
        std::ranges::all_of(boot_id, fits)) {
        return {};
    }
    return fail(ErrorCode::invalid_input,
                "the server's boot_id '" + printable(boot_id, 80) + "' is no identifier");
}

Result<CheckedPlan> check_plan(const api::BootPlan& plan, model::Ipv4Address client) {
    DIM_CHECK(check_boot_id(plan.boot_id));
    DIM_CHECK(check_path(plan.init, "init"));
    if (plan.init == "/")
        return fail(ErrorCode::invalid_input, "the boot plan's init '/' is no program");
    CheckedPlan checked{.boot_id = plan.boot_id,
                        .token = plan.token,
                        .image = plan.image,
                        .generation = plan.generation,
                        .root = {},
                        .shared = {},
                        .init = plan.init,
                        .heartbeat = std::chrono::seconds(std::clamp<std::uint32_t>(
                            plan.heartbeat_seconds, 1, kLongestHeartbeat))};

    DIM_TRY(checked.root, plan_mount(plan.root, client));
    if (checked.root.target != "/")
        return fail(ErrorCode::invalid_input, "the boot plan's root is not mounted at '/'");
    DIM_TRY(checked.shared, plan_shared(plan.shared, client));
    return checked;
}

Result<std::vector<MountStep>> check_shared_roots(const api::SharedRoots& roots,
                                                  const std::vector<MountStep>& mounted,
                                                  model::Ipv4Address client) {
    DIM_TRY(auto steps, plan_shared(roots.mounts, client));
    for (const MountStep& step : steps) {
        const auto same = std::ranges::find(mounted, step.target, &MountStep::target);
        if (same == mounted.end()) {
            return fail(ErrorCode::invalid_input,
                        "'" + step.target + "' was not shared when the blade booted");
        }
        if (server_of(step) != server_of(*same)) {
            return fail(ErrorCode::invalid_input,
                        "'" + step.source + "' is not on the server that the blade booted from");
        }
    }
    if (steps.size() == mounted.size()) return steps;
    return fail(ErrorCode::invalid_input, "some directories that the blade shares are missing");
}

}  // namespace dim::agent
