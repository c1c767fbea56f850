#include "libdim/base/text.hpp"
#include "libdim/testing/fuzz.hpp"
#include "linuxrc/command_line.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace {
dim::testing::Goal words_again("words that come back out of the command line");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"words", "console=hvc0\x01quiet\x01"
                      "dim.server=10.1.0.1"},
            {"quoted", "a=b c\x01"
                       "d"}};
}

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
    if (words.size() > 1) words_again.reach();
    return 0;
}
