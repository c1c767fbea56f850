#pragma once

#include "libdim/base/result.hpp"

#include <functional>
#include <string_view>
#include <utility>

namespace dim::tls {

/// The first word of LINE, and the rest without blanks around it.
std::pair<std::string_view, std::string_view> first_word(std::string_view line);

/// Gives TAKE each line "KEY VALUE" of a file with secrets; '#' begins a comment line. Errors:
/// invalid_input for a line without a value or with a zero byte; those of TAKE. All name the line's
/// number and never its text.
Result<void> read_secret_lines(
    std::string_view text,
    const std::function<Result<void>(std::string_view key, std::string_view value)>& take);

}  // namespace dim::tls
