#pragma once

#include "libdim/base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace dim::model {

/// A name that can be a host name label (RFC 1123): 1 to 63 of a-z, 0-9 and '-', not at the ends.
/// TAG keeps names of different things apart.
template <class Tag>
class Label {
public:
    /// Errors: invalid_input, naming what kind of name was expected.
    static Result<Label> parse(std::string_view text);

    const std::string& text() const { return text_; }
    auto operator<=>(const Label&) const = default;

private:
    explicit Label(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

template <class Tag>
const std::string& to_string(const Label<Tag>& label) {
    return label.text();
}

/// What the taxonomy names: a blade, a server, a network… "s01c1b01".
using ComponentName = Label<struct ComponentTag>;
/// One personality of a distribution: "sles10-compute".
using ImageName = Label<struct ImageTag>;

extern template class Label<struct ComponentTag>;
extern template class Label<struct ImageTag>;

/// The number of an immutable state of an image, from 1.
class Generation {
public:
    /// Errors: invalid_input for 0.
    static Result<Generation> from_number(std::uint32_t number);

    std::uint32_t number() const { return number_; }
    auto operator<=>(const Generation&) const = default;

private:
    explicit Generation(std::uint32_t number) : number_(number) {}
    std::uint32_t number_;
};

std::string to_string(Generation generation);

}  // namespace dim::model
