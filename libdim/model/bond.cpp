#include "libdim/model/bond.hpp"

#include "libdim/base/text.hpp"
#include "libdim/model/enum_text.hpp"
#include "libdim/model/mac_address.hpp"

#include <algorithm>

namespace dim::model {

namespace {

constexpr EnumWords<BondMode, 6> kModes{{{BondMode::active_backup, "active-backup"},
                                         {BondMode::lacp, "802.3ad"},
                                         {BondMode::balance_rr, "balance-rr"},
                                         {BondMode::balance_xor, "balance-xor"},
                                         {BondMode::balance_tlb, "balance-tlb"},
                                         {BondMode::balance_alb, "balance-alb"}}};
constexpr std::size_t kLongestName = 15;  // IFNAMSIZ, without its end

bool is_of_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

Result<std::string> parse_port(std::string_view text) {
    if (text.contains(':')) {
        DIM_TRY(const MacAddress mac, MacAddress::parse(text));
        return to_string(mac);
    }
    if (text.empty() || text.size() > kLongestName || !std::ranges::all_of(text, is_of_name)) {
        return fail(ErrorCode::invalid_input, "'" + printable(text, 40) +
                                                  "' is neither a MAC address nor the name of a "
                                                  "network interface");
    }
    return std::string(text);
}

}  // namespace

std::string_view to_string(BondMode mode) { return word_of(kModes, mode); }

Result<Bond> Bond::parse(std::string_view text) {
    const auto words = split(text, ',');
    DIM_TRY(const BondMode mode,
            parse_word(kModes, "mode of a bond", words.empty() ? text : words.front()));
    Bond bond{mode};
    for (std::size_t at = 1; at < words.size(); ++at) {
        DIM_TRY(std::string port, parse_port(words[at]));
        if (std::ranges::find(bond.ports, port) != bond.ports.end())
            return fail(ErrorCode::invalid_input, port + " is there twice");
        if (bond.ports.size() == kMostPorts)
            return fail(ErrorCode::limit_exceeded,
                        "a bond has at most " + std::to_string(kMostPorts) + " ports");
        bond.ports.push_back(std::move(port));
    }
    return bond;
}

std::string to_string(const Bond& bond) {
    std::string text(to_string(bond.mode));
    for (const std::string& port : bond.ports)
        text.append(",").append(port);
    return text;
}

}  // namespace dim::model
