#pragma once

#include <string>
#include <string_view>

namespace dim::overrides {

/// A file of lines NAME=VALUE, as a shell reads them, in which NAME has VALUE: lines that say
/// otherwise are comments that begin with WHY; all other bytes stay. What was done is not done
/// again.
std::string with_setting(std::string_view text, std::string_view name, std::string_view value,
                         std::string_view why);

}  // namespace dim::overrides
