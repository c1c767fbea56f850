#include "imageserver/dns/named_configuration.hpp"

#include "libdim/base/parse_number.hpp"

#include <algorithm>

namespace dim::server {

namespace {

constexpr std::string_view kSerialComment = "// Serial ";

bool is_quotable(std::string_view text) {
    return std::ranges::all_of(text, [](char letter) {
        return letter >= ' ' && letter <= '~' && letter != '"' && letter != '\\';
    });
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

Result<std::string> render_named_configuration(model::Ipv4Address address, std::uint16_t port,
                                               const std::string& directory, std::uint32_t serial,
                                               std::span<const ZoneFile> zones) {
    const bool is_good = is_quotable(directory) && std::ranges::all_of(zones, [](const auto& zone) {
                             return is_quotable(zone.zone) && is_quotable(zone.path);
                         });
    if (!is_good)
        return fail(ErrorCode::invalid_input, "a zone or path cannot stand in named.conf");
    std::string text(kSerialComment);
    text += std::to_string(serial) +
            "\n// Written by imageserver; what is changed here by hand is lost.\n"
            "options {\n"
            "  directory " +
            quoted(directory) + ";\n  listen-on port " + std::to_string(port) + " { " +
            to_string(address) +
            "; };\n"
            "  listen-on-v6 { none; };\n"
            "  recursion no;\n"
            "  allow-transfer { none; };\n"
            "  notify no;\n"
            "  dnssec-validation no;\n"
            "  empty-zones-enable no;\n"
            "  pid-file none;\n"
            "  lock-file none;\n"
            "  session-keyfile none;\n"
            "  version none;\n"
            "  hostname none;\n"
            "};\n"
            "controls { };\n";
    for (const ZoneFile& zone : zones)
        text +=
            "zone " + quoted(zone.zone) + " { type primary; file " + quoted(zone.path) + "; };\n";
    return text;
}

std::optional<std::uint32_t> zone_serial(std::string_view configuration) {
    if (!configuration.starts_with(kSerialComment)) return std::nullopt;
    configuration.remove_prefix(kSerialComment.size());
    const auto serial =
        parse_number<std::uint32_t>(configuration.substr(0, configuration.find('\n')));
    return serial ? std::optional(*serial) : std::nullopt;
}

}  // namespace dim::server
