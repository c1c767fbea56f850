#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/process.hpp"

#include <string>
#include <string_view>

namespace dim::bladeexec {

/// How the command ended, or why it was not started.
using Report = Result<sys::ExitStatus>;

/// What blade-exec writes to its standard input, a socket, and back. Errors of parse_report:
/// internal for what is no report, such as nothing.
std::string to_text(const Report& report);
Report parse_report(std::string_view text);

}  // namespace dim::bladeexec
