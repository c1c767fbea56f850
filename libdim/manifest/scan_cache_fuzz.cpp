#include "libdim/manifest/lines.hpp"
#include "libdim/manifest/manifest_samples.hpp"
#include "libdim/manifest/scan_cache.hpp"
#include "libdim/testing/fuzz.hpp"

#include <algorithm>
#include <cstdlib>

// Arbitrary bytes: no crash, and what is read is written again as the same bytes.

namespace {
dim::testing::Goal caches("caches read and written again");
dim::testing::Goal stamps("stamps among them");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    // Without the first and the last line, which the target adds.
    const std::string text =
        to_text(manifest::samples::cache_of(manifest::samples::every_type()), "abc");
    const std::size_t begin = text.find('\n') + 1;
    return {{"stamps", text.substr(begin, text.rfind("=end ") - begin)}, {"none", "-\n"}};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    std::string text = "dim-scan-cache 1 abc\n" + std::string(dim::testing::text_of(data, size));
    if (!text.ends_with('\n')) text += '\n';
    const auto count = static_cast<std::size_t>(std::ranges::count(text, '\n')) - 1;
    dim::manifest::append_end(text, count);
    const auto cache = dim::manifest::parse_scan_cache(text, "abc", count);
    if (!cache) return 0;
    if (to_text(*cache, "abc") != text) std::abort();
    caches.reach();
    if (!cache->empty() && cache->front()) stamps.reach();
    return 0;
}
