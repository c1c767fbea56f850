#include "libdim/tls/secret_lines.hpp"

#include "libdim/base/text.hpp"

#include <string>

namespace dim::tls {

namespace {

Result<void>
read_line(std::string_view line,
          const std::function<Result<void>(std::string_view key, std::string_view value)>& take) {
    if (line.contains('\0')) return fail(ErrorCode::invalid_input, "a zero byte");
    const auto [key, value] = first_word(line);
    if (value.empty()) return fail(ErrorCode::invalid_input, "a word without a value");
    return take(key, value);
}

}  // namespace

std::pair<std::string_view, std::string_view> first_word(std::string_view line) {
    const std::size_t end = line.find_first_of(" \t");
    if (end == std::string_view::npos) return {line, {}};
    return {line.substr(0, end), trim(line.substr(end))};
}

Result<void> read_secret_lines(
    std::string_view text,
    const std::function<Result<void>(std::string_view key, std::string_view value)>& take) {
    std::size_t number = 0;
    for (std::string_view line : split(text, '\n')) {
        ++number;
        line = trim(line);
        if (line.empty() || line.starts_with('#')) continue;
        if (auto read = read_line(line, take); !read)
            return fail(std::move(read).error().with_context("line " + std::to_string(number)));
    }
    return {};
}

}  // namespace dim::tls
