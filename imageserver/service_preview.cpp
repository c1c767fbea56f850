#include "imageserver/service_preview.hpp"

#include "libdim/render/dhcpd_configuration.hpp"
#include "libdim/render/dns_zones.hpp"
#include "libdim/render/kea_configuration.hpp"

#include <algorithm>
#include <optional>

namespace dim::server {

namespace {

/// Of all texts that are compared: it only grows when something else has changed.
constexpr std::uint32_t kSerial = 1;

std::string dhcp_name(cluster::DhcpBackend backend) {
    return backend == cluster::DhcpBackend::kea ? "kea-dhcp4" : "dhcpd";
}

Result<std::string> dhcp_text(const ServiceInput& input) {
    const render::ServerHosts hosts{input.server, input.hosts};
    switch (input.definition.services.dhcp) {
        case cluster::DhcpBackend::isc:
            return render::render_dhcpd_configuration(input.definition, std::span(&hosts, 1));
        case cluster::DhcpBackend::kea:
            return render::render_kea_configuration(input.definition, std::span(&hosts, 1), {});
    }
    std::unreachable();
}

Result<bool> changes_dhcp(const ServiceInput& before, const ServiceInput& after) {
    if (before.definition.services.dhcp != after.definition.services.dhcp) return true;
    DIM_TRY(const auto old_text, dhcp_text(before));
    DIM_TRY(const auto new_text, dhcp_text(after));
    return old_text != new_text;
}

bool changes_names(const ServiceInput& before, const ServiceInput& after) {
    if (before.definition.services.dns != after.definition.services.dns) return true;
    if (after.definition.services.dns == cluster::DnsBackend::none) return false;
    const auto zones = [](const ServiceInput& input) {
        auto all = render::render_reverse_zones(input.definition, input.server, kSerial);
        all.push_back(render::render_forward_zone(input.definition, input.server, kSerial));
        return all;
    };
    return zones(before) != zones(after);
}

bool changes_exports(const ServiceInput& before, const ServiceInput& after,
                     std::span<const api::BladeImage> images) {
    if (before.clients.bootnet != after.clients.bootnet) return true;
    const auto address = [](const NfsClients& clients, const model::ComponentName& blade) {
        const auto found = clients.blades.find(blade);
        return found == clients.blades.end() ? std::nullopt : std::optional(found->second);
    };
    return std::ranges::any_of(images, [&](const api::BladeImage& image) {
        return image.is_exported && image.is_mounted &&
               address(before.clients, image.blade) != address(after.clients, image.blade);
    });
}

}  // namespace

Result<std::vector<std::string>> reloaded_services(const ServiceInput& before,
                                                   const ServiceInput& after,
                                                   std::span<const api::BladeImage> images) {
    std::vector<std::string> names;
    DIM_TRY(const bool is_dhcp, changes_dhcp(before, after));
    if (is_dhcp) names.push_back(dhcp_name(after.definition.services.dhcp));
    if (changes_names(before, after)) names.emplace_back("named");
    if (changes_exports(before, after, images)) names.emplace_back("ganesha");
    return names;
}

}  // namespace dim::server
