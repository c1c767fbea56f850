#include "imageserver/dhcp/kea_log.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace dim::server {

namespace {

/// DATE TIME SEVERITY [LOGGER/PROCESS] MESSAGE…
constexpr std::size_t kWordsBefore = 4;
constexpr std::string_view kLogger = "[kea-dhcp4.";
/// Of the class DROP, and in no blade's entry; and in one, which leaves its firmware as the reason
/// (render/kea_configuration).
constexpr std::string_view kUnknownDropped = "DHCP4_PACKET_DROP_0013";
constexpr std::string_view kWrongDropped = "DHCP4_PACKET_DROP_0014";

using Words = std::vector<std::string_view>;

/// Which message tells what, and before which word its address stands after "lease" or "address";
/// the messages are those of src/bin/dhcp4/dhcp4_messages.mes of Kea 2.2.
struct Form {
    std::string_view message;
    std::string_view type;  ///< a word that must be there; empty: none
    DhcpEventKind kind;
    std::string_view before_address;
};
constexpr std::array kKeaForms{
    Form{"DHCP4_PACKET_RECEIVED", "DHCPDISCOVER", DhcpEventKind::discover, ""},
    Form{"DHCP4_PACKET_RECEIVED", "DHCPREQUEST", DhcpEventKind::request, ""},
    Form{"DHCP4_LEASE_ADVERT", "advertised", DhcpEventKind::offer, "lease"},
    Form{"DHCP4_LEASE_ALLOC", "allocated", DhcpEventKind::acknowledge, "lease"},
    Form{"DHCP4_PACKET_SEND", "DHCPNAK", DhcpEventKind::refuse, ""},
};

bool contains(const Words& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

/// "[hwtype=1 52:54:00:01:01:01],", always the first words of a message about a client; what the
/// client says of itself comes later.
std::optional<model::MacAddress> client_of(const Words& words) {
    if (words.size() < kWordsBefore + 3 || words[kWordsBefore + 1] != "[hwtype=1")
        return std::nullopt;
    const std::string_view word = words[kWordsBefore + 2];
    if (!word.ends_with("],")) return std::nullopt;
    const auto mac = model::MacAddress::parse(word.substr(0, word.size() - 2));
    return mac ? std::optional(*mac) : std::nullopt;
}

/// The value of "tid=0x1234:" or "transid=0x1234,".
std::string transaction_of(const Words& words, std::string_view name) {
    for (std::string_view word : words) {
        if (!word.starts_with(name)) continue;
        word.remove_prefix(name.size());
        return std::string(word.substr(0, word.find_first_of(":,")));
    }
    return {};
}

std::optional<model::Ipv4Address> address_after(const Words& words, std::string_view before) {
    const auto found = std::ranges::find(words, before);
    if (before.empty() || words.end() - found < 2) return std::nullopt;
    const auto address = model::Ipv4Address::parse(found[1]);
    return address ? std::optional(*address) : std::nullopt;
}

}  // namespace

std::optional<DhcpEvent> KeaLogReader::parse(std::string_view line) {
    const Words words = split_words(line);
    if (words.size() <= kWordsBefore || !words[kWordsBefore - 1].starts_with(kLogger))
        return std::nullopt;
    const std::string_view message = words[kWordsBefore];
    if (message == kUnknownDropped || message == kWrongDropped) {
        if (!last_ || transaction_of(words, "transid=") != last_->transaction) return std::nullopt;
        return DhcpEvent{.kind = message == kWrongDropped ? DhcpEventKind::wrong_firmware
                                                          : DhcpEventKind::unknown_mac,
                         .mac = last_->mac,
                         .address = {}};
    }
    const auto mac = client_of(words);
    if (!mac) return std::nullopt;
    if (message == "DHCP4_PACKET_RECEIVED") last_ = Asked{transaction_of(words, "tid="), *mac};
    for (const Form& form : kKeaForms) {
        if (message == form.message && contains(words, form.type))
            return DhcpEvent{.kind = form.kind,
                             .mac = *mac,
                             .address = address_after(words, form.before_address)};
    }
    return std::nullopt;
}

}  // namespace dim::server
