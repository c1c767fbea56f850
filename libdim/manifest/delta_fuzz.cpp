#include "libdim/manifest/delta.hpp"
#include "libdim/manifest/lines.hpp"
#include "libdim/manifest/manifest_samples.hpp"
#include "libdim/testing/fuzz.hpp"

#include <algorithm>
#include <cstdlib>

// Arbitrary bytes: no crash, and what is read is written again as the same bytes; applied, it gives
// a manifest in order or an error.

namespace {

namespace manifest = dim::manifest;

dim::testing::Goal deltas("deltas read and written again");
dim::testing::Goal applied("deltas applied");
dim::testing::Goal foreign("deltas of another manifest");

const std::string kDigest(64, 'a');

std::string body_of(const manifest::Delta& delta) {
    const std::string text = to_text(delta, kDigest, kDigest);
    const std::size_t begin = text.find('\n') + 1;
    return text.substr(begin, text.rfind("=end ") - begin);
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    const manifest::Manifest all = manifest::samples::every_type();
    const manifest::Manifest root{{all.entries.front()}};
    return {{"grow", body_of(delta_between(root, all))},
            {"shrink", body_of(delta_between(all, root))},
            {"foreign", "- nowhere\n"}};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    std::string text = "dim-manifest-delta 1 " + kDigest + " " + kDigest + "\n" +
                       std::string(dim::testing::text_of(data, size));
    if (!text.ends_with('\n')) text += '\n';
    manifest::append_end(text, static_cast<std::size_t>(std::ranges::count(text, '\n')) - 1);
    const auto parsed = manifest::parse_delta(text);
    if (!parsed) return 0;
    if (to_text(parsed->delta, parsed->from, parsed->to) != text) std::abort();
    deltas.reach();
    const auto made = apply(parsed->delta, manifest::samples::every_type());
    if (!made) {
        foreign.reach();
        return 0;
    }
    applied.reach();
    if (!std::ranges::is_sorted(made->entries, {}, &manifest::Entry::path)) std::abort();
    return 0;
}
