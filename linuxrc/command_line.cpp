#include "linuxrc/command_line.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::linuxrc {

namespace {

bool can_be_in_word(char c) { return c > ' ' && c < '\x7f' && c != '"'; }

}  // namespace

Result<void> check_command_line_size(std::string_view line) {
    if (line.size() < kCommandLineBytes) return {};
    return fail(Error(ErrorCode::limit_exceeded,
                      "the kernel command line has " + std::to_string(line.size()) +
                          " bytes; there is room for " + std::to_string(kCommandLineBytes - 1))
                    .with_cure("leave some words out: of 'dim buildzimage --option', or of "
                               "kernel-arguments in the cluster definition"));
}

Result<std::string> render_command_line(std::span<const std::string> words) {
    std::string line;
    for (const std::string& word : words) {
        if (word.empty() || !std::ranges::all_of(word, can_be_in_word)) {
            return fail(
                Error(ErrorCode::invalid_input,
                      "'" + printable(word, 80) + "' is no word of a kernel command line")
                    .with_cure("use printable ASCII without blanks and quotes; give several words "
                               "one by one"));
        }
        line.append(line.empty() ? "" : " ").append(word);
    }
    DIM_CHECK(check_command_line_size(line));
    return line;
}

}  // namespace dim::linuxrc
