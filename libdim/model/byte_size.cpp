#include "libdim/model/byte_size.hpp"

#include "libdim/base/parse_number.hpp"

#include <limits>

namespace dim::model {

namespace {
constexpr std::string_view kUnits = "KMGT";
}  // namespace

Result<ByteSize> ByteSize::parse(std::string_view text) {
    const auto unit = text.empty() ? std::string_view::npos : kUnits.find(text.back());
    const unsigned shift =
        unit == std::string_view::npos ? 0 : 10 * (static_cast<unsigned>(unit) + 1);
    if (shift != 0) text.remove_suffix(1);
    const auto number =
        parse_number<std::uint64_t>(text, 0, std::numeric_limits<std::uint64_t>::max() >> shift);
    if (!number) {
        return fail(ErrorCode::invalid_input,
                    "'" + std::string(text.substr(0, 40)) +
                        "' is not a size: a number, with K, M, G or T behind it");
    }
    return ByteSize(*number << shift);
}

std::string to_string(ByteSize size) {
    std::uint64_t unit = 1;
    std::size_t index = 0;
    while (size.bytes() / unit >= 1024 && index < kUnits.size()) {
        unit *= 1024;
        ++index;
    }
    if (index == 0) return std::to_string(size.bytes()) + " B";
    // Tenths, rounded down, without floating point.
    const std::uint64_t tenths = size.bytes() / unit * 10 + size.bytes() % unit * 10 / unit;
    std::string text = std::to_string(tenths / 10);
    if (tenths % 10 != 0) text += '.' + std::to_string(tenths % 10);
    return text + ' ' + kUnits[index - 1] + "iB";
}

}  // namespace dim::model
