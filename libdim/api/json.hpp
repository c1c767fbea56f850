#pragma once

#include "libdim/base/result.hpp"

#include <string>
#include <string_view>

/// Messages to and from JSON (RFC 8259). Instantiated in the .cpp of each group of messages.
namespace dim::api {

/// The message in TEXT. Unknown members are ignored, so that old and new programs can talk.
/// Errors: invalid_input or limit_exceeded, with the path of the member at fault: "failure.stage:
/// …".
template <class Message>
Result<Message> parse(std::string_view text);

/// One line, members in the order of their declaration, absent optionals left out.
template <class Message>
std::string to_json(const Message& message);

}  // namespace dim::api
