#include "libdim/bladecenter/module_text.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/bladecenter/bay.hpp"

#include <charconv>
#include <cstdint>
#include <memory>

namespace dim::bladecenter {

namespace {

constexpr std::uint64_t kSpanLimit = 16;
constexpr std::size_t kShown = 60;

bool is_absent(std::string_view text) { return text == "Not Available" || text == "Not Installed"; }

std::unexpected<Error> no_such(const char* what, std::string_view text) {
    return fail(ErrorCode::invalid_input, "the management module says '" + printable(text, kShown) +
                                              "', which is no " + what);
}

std::uint64_t number_of(const model::MacAddress& address) {
    std::uint64_t number = 0;
    for (const std::uint8_t byte : address.bytes())
        number = number << 8 | byte;
    return number;
}

Result<model::MacAddress> address_of(std::uint64_t number) {
    model::MacAddress::Bytes bytes{};
    for (std::size_t i = bytes.size(); i > 0; number >>= 8)
        bytes[--i] = static_cast<std::uint8_t>(number & 0xff);
    return model::MacAddress::from_bytes(bytes);
}

}  // namespace

Result<std::vector<model::MacAddress>> parse_mac_text(std::string_view text) {
    constexpr std::string_view kArrow = "->";
    std::vector<model::MacAddress> addresses;
    const std::string_view all = trim(text);
    if (is_absent(all)) return addresses;
    const std::size_t arrow = all.find(kArrow);
    const auto first = model::MacAddress::parse(trim(all.substr(0, arrow)));
    if (!first) return no_such("MAC address", text);
    if (arrow == std::string_view::npos) return std::vector{*first};
    const auto last = model::MacAddress::parse(trim(all.substr(arrow + kArrow.size())));
    if (!last) return no_such("span of MAC addresses", text);
    if (*last < *first || number_of(*last) - number_of(*first) >= kSpanLimit)
        return no_such("span of MAC addresses of one blade", text);
    for (std::uint64_t number = number_of(*first); number <= number_of(*last); ++number) {
        DIM_TRY(const auto address, address_of(number));
        addresses.push_back(address);
    }
    return addresses;
}

Result<std::vector<bool>> parse_bay_map(std::string_view text) {
    std::vector<bool> bays;
    if (text.empty() || text.size() > Bay::kLast) return no_such("map of bays", text);
    for (const char bay : text) {
        if (bay != '0' && bay != '1') return no_such("map of bays", text);
        bays.push_back(bay == '1');
    }
    return bays;
}

Result<std::optional<double>> parse_temperature(std::string_view text) {
    const auto words = split_words(text);
    if (is_absent(trim(text))) return std::optional<double>();
    if (words.size() != 2 || words[1] != "Centigrade") return no_such("temperature", text);
    double degrees = 0;
    const char* const begin = std::to_address(words[0].begin());
    const char* const end = begin + words[0].size();
    const auto read = std::from_chars(begin, end, degrees, std::chars_format::fixed);
    if (read.ec != std::errc{} || read.ptr != end || !(degrees > -100 && degrees < 300))
        return no_such("temperature", text);
    return degrees;
}

Result<std::optional<int>> parse_blower_speed(std::string_view text) {
    constexpr std::string_view kUnit = "% of maximum";
    const std::string_view all = trim(text);
    if (is_absent(all)) return std::optional<int>();
    if (!all.ends_with(kUnit)) return no_such("blower speed", text);
    const auto percent = parse_number<int>(all.substr(0, all.size() - kUnit.size()), 0, 100);
    if (!percent) return no_such("blower speed", text);
    return *percent;
}

std::string product_text(std::string_view text) {
    const std::string_view all = trim(text);
    if (is_absent(all) || all == "(No name)") return "";
    return printable(all, 80);
}

Result<std::optional<std::string>> parse_uuid(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    if (is_absent(trim(text))) return std::optional<std::string>();
    const auto groups = split_words(text);
    if (groups.size() != 8) return no_such("UUID", text);
    std::string uuid;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (groups[i].size() != 4) return no_such("UUID", text);
        if (i >= 2 && i <= 5) uuid += '-';
        for (const char digit : groups[i]) {
            const char lower =
                digit >= 'A' && digit <= 'F' ? static_cast<char>(digit - 'A' + 'a') : digit;
            if (!kDigits.contains(lower)) return no_such("UUID", text);
            uuid += lower;
        }
    }
    return uuid;
}

}  // namespace dim::bladecenter
