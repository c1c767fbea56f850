#pragma once

#include <string>

namespace dim::http {

/// Why a message was refused, and the status that tells its sender.
struct ProtocolError {
    int status = 400;  ///< 400, 411, 413, 414, 417, 431, 501, 505
    std::string text;
    bool operator==(const ProtocolError&) const = default;
};

}  // namespace dim::http
