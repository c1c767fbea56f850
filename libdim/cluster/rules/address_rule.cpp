#include "libdim/cluster/rules/address_rule.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

namespace dim::cluster {

namespace {

using model::Ipv4Address;
using model::Ipv4Network;
using model::Ipv6Address;
using model::Ipv6Network;
using model::MacAddress;

/// How an address is written, in parts.
struct Form {
    std::size_t parts;
    std::int64_t most;  ///< the largest value of a part
    char separator;
    int base;
    std::string_view example;
};

template <class Address>
constexpr bool kIsNetwork =
    std::is_same_v<Address, Ipv4Network> || std::is_same_v<Address, Ipv6Network>;

template <class Address>
constexpr Form form_of() {
    if constexpr (std::is_same_v<Address, MacAddress>) {
        return {6, 255, ':', 16, "02:00:00:{server}:{chassis}:{blade}"};
    } else if constexpr (std::is_same_v<Address, Ipv4Address>) {
        return {4, 255, '.', 10, "10.{server}.{chassis}.{blade+10}"};
    } else if constexpr (std::is_same_v<Address, Ipv4Network>) {
        return {4, 255, '.', 10, "10.{server}.0.0/16"};
    } else if constexpr (std::is_same_v<Address, Ipv6Address>) {
        return {8, 65535, ':', 16, "fd00:{server}::{chassis}:{blade}"};
    } else {
        return {8, 65535, ':', 16, "fd00:{server}::/64"};
    }
}

std::string quoted_rule(std::string_view text) {
    return '\'' + printable(text, AddressRule<MacAddress>::kLengthLimit) + '\'';
}

/// The pieces between separators outside of braces. Errors: invalid_input for braces without a
/// partner or inside each other.
Result<std::vector<std::string_view>> split_outside_braces(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    std::size_t begin = 0;
    bool is_inside = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == (is_inside ? '{' : '}')) {
            return fail(ErrorCode::invalid_input,
                        quoted_rule(text.substr(i)) + " has a brace without a partner");
        }
        if (text[i] == '{' || text[i] == '}') is_inside = text[i] == '{';
        if (text[i] != separator || is_inside) continue;
        pieces.push_back(text.substr(begin, i - begin));
        begin = i + 1;
    }
    if (is_inside) {
        return fail(ErrorCode::invalid_input, quoted_rule(text) + " has a '{' without a '}'");
    }
    pieces.push_back(text.substr(begin));
    return pieces;
}

std::unexpected<Error> wrong_form(const Form& form, std::string_view text) {
    return fail(Error(ErrorCode::invalid_input,
                      quoted_rule(text) + " has not " + std::to_string(form.parts) + " parts")
                    .with_cure("write it like " + std::string(form.example)));
}

/// With as many "0" as are missing where "::" stands.
Result<std::vector<std::string_view>> fill_up(const Form& form, std::string_view text,
                                              std::vector<std::string_view> pieces) {
    if (form.parts != 8) return pieces;
    const auto is_gap = [](std::string_view piece) { return piece.empty(); };
    const auto gap = std::ranges::find_if(pieces, is_gap);
    if (gap == pieces.end()) return pieces;
    // "::1" begins, "1::" ends with two empty pieces, "::" is three.
    auto end = std::ranges::find_if_not(gap, pieces.end(), is_gap);
    const bool is_outer = gap == pieces.begin() || end == pieces.end();
    const auto length = static_cast<std::size_t>(end - gap);
    const std::size_t wanted = pieces.size() == 3 && length == 3 ? 3 : is_outer ? 2 : 1;
    const std::size_t others = pieces.size() - length;
    if (length != wanted || others >= form.parts ||
        std::find_if(end, pieces.end(), is_gap) != pieces.end()) {
        return wrong_form(form, text);
    }
    const auto place = pieces.erase(gap, end);
    pieces.insert(place, form.parts - others, "0");
    return pieces;
}

/// A part outside of braces, as the expression of its value.
Result<Expression> parse_literal(const Form& form, std::string_view part) {
    const std::size_t digits = form.most == 65535 ? 4 : form.base == 16 ? 2 : 3;
    const auto value = parse_number<std::int64_t>(part, 0, form.most, form.base);
    const bool is_padded = form.base == 10 && part.size() > 1 && part.front() == '0';
    const bool is_short = form.parts == 6 && part.size() != digits;
    if (!value || part.size() > digits || is_padded || is_short) {
        return fail(
            Error(ErrorCode::invalid_input, quoted_rule(part) + " is not a part of such an address")
                .with_cure("write it like " + std::string(form.example)));
    }
    return Expression::parse(std::to_string(*value), {});
}

template <class Address>
Result<Address> assemble(std::span<const std::int64_t> values, [[maybe_unused]] int prefix_length) {
    if constexpr (kIsNetwork<Address>) {
        using Host =
            std::conditional_t<std::is_same_v<Address, Ipv4Network>, Ipv4Address, Ipv6Address>;
        DIM_TRY(const Host host, assemble<Host>(values, -1));
        return Address::parse(to_string(host) + '/' + std::to_string(prefix_length));
    } else if constexpr (std::is_same_v<Address, Ipv4Address>) {
        std::uint32_t number = 0;
        for (const std::int64_t value : values)
            number = number << 8 | static_cast<std::uint32_t>(value);
        return Ipv4Address(number);
    } else if constexpr (std::is_same_v<Address, Ipv6Address>) {
        Ipv6Address::Bytes bytes{};
        for (std::size_t i = 0; i < values.size(); ++i) {
            bytes[2 * i] = static_cast<std::uint8_t>(values[i] >> 8);
            bytes[2 * i + 1] = static_cast<std::uint8_t>(values[i] & 255);
        }
        return Ipv6Address(bytes);
    } else {
        MacAddress::Bytes bytes{};
        for (std::size_t i = 0; i < values.size(); ++i)
            bytes[i] = static_cast<std::uint8_t>(values[i]);
        return MacAddress::from_bytes(bytes);
    }
}

/// The address without the literal prefix length of a network, which must be one there can be.
template <class Address>
Result<std::pair<std::string_view, int>> without_prefix(std::string_view text) {
    if constexpr (!kIsNetwork<Address>) {
        return std::pair{text, -1};
    } else {
        DIM_TRY(const auto pieces, split_outside_braces(text, '/'));
        if (pieces.size() != 2) {
            return fail(Error(ErrorCode::invalid_input, quoted_rule(text) + " has no prefix length")
                            .with_cure("write it like " + std::string(form_of<Address>().example)));
        }
        DIM_TRY(const int prefix_length, parse_number<int>(pieces[1], 0, 128));
        const std::string_view none = form_of<Address>().parts == 4 ? "0.0.0.0/" : "::/";
        DIM_CHECK(Address::parse(std::string(none) + std::string(pieces[1])));
        return std::pair{pieces[0], prefix_length};
    }
}

}  // namespace

template <class Address>
Result<std::vector<typename AddressRule<Address>::Part>>
AddressRule<Address>::parse_parts(std::string_view text, std::span<const std::string> variables) {
    constexpr Form kForm = form_of<Address>();
    DIM_TRY(auto pieces, split_outside_braces(text, kForm.separator));
    DIM_TRY(pieces, fill_up(kForm, text, std::move(pieces)));
    if (pieces.size() != kForm.parts) return wrong_form(kForm, text);
    std::vector<Part> parts;
    for (const std::string_view piece : pieces) {
        if (!piece.contains('{')) {
            DIM_TRY(Expression value, parse_literal(kForm, piece));
            parts.push_back({std::string(piece), std::move(value)});
            continue;
        }
        if (!piece.starts_with('{') || piece.find('}') != piece.size() - 1) {
            return fail(ErrorCode::invalid_input,
                        "part " + quoted_rule(piece) + " is more than one expression in braces");
        }
        DIM_TRY(Expression value, Expression::parse(piece.substr(1, piece.size() - 2), variables));
        parts.push_back({std::string(piece), std::move(value)});
    }
    return parts;
}

template <class Address>
Result<AddressRule<Address>> AddressRule<Address>::parse(std::string_view text,
                                                         std::span<const std::string> variables) {
    if (text.size() > kLengthLimit) {
        return fail(ErrorCode::limit_exceeded, "the address " + quoted_rule(text.substr(0, 40)) +
                                                   " is longer than " +
                                                   std::to_string(kLengthLimit) + " bytes");
    }
    AddressRule rule;
    rule.text_ = text;
    if (!text.contains('{')) {  // any spelling of an address
        DIM_TRY(const Address address, Address::parse(text));
        const std::string written = to_string(address);
        DIM_TRY(const auto literal, without_prefix<Address>(written));
        rule.prefix_length_ = literal.second;
        DIM_TRY(rule.parts_, parse_parts(literal.first, {}));
        return rule;
    }
    const auto with_rule = [&](Error error) {
        return fail(std::move(error).with_context("address " + quoted_rule(text)));
    };
    const auto address = without_prefix<Address>(text);
    if (!address) return with_rule(address.error());
    rule.prefix_length_ = address->second;
    auto parts = parse_parts(address->first, variables);
    if (!parts) return with_rule(std::move(parts).error());
    rule.parts_ = *std::move(parts);
    if (rule.is_constant()) DIM_CHECK(rule.evaluate({}));
    return rule;
}

template <class Address>
Result<Address> AddressRule<Address>::evaluate(VariableValues values) const {
    constexpr Form kForm = form_of<Address>();
    std::array<std::int64_t, kForm.parts> numbers{};
    const auto with_rule = [this](Error error) {
        return fail(std::move(error).with_context("address " + quoted_rule(text_)));
    };
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const auto number = parts_[i].value.evaluate(values);
        if (!number) return with_rule(Error(number.error()).with_context(parts_[i].text));
        if (*number < 0 || *number > kForm.most) {
            return with_rule(Error(ErrorCode::invalid_input,
                                   parts_[i].text + " is " + std::to_string(*number) +
                                       ", which is not from 0 to " + std::to_string(kForm.most)));
        }
        numbers[i] = *number;
    }
    auto address = assemble<Address>(numbers, prefix_length_);
    if (!address) return with_rule(std::move(address).error());
    return address;
}

template <class Address>
bool AddressRule<Address>::is_constant() const {
    return std::ranges::all_of(parts_, [](const Part& part) { return part.value.is_constant(); });
}

template class AddressRule<Ipv4Address>;
template class AddressRule<Ipv4Network>;
template class AddressRule<Ipv6Address>;
template class AddressRule<Ipv6Network>;
template class AddressRule<MacAddress>;

}  // namespace dim::cluster
