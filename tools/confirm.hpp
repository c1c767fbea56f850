#pragma once

#include "tools/command.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace dim::tool {

/// More blades than this are touched only after a question.
inline constexpr std::size_t kAskAbove = 8;
/// For what is deleted.
inline constexpr std::size_t kAskAlways = 0;

/// Asks on the terminal before WHAT ("assign image 'granite' to") is done to COUNT blades, when
/// they are more than ASK_ABOVE; --yes answers it. WHICH tells their names, and is called only for
/// a question; it may return nothing. Failures: not_confirmed when the answer is no, or when there
/// is nobody to ask.
Outcome<> confirm(const Context& context, const std::string& what, std::size_t count,
                  const std::function<std::string()>& which = {},
                  std::size_t ask_above = kAskAbove);

/// Asks whatever DEED is ("remove the image granite"); otherwise as confirm().
Outcome<> confirm_deed(const Context& context, const std::string& deed);

}  // namespace dim::tool
