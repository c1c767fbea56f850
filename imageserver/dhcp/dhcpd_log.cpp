#include "imageserver/dhcp/dhcpd_log.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/render/dhcp_plan.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace dim::server {

namespace {

/// How dhcpd begins a line, which word stands before the MAC and which before the address.
struct LineForm {
    std::string_view first_word;
    DhcpEventKind kind;
    std::string_view before_mac;
    std::string_view before_address;
};
// server/dhcp.c and server/bootp.c of ISC DHCP 4.4.
constexpr std::array kDhcpdForms{
    LineForm{"DHCPDISCOVER", DhcpEventKind::discover, "from", ""},
    LineForm{"DHCPOFFER", DhcpEventKind::offer, "to", "on"},
    LineForm{"DHCPREQUEST", DhcpEventKind::request, "from", "for"},
    LineForm{"DHCPACK", DhcpEventKind::acknowledge, "to", "on"},
    LineForm{"DHCPNAK", DhcpEventKind::refuse, "to", "on"},
    LineForm{"BOOTREQUEST", DhcpEventKind::discover, "from", ""},
    // "BOOTREPLY for ADDRESS to NAME (MAC) via …"
    LineForm{"BOOTREPLY", DhcpEventKind::acknowledge, "to", "for"},
};

/// Why nobody's entry fits; appended to the line of the request.
constexpr std::array<std::string_view, 5> kUnknown{": no free leases", ": unknown client",
                                                   ": unknown lease", ": no dynamic leases",
                                                   ": BOOTP from unknown client"};

std::string_view without_parentheses(std::string_view word) {
    if (word.starts_with('(')) word.remove_prefix(1);
    if (word.ends_with(')')) word.remove_suffix(1);
    return word;
}

/// The MAC in WORDS after the word BEFORE: "to MAC", or "to NAME (MAC)".
std::optional<model::MacAddress> find_mac(std::span<const std::string_view> words,
                                          std::string_view before) {
    const auto found = std::ranges::find(words, before);
    const auto count = std::min<std::ptrdiff_t>(words.end() - found, 3);
    for (std::ptrdiff_t at = 1; at < count; ++at)
        if (auto mac = model::MacAddress::parse(without_parentheses(found[at]))) return *mac;
    return std::nullopt;
}

std::optional<model::Ipv4Address> find_address(std::span<const std::string_view> words,
                                               std::string_view before) {
    const auto found = std::ranges::find(words, before);
    if (before.empty() || words.end() - found < 2) return std::nullopt;
    const auto address = model::Ipv4Address::parse(found[1]);
    return address ? std::optional(*address) : std::nullopt;
}

/// Only what follows the last "via" is dhcpd's own: a client's host name stands before it.
bool is_unknown_client(std::string_view line) {
    const std::size_t via = line.rfind(" via ");
    if (via == std::string_view::npos) return false;
    return std::ranges::any_of(kUnknown, [&](std::string_view reason) {
        return line.find(reason, via) != std::string_view::npos;
    });
}

/// "dim-wrong-firmware MAC NUMBER", which our configuration has it say.
std::optional<DhcpEvent> wrong_firmware(std::span<const std::string_view> words) {
    if (words.size() != 3) return std::nullopt;
    const auto mac = model::MacAddress::parse(words[1]);
    const auto number = parse_number<std::uint16_t>(words[2]);
    if (!mac || !number) return std::nullopt;
    return DhcpEvent{
        .kind = DhcpEventKind::wrong_firmware, .mac = *mac, .address = {}, .firmware = *number};
}

}  // namespace

std::optional<DhcpEvent> parse_dhcpd_line(std::string_view line) {
    const std::vector<std::string_view> words = split_words(line);
    if (words.empty()) return std::nullopt;
    if (words.front() == render::kWrongFirmware) return wrong_firmware(words);
    const auto form = std::ranges::find(kDhcpdForms, words.front(), &LineForm::first_word);
    if (form == kDhcpdForms.end()) return std::nullopt;
    const auto mac = find_mac(words, form->before_mac);
    if (!mac) return std::nullopt;
    return DhcpEvent{.kind = is_unknown_client(line) ? DhcpEventKind::unknown_mac : form->kind,
                     .mac = *mac,
                     .address = find_address(words, form->before_address)};
}

}  // namespace dim::server
