#pragma once

#include "libdim/base/result.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace dim::cluster {

/// The name of a network interface of Linux: 1 to 15 letters, digits, '.', '_' and '-', the first a
/// letter or digit.
class DeviceName {
public:
    /// Errors: invalid_input.
    static Result<DeviceName> parse(std::string_view text);

    const std::string& text() const { return text_; }
    auto operator<=>(const DeviceName&) const = default;

private:
    explicit DeviceName(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

inline const std::string& to_string(const DeviceName& name) { return name.text(); }

}  // namespace dim::cluster
