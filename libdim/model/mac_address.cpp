#include "libdim/model/mac_address.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

namespace dim::model {

Result<MacAddress> MacAddress::parse(std::string_view text) {
    const auto invalid = [text] {
        return fail(ErrorCode::invalid_input,
                    "'" + printable(text, 40) + "' is not a MAC address such as 00:0d:60:1e:ca:00");
    };
    const auto pieces = split(text, text.contains('-') ? '-' : ':');
    Bytes bytes{};
    if (pieces.size() != bytes.size()) return invalid();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = parse_number<std::uint8_t>(pieces[i], 0, 255, 16);
        if (pieces[i].size() != 2 || !byte) return invalid();
        bytes[i] = *byte;
    }
    return from_bytes(bytes);
}

Result<MacAddress> MacAddress::from_bytes(const Bytes& bytes) {
    const MacAddress address(bytes);
    if ((bytes[0] & 1) != 0 || bytes == Bytes{}) {
        return fail(ErrorCode::invalid_input,
                    to_string(address) + " is not the address of one network port");
    }
    return address;
}

std::string to_string(const MacAddress& address) {
    std::string text;
    for (const std::uint8_t byte : address.bytes()) {
        if (!text.empty()) text += ':';
        const char raw = static_cast<char>(byte);
        text += to_hex({&raw, 1});
    }
    return text;
}

}  // namespace dim::model
