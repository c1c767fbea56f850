#include "libdim/http/head_scanner.hpp"

namespace dim::http {

Result<void, ProtocolError> HeadScanner::step(char byte) {
    const auto code = static_cast<unsigned char>(byte);
    if (++size_ > limit_)
        return std::unexpected(
            ProtocolError{431, "the head is longer than " + std::to_string(limit_) + " bytes"});
    if (place_ == Place::after_return) {
        if (byte != '\n')
            return std::unexpected(ProtocolError{400, "a carriage return without a line feed"});
        if (is_empty_line_ && size_ == 2)
            return std::unexpected(ProtocolError{400, "the head begins with an empty line"});
        place_ = is_empty_line_ ? Place::at_end : Place::line_start;
        return {};
    }
    if (byte == '\r') {
        is_empty_line_ = place_ == Place::line_start;
        place_ = Place::after_return;
        return {};
    }
    if ((code < 0x20 && byte != '\t') || code == 0x7f)
        return std::unexpected(ProtocolError{400, "a control character in the head"});
    place_ = Place::in_line;
    return {};
}

Result<std::optional<std::size_t>, ProtocolError> HeadScanner::feed(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (auto stepped = step(bytes[i]); !stepped)
            return std::unexpected(std::move(stepped).error());
        if (place_ == Place::at_end) return i + 1;
    }
    return std::nullopt;
}

}  // namespace dim::http
