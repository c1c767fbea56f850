#include "imageserver/apply/blade_dhcp.hpp"

#include "libdim/base/log.hpp"
#include "libdim/base/text.hpp"
#include "libdim/model/network_words.hpp"

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

BootFileVariant variant_of(const model::PlatformRow* row) {
    if (row == nullptr) return {};
    return {.drivers = row->drivers, .console = row->console, .arguments = row->kernel_arguments};
}

/// Paths of boot files as platforms and blades want them, each asked for once.
class VariantPaths {
public:
    using Path = Result<std::string> (BootFiles::*)(const api::BootFile&,
                                                    const BootFileVariant&) const;
    /// PATH of FILES tells them.
    VariantPaths(const BootFiles& files, Path path) : files_(files), path_(path) {}

    /// That of FILE for BLADE, which is of ROW, if of any. Without the blade's own arguments when
    /// it cannot have them: one blade's words keep no other blade from its address. Nothing when
    /// there is none for its platform: one without the driver of its port boots nothing; nor when
    /// its own arguments say its network: without them it would boot from another.
    std::optional<std::string> of(const api::BootFile& file, const cluster::Blade& blade,
                                  const model::PlatformRow* row) {
        BootFileVariant variant = variant_of(row);
        const std::string name = to_string(blade.name);
        const auto& of_platform =
            made(file, variant, blade.name,
                 name + ", of platform " + type_text(blade) + ", has no boot file: ");
        if (!of_platform) return std::nullopt;
        auto arguments = kernel_arguments(blade);
        if (arguments.empty()) return *of_platform;
        const bool is_of_network = std::ranges::any_of(arguments, model::is_network_word);
        for (std::string& word : arguments)
            variant.arguments.push_back(std::move(word));
        const std::string property(kKernelArguments);
        const auto& own =
            made(file, variant, blade.name,
                 is_of_network
                     ? name + " has no boot file with its " + property + ", which say its network: "
                     : "the boot file of " + name + " is without its " + property + ": ");
        if (own) return *own;
        return is_of_network ? std::nullopt : std::optional(*of_platform);
    }

    /// What failed.
    std::vector<MissingBootFile> missing() && { return std::move(missing_); }

private:
    /// What fails is missing once, as TROUBLE of BLADE, the first that wants it.
    const Result<std::string>& made(const api::BootFile& file, const BootFileVariant& variant,
                                    const model::ComponentName& blade, const std::string& trouble) {
        const auto [place, is_new] = paths_.try_emplace({file.path, variant}, file.path);
        if (!is_new) return place->second;
        place->second = (files_.*path_)(file, variant);
        if (place->second) return place->second;
        const Error& error = place->second.error();
        // Those with drivers are made in the background, which tells what fails.
        if (variant.drivers.empty() || error.code() != ErrorCode::not_found)
            missing_.push_back({blade, trouble + error.message(), error.cure()});
        return place->second;
    }

    const BootFiles& files_;
    Path path_;
    std::vector<MissingBootFile> missing_;
    std::map<std::pair<std::string, BootFileVariant>, Result<std::string>> paths_;
};

}  // namespace

Result<std::vector<api::DhcpHost>> BladeDhcp::hosts() const {
    std::vector<MissingBootFile> missing;
    return hosts_of(roster_, Variants::told, missing);
}

Result<std::set<std::string>> BladeDhcp::paths() const {
    DIM_TRY(const auto all, hosts());
    std::set<std::string> paths;
    for (const api::DhcpHost& host : all)
        if (host.boot_file) paths.insert(*host.boot_file);
    return paths;
}

/// MISSING is what boot files could not be made for them.
Result<std::vector<api::DhcpHost>>
BladeDhcp::hosts_of(const Roster& roster, Variants variants,
                    std::vector<MissingBootFile>& missing) const {
    DIM_TRY(const auto images, assignments_.all());
    DIM_TRY(auto next, NextBootFiles::look(images_, boot_files_));
    VariantPaths paths(boot_files_, variants == Variants::made ? &BootFiles::variant_of
                                                               : &BootFiles::variant_path);
    const auto definition = roster.definition();
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
            if (file)
                host.boot_file =
                    paths.of(*file, entry.blade, cluster::platform_of(*definition, entry.blade));
        }
        hosts.push_back(std::move(host));
    }
    missing = std::move(paths).missing();
    return hosts;
}

std::vector<MissingBootFile> BladeDhcp::missing() const {
    const std::lock_guard lock(mutex_);
    return missing_;
}

/// What is the same as the last time was logged then.
void BladeDhcp::note_missing(std::vector<MissingBootFile> missing) {
    const std::lock_guard lock(mutex_);
    for (const MissingBootFile& each : missing)
        if (std::ranges::find(missing_, each) == missing_.end())
            log(LogLevel::error, each.text + (each.cure.empty() ? "" : " (" + each.cure + ")"));
    missing_ = std::move(missing);
}

Result<void> BladeDhcp::apply() {
    std::vector<MissingBootFile> missing;
    DIM_TRY(const auto hosts, hosts_of(roster_, Variants::made, missing));
    note_missing(std::move(missing));
    return dhcp_.apply(*roster_.definition(), hosts);
}

Result<std::optional<api::ServiceReload>> BladeDhcp::reloaded_by(const Roster& next) {
    std::vector<MissingBootFile> missing;
    DIM_TRY(const auto hosts, hosts_of(next, Variants::told, missing));
    const auto definition = next.definition();
    DIM_TRY(const auto reason, dhcp_.reload_reason(*definition, hosts));
    if (!reason) return std::nullopt;
    return api::ServiceReload{.service = DhcpService::name_of(definition->services.dhcp),
                              .reason = *reason};
}

}  // namespace dim::server
