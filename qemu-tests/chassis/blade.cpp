#include "qemu-tests/chassis/blade.hpp"

#include "qemu-tests/chassis/chassis.hpp"

#include <charconv>
#include <cstdio>

namespace dim::chassis {

namespace {

std::optional<int> number_of(std::string_view text, int base = 10) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t end = text.find(separator);
    const std::string_view piece = text.substr(0, end);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
    return piece;
}

bool read_mac(std::string_view text, std::array<std::uint8_t, 6>& mac) {
    for (std::uint8_t& byte : mac) {
        const auto value = number_of(take_until(text, ':'), 16);
        if (!value || *value < 0 || *value > 255) return false;
        byte = static_cast<std::uint8_t>(*value);
    }
    return text.empty();
}

bool read_property(std::string_view word, Blade& blade) {
    const std::string_view key = take_until(word, '=');
    if (key == "mac") return read_mac(word, blade.mac);
    if (key == "name") blade.name = word;
    if (key == "on") blade.is_on = true;
    if (key == "wide") blade.is_wide = true;
    if (key == "range") blade.is_range = true;
    return key == "name" || (word.empty() && (key == "on" || key == "wide" || key == "range"));
}

}  // namespace

std::optional<BayDescription> parse_bay(std::string_view text) {
    const auto bay = number_of(take_until(text, '='));
    if (!bay || *bay < 1 || *bay > kBays) return std::nullopt;
    const std::string_view kind = take_until(text, ',');
    if (kind == "empty" && text.empty()) return BayDescription{*bay, std::nullopt};
    if (kind != "js20" && kind != "js21") return std::nullopt;
    Blade blade{.kind = kind == "js20" ? BladeKind::js20 : BladeKind::js21,
                .name = "SN#ZJ1R" + std::to_string(100 + *bay)};
    blade.mac = {0x00, 0x0d, 0x60, 0x1e, 0x80, static_cast<std::uint8_t>(*bay * 4)};
    while (!text.empty())
        if (!read_property(take_until(text, ','), blade)) return std::nullopt;
    if (blade.is_wide && *bay == kBays) return std::nullopt;
    return BayDescription{*bay, blade};
}

std::string mac_text(const Blade& blade, int offset) {
    const auto& mac = blade.mac;
    char text[18];
    std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
                  mac[3], mac[4], (mac[5] + offset) & 0xff);
    return text;
}

}  // namespace dim::chassis
