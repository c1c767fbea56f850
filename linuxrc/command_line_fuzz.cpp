#include "libdim/base/text.hpp"
#include "linuxrc/command_line.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

/// What is rendered is taken apart into the same words again, the way the kernel does it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::vector<std::string> words;
    for (const std::string_view word : dim::split(text, '\x01'))
        words.emplace_back(word);
    const dim::Result<std::string> line = dim::linuxrc::render_command_line(words);
    if (!line) return 0;
    if (line->size() >= dim::linuxrc::kCommandLineBytes) std::abort();
    const std::vector<std::string_view> again = dim::split_words(*line);
    if (!std::equal(again.begin(), again.end(), words.begin(), words.end())) std::abort();
    return 0;
}
