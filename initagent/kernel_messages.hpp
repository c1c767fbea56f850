#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dim::agent {

/// The last COUNT lines of a kernel log, oldest first, printable, without syslog(2)'s priorities.
std::vector<std::string> last_kernel_messages(std::string_view log, std::size_t count);

}  // namespace dim::agent
