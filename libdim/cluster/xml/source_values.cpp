#include "libdim/cluster/xml/source_values.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/cluster/xml/definition_source.hpp"
#include "libdim/model/network_words.hpp"
#include "libdim/sync/keep_out.hpp"

#include <algorithm>
#include <array>

namespace dim::cluster {

namespace {

constexpr std::uint32_t kLastBay = 14;  ///< of a BladeCenter
constexpr std::size_t kMostConsoles = 8;
constexpr std::size_t kMostWords = 32;

std::unexpected<Error> invalid(std::string text) {
    return fail(ErrorCode::invalid_input, std::move(text));
}

/// Those that DIM sends itself or that belong to the protocol.
bool is_own_option(std::uint8_t code) {
    constexpr std::array<std::uint8_t, 10> kOwn{1, 3, 12, 15, 17, 28, 42, 66, 67, 82};
    return is_among(kOwn, code) || (code >= 50 && code <= 61 && code != 60);
}

/// Control characters of ASCII, and those that UTF-8 writes as 0xc2 0x80 to 0xc2 0x9f.
bool has_control_character(std::string_view text) {
    unsigned char before = 0;
    for (const char each : text) {
        const auto byte = static_cast<unsigned char>(each);
        if (byte < ' ' || byte == 0x7f || (before == 0xc2 && byte < 0xa0)) return true;
        before = byte;
    }
    return false;
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Of words with blanks between them, each of letters, digits and those of OTHERS.
Result<std::vector<std::string>> parse_words(std::string_view text, std::string_view others,
                                             std::size_t most) {
    if (text.size() > DefinitionSource::kTextLimit)
        return invalid("the words have more than " + std::to_string(DefinitionSource::kTextLimit) +
                       " bytes together");
    std::vector<std::string> words;
    for (const std::string_view word : split(text, ' ')) {
        if (word.empty()) continue;
        const bool is_plain = std::ranges::all_of(
            word, [&](char c) { return is_letter_or_digit(c) || others.contains(c); });
        if (!is_plain)
            return invalid("'" + printable(word, 40) + "' is not of letters, digits and " +
                           std::string(others));
        words.emplace_back(word);
    }
    if (words.empty()) return invalid("there is no word in it");
    if (words.size() > most) return invalid("more than " + std::to_string(most) + " words");
    return words;
}

}  // namespace

Result<model::ComponentName> parse_platform_name(std::string_view text) {
    DIM_TRY(auto name, model::ComponentName::parse(text));
    if (!model::parse_blade_type(text)) return name;
    return invalid("'" + std::string(text) + "' is a type that DIM has itself");
}

Result<std::vector<std::string>> parse_console(std::string_view text) {
    return parse_words(text, ",.:/_-", kMostConsoles);
}

Result<std::vector<std::string>> parse_platform_arguments(std::string_view text) {
    // iPXE reads them as words of a script: no '$', no quotes, no '&' or '|'.
    DIM_TRY(auto words, parse_words(text, "_-.,:;=/+@%*()[]~!", kMostWords));
    for (const std::string& word : words) {
        const std::string_view name = std::string_view(word).substr(0, word.find('='));
        constexpr std::array<std::string_view, 6> kOwn{"BOOTIF", "root",   "init",
                                                       "rdinit", "initrd", "--"};
        DIM_CHECK(model::check_network_word(word));
        if (model::is_network_word(word)) continue;
        if (name == "console") return invalid("console= has an attribute of its own");
        if (word.starts_with("dim.") || is_among(kOwn, name))
            return invalid("'" + printable(word, 40) + "' is a word that DIM sets itself");
    }
    return words;
}

Result<std::vector<std::string>> parse_drivers(std::string_view text) {
    DIM_TRY(auto words, parse_words(text, "_-", kMostWords));
    for (std::string& word : words) {
        DIM_TRY(word, model::parse_module_name(word));
    }
    std::ranges::sort(words);
    const auto twice = std::ranges::adjacent_find(words);
    if (twice != words.end()) return invalid("'" + *twice + "' stands here twice");
    return words;
}

Result<std::string> parse_text(std::string_view text) {
    if (!text.empty() && text.size() <= DefinitionSource::kTextLimit &&
        !has_control_character(text))
        return std::string(text);
    return invalid("'" + printable(text, 40) + "' is not a text of 1 to " +
                   std::to_string(DefinitionSource::kTextLimit) +
                   " bytes without control characters");
}

Result<std::string> parse_range_text(std::string_view text) { return std::string(text); }

Result<std::uint32_t> parse_count(std::string_view text) {
    return parse_number<std::uint32_t>(text, 0, 999'999'999);
}

Result<std::string> parse_property_name(std::string_view text) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
    // A range would take these for what the definition itself knows.
    constexpr std::array<std::string_view, 9> kTaken{"name",   "kind",  "role",  "type", "mac",
                                                     "server", "image", "state", "group"};
    if (text.empty() || text.size() > 63 || !kLetters.contains(text.front()) ||
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") != std::string_view::npos)
        return invalid("'" + printable(text, 40) +
                       "' is not a property's name: 1 to 63 of a-z, 0-9, '_' and '-', the first a "
                       "letter");
    if (is_among(kTaken, text))
        return invalid("'" + std::string(text) + "' is an attribute that DIM itself knows");
    return std::string(text);
}

Result<void> check_property(std::string_view name, std::string_view value) {
    if (name == "kernel-arguments") {
        const auto is_wrong = [](char c) { return c < ' ' || c > '~' || c == '"'; };
        if (std::ranges::any_of(value, is_wrong))
            return invalid("'" + printable(value, 40) +
                           "' are no words of a kernel command line: printable ASCII without '\"'");
        for (const std::string_view word : split(value, ' '))
            DIM_CHECK(model::check_network_word(word));
    } else if (name == "bay") {
        DIM_CHECK(parse_number<std::uint32_t>(value, 1, kLastBay));
    } else if (name == "snmp-port") {
        DIM_CHECK(parse_number<std::uint16_t>(value, 1));
    } else if (name == sync::kKeepOutProperty) {
        DIM_TRY(auto rules, sync::rules_of(value, "this definition"));
        DIM_CHECK(sync::KeepOut::parse(std::move(rules)));
    } else if (name == "credentials" && !value.starts_with('/')) {
        return invalid("'" + printable(value, 40) + "' is not the absolute path of a file");
    }
    return {};
}

Result<model::ComponentName> parse_group_name(std::string_view text) {
    DIM_TRY(auto name, model::ComponentName::parse(text));
    if (text == "all") return invalid("'all' stands for everything");
    if (text.find_first_of("0123456789") == std::string_view::npos) return name;
    return invalid("'" + std::string(text) + "' has a digit, so a range would take it for a name");
}

Result<std::string> parse_domain(std::string_view text) {
    for (const std::string_view label : split(text, '.'))
        DIM_CHECK(model::ComponentName::parse(label));
    if (text == "arpa" || text.ends_with(".arpa"))
        return invalid("'" + printable(text, 40) + "' is of the reverse zones");
    if (text.size() <= 180) return std::string(text);
    return invalid("the domain is longer than 180 bytes");
}

Result<std::string> parse_suffix(std::string_view text) {
    if (text.starts_with('-') && model::ComponentName::parse(text.substr(1)))
        return std::string(text);
    return invalid("'" + printable(text, 40) + "' is not a '-' with a name after it");
}

Result<DhcpOption::Type> parse_option_type(std::string_view text) {
    if (text == "text") return DhcpOption::Type::text;
    if (text == "hex") return DhcpOption::Type::hex;
    if (text == "address") return DhcpOption::Type::address;
    return invalid("'" + printable(text, 40) + "' is not text, hex or address");
}

Result<std::uint8_t> parse_option_code(std::string_view text) {
    DIM_TRY(const auto code, parse_number<std::uint8_t>(text, 1, 254));
    if (!is_own_option(code)) return code;
    return invalid("option " + std::string(text) + " is one that DIM sets itself");
}

Result<void> check_option_value(const DhcpOption& option) {
    const std::string& value = option.value;
    switch (option.type) {
        case DhcpOption::Type::text:
            if (std::ranges::all_of(
                    value, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }))
                return {};
            return invalid("a text may be of printable ASCII only, without '\"' and '\\'");
        case DhcpOption::Type::hex:
            if (value.size() % 2 == 0 &&
                value.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos)
                return {};
            return invalid("'" + printable(value, 40) +
                           "' is not an even number of hexadecimal digits");
        case DhcpOption::Type::address:
            for (const std::string_view address : split(value, ','))
                DIM_CHECK(model::Ipv4Address::parse(address));
            return {};
    }
    return {};
}

}  // namespace dim::cluster
