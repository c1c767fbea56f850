#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace dim::sys {

/// The last LIMIT bytes of the kernel's log, whole lines only (syslog(2), SYSLOG_ACTION_READ_ALL).
Result<std::string> kernel_log(std::size_t limit);
/// The whole lines in the last LIMIT bytes of TEXT.
std::string_view last_lines(std::string_view text, std::size_t limit);

}  // namespace dim::sys
