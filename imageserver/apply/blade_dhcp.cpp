#include "imageserver/apply/blade_dhcp.hpp"

#include "libdim/base/log.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace dim::server {

namespace {

/// The property of the cluster definition that a blade's kernel arguments stand in.
constexpr std::string_view kKernelArguments = "kernel-arguments";

std::vector<std::string> kernel_arguments(const cluster::Blade& blade) {
    const auto property =
        std::ranges::find(blade.properties, kKernelArguments, &cluster::Property::name);
    std::vector<std::string> words;
    if (property == blade.properties.end()) return words;
    for (const std::string_view word : split(property->value, ' '))
        if (!word.empty()) words.emplace_back(word);
    return words;
}

/// Paths of boot files with the arguments of blades, each made once.
class ArgumentPaths {
public:
    explicit ArgumentPaths(const BootFiles& files) : files_(files) {}

    /// That of FILE with the arguments of BLADE; without them when it cannot have them: one blade's
    /// words keep no other blade from its address.
    const std::string& of(const api::BootFile& file, const cluster::Blade& blade) {
        auto arguments = kernel_arguments(blade);
        if (arguments.empty()) return paths_.try_emplace({file.path, {}}, file.path).first->second;
        const auto [place, is_new] = paths_.try_emplace({file.path, std::move(arguments)});
        if (!is_new) return place->second;
        auto path = files_.with_arguments(file, place->first.second);
        if (!path)
            log(LogLevel::error, "the boot file of " + to_string(blade.name) + " is without its " +
                                     std::string(kKernelArguments) + ": " +
                                     to_string(path.error()));
        return place->second = path ? *std::move(path) : file.path;
    }

private:
    const BootFiles& files_;
    std::map<std::pair<std::string, std::vector<std::string>>, std::string> paths_;
};

}  // namespace

Result<std::vector<api::DhcpHost>> BladeDhcp::hosts_of(const Roster& roster) const {
    DIM_TRY(const auto images, assignments_.all());
    DIM_TRY(auto next, NextBootFiles::look(images_, boot_files_));
    ArgumentPaths paths(boot_files_);
    std::vector<api::DhcpHost> hosts;
    for (const RosterEntry& entry : roster.entries()) {
        if (!entry.blade.mac) continue;  // DHCP knows nobody without one
        api::DhcpHost host{entry.blade.name, *entry.blade.mac, entry.address, std::nullopt,
                           std::nullopt};
        if (const auto found = images.find(entry.blade.name); found != images.end()) {
            host.image = found->second;
            // Without one it gets none: an image that is gone is told to it when it asks for its
            // plan.
            DIM_TRY(const auto file, next.of(entry.blade.name, found->second));
            if (file) host.boot_file = paths.of(*file, entry.blade);
        }
        hosts.push_back(std::move(host));
    }
    return hosts;
}

Result<void> BladeDhcp::apply() {
    DIM_TRY(const auto hosts, hosts_of(roster_));
    return dhcp_.apply(*roster_.definition(), hosts);
}

Result<std::optional<api::ServiceReload>> BladeDhcp::reloaded_by(const Roster& next) {
    DIM_TRY(const auto hosts, hosts_of(next));
    const auto definition = next.definition();
    DIM_TRY(const auto reason, dhcp_.reload_reason(*definition, hosts));
    if (!reason) return std::nullopt;
    return api::ServiceReload{.service = DhcpService::name_of(definition->services.dhcp),
                              .reason = *reason};
}

}  // namespace dim::server
