#include "libdim/http/byte_range.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <cctype>

namespace dim::http {

namespace {

constexpr std::string_view kUnit = "bytes=";
constexpr std::size_t kMostDigits = 19;

/// Nothing but digits, as RFC 9110 has it.
std::optional<std::uint64_t> position(std::string_view digits) {
    const bool is_number = !digits.empty() && digits.size() <= kMostDigits &&
                           std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number) return std::nullopt;
    const auto number = parse_number<std::uint64_t>(digits);
    return number ? std::optional(*number) : std::nullopt;
}

bool is_unit(std::string_view text) {
    return std::ranges::equal(text, kUnit, [](char one, char other) {
        return std::tolower(static_cast<unsigned char>(one)) == other;
    });
}

}  // namespace

Result<std::optional<ByteRange>> select_range(std::string_view field, std::uint64_t size) {
    const std::optional<ByteRange> whole;
    if (!is_unit(field.substr(0, kUnit.size()))) return whole;
    const std::string_view wanted = trim(field.substr(kUnit.size()));
    const std::size_t dash = wanted.find('-');
    if (dash == std::string_view::npos) return whole;
    const auto first = position(wanted.substr(0, dash));
    const auto last = position(wanted.substr(dash + 1));
    const bool has_end = dash + 1 < wanted.size();
    if ((dash != 0 && !first) || (has_end && !last) || (!first && !last)) return whole;
    if (first && last && *last < *first) return whole;
    if (first ? *first >= size : *last == 0 || size == 0)
        return fail(ErrorCode::invalid_input,
                    "there are only " + std::to_string(size) + " bytes of it");
    if (!first) {
        const std::uint64_t count = std::min(*last, size);
        return ByteRange{.first = size - count, .count = count};
    }
    const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
    return ByteRange{.first = *first, .count = end - *first + 1};
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
    return "bytes " + std::to_string(range.first) + "-" +
           std::to_string(range.first + range.count - 1) + "/" + std::to_string(size);
}

std::string unsatisfied_range(std::uint64_t size) { return "bytes */" + std::to_string(size); }

}  // namespace dim::http
