#include "imageserver/apply/blade_dhcp.hpp"

#include "libdim/base/log.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <map>

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

}  // namespace

/// Nothing when there is none: an image that is gone is told to the blade when it asks for its
/// plan.
Result<std::optional<std::string>>
BladeDhcp::boot_file_of(const model::ImageName& image,
                        const std::vector<std::string>& arguments) const {
    const auto file = boot_files_.current(image);
    if (!file || !*file) return std::nullopt;
    if (arguments.empty()) return (*file)->path;
    DIM_TRY(std::string path, boot_files_.with_arguments(**file, arguments));
    return path;
}

Result<std::vector<api::DhcpHost>> BladeDhcp::hosts_of(const Roster& roster) const {
    DIM_TRY(const auto images, assignments_.all());
    using Key = std::pair<model::ImageName, std::vector<std::string>>;
    std::map<Key, std::optional<std::string>> boot_files;
    std::vector<api::DhcpHost> hosts;
    for (const RosterEntry& entry : roster.entries()) {
        if (!entry.blade.mac) continue;  // DHCP knows nobody without one
        api::DhcpHost host{entry.blade.name, *entry.blade.mac, entry.address, std::nullopt,
                           std::nullopt};
        if (const auto found = images.find(entry.blade.name); found != images.end()) {
            host.image = found->second;
            const Key key{found->second, kernel_arguments(entry.blade)};
            if (!boot_files.contains(key)) {
                auto file = boot_file_of(key.first, key.second);
                if (!file) {
                    // One blade's words keep no other blade from its address.
                    log(LogLevel::error, "the boot file of " + to_string(entry.blade.name) +
                                             " is without its " + std::string(kKernelArguments) +
                                             ": " + to_string(file.error()));
                    file = boot_file_of(key.first, {});
                }
                DIM_CHECK(file);
                boot_files.emplace(key, *std::move(file));
            }
            host.boot_file = boot_files.at(key);
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
