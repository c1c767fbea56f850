#include "tools/output/cluster_summary.hpp"

#include "libdim/api/codec.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dim::tool {

namespace {

std::size_t count_absent(const cluster::Definition& definition) {
    std::size_t places = 0;
    for (std::size_t kind = 0; kind < definition.taxonomy.kinds().size(); ++kind)
        places += definition.taxonomy.places_of(kind);
    return places - definition.servers.size() - definition.blades.size() -
           definition.components.size();
}

}  // namespace

ClusterSummary summarize(const cluster::Definition& definition) {
    const auto modules =
        std::ranges::count(definition.components, cluster::ComponentRole::management_module,
                           &cluster::Component::role);
    const auto without_mac = std::ranges::count_if(
        definition.blades, [](const cluster::Blade& blade) { return !blade.mac; });
    return {.name = to_string(definition.name),
            .domain = definition.domain,
            .networks = definition.networks.size(),
            .servers = definition.servers.size(),
            .blades = definition.blades.size(),
            .blades_without_mac = static_cast<std::size_t>(without_mac),
            .management_modules = static_cast<std::size_t>(modules),
            .others = definition.components.size() - static_cast<std::size_t>(modules),
            .groups = definition.groups.size(),
            .absent = count_absent(definition)};
}

std::string to_text(const ClusterSummary& summary) {
    std::string text =
        fmt::format("cluster {}, domain {}: no errors\n", summary.name, summary.domain);
    const auto line = [&text](const char* what, std::size_t count) {
        text += fmt::format("{:<20} {:>6}\n", what, count);
    };
    line("networks", summary.networks);
    line("image servers", summary.servers);
    line("blades", summary.blades);
    line("  without a MAC", summary.blades_without_mac);
    line("management modules", summary.management_modules);
    line("other components", summary.others);
    line("groups", summary.groups);
    line("absent", summary.absent);
    return text;
}

std::string to_json(const ClusterSummary& summary) {
    return api::dump_json({{"name", summary.name},
                           {"domain", summary.domain},
                           {"networks", summary.networks},
                           {"servers", summary.servers},
                           {"blades", summary.blades},
                           {"blades_without_mac", summary.blades_without_mac},
                           {"management_modules", summary.management_modules},
                           {"others", summary.others},
                           {"groups", summary.groups},
                           {"absent", summary.absent}});
}

}  // namespace dim::tool
