#include "libdim/manifest/lines.hpp"
#include "libdim/manifest/manifest_samples.hpp"
#include "libdim/manifest/manifest_text.hpp"
#include "libdim/testing/fuzz.hpp"

#include <algorithm>
#include <cstdlib>

// Arbitrary bytes: no crash, and what is read is written again as the same bytes.

namespace {

dim::testing::Goal manifests("manifests read and written again");
dim::testing::Goal linked("hard links among them");
dim::testing::Goal refused("refusals that name a line");

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    // Without the first and the last line, which the target adds.
    const auto body = [](const manifest::Manifest& sample) {
        const std::string text = to_text(sample);
        const std::size_t begin = text.find('\n') + 1;
        return text.substr(begin, text.rfind("=end ") - begin);
    };
    const manifest::Manifest root{{manifest::samples::every_type().entries.front()}};
    return {{"every-type", body(manifest::samples::every_type())}, {"root", body(root)}};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using dim::manifest::parse_manifest;
    const std::string_view input = dim::testing::text_of(data, size);
    if (parse_manifest(input)) std::abort();  // nobody guesses a digest
    std::string text = "dim-manifest 1\n" + std::string(input);
    if (!text.ends_with('\n')) text += '\n';
    dim::manifest::append_end(text, static_cast<std::size_t>(std::ranges::count(text, '\n')) - 1);
    const auto parsed = parse_manifest(text);
    if (!parsed) {
        if (parsed.error().message().starts_with("line ")) refused.reach();
        return 0;
    }
    if (to_text(*parsed) != text) std::abort();
    manifests.reach();
    if (std::ranges::any_of(parsed->entries,
                            [](const auto& entry) { return entry.link_group != 0; }))
        linked.reach();
    return 0;
}
