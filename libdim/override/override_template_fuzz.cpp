#include "libdim/base/text.hpp"
#include "libdim/override/template_text.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstdlib>

namespace {

dim::testing::Goal replaced("a template whose words are replaced");
dim::testing::Goal refused("one with an unknown word");

const dim::overrides::Words kWords{{"name", "s01c1b01"}, {"a", ""}, {"b", "{name}"}};

std::string with_braces_doubled(std::string_view text) {
    std::string made;
    for (const char c : text)
        made.append(c == '{' ? 2 : 1, c);
    return made;
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"words", "I am {name}.\n{a}{b}}}\n"},
            {"braces", "f() {\n  echo ${{HOME}\n}\n"},
            {"unknown", "one\n{nmae}\n"},
            {"open", "{name\n}"}};
}

/// A text whose braces are doubled becomes itself; one without braces, too. A refusal names the
/// file and a line that there is.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using dim::overrides::substitute;
    const std::string_view text = dim::testing::text_of(data, size);
    if (substitute(with_braces_doubled(text), {}, "f") != text) std::abort();
    const auto made = substitute(text, kWords, "etc/motd");
    if (made) {
        if (!text.contains('{') && *made != text) std::abort();
        if (*made != text) replaced.reach();
        return 0;
    }
    if (!made.error().message().starts_with("etc/motd, line ")) std::abort();
    if (!made.error().cure().contains("{name}")) std::abort();
    refused.reach();
    return 0;
}
