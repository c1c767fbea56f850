#pragma once

#include "tools/command.hpp"

#include <cstddef>
#include <string>

namespace dim::tool {

/// More blades than this are touched only after a question.
inline constexpr std::size_t kAskAbove = 8;

/// Asks on the terminal before WHAT ("assign image 'granite' to") is done to COUNT blades; --yes
/// answers it. Errors: conflict with a cure when the answer is no, or when there is nobody to ask.
Result<void> confirm(const Context& context, const std::string& what, std::size_t count);

/// True for an error that confirm() made.
bool is_not_confirmed(const Error& error);

}  // namespace dim::tool
