#include "libdim/manifest/lines.hpp"
#include "libdim/manifest/manifest_samples.hpp"
#include "libdim/manifest/scan_cache.hpp"

#include <gmock/gmock.h>

namespace dim::manifest {
namespace {

TEST(ScanCache, IsOfOneManifestOnly) {
    const ScanCache cache = samples::cache_of(samples::every_type());
    const std::string text = to_text(cache, "abc");
    EXPECT_EQ(parse_scan_cache(text, "abc", cache.size()), cache);
    EXPECT_FALSE(parse_scan_cache(text, "abd", cache.size()));
    EXPECT_FALSE(parse_scan_cache(text, "abc", cache.size() - 1));
    EXPECT_FALSE(parse_scan_cache(text.substr(1), "abc", cache.size()));
}

TEST(ScanCache, RefusesStampsThatAreWrong) {
    for (const char* line : {"", "x", "1", "1 2", "1 2.000000000 3", "-1 2.000000000", "--"}) {
        std::string text = "dim-scan-cache 1 abc\n" + std::string(line) + "\n";
        append_end(text, 1);
        const auto parsed = parse_scan_cache(text, "abc", 1);
        ASSERT_FALSE(parsed) << line;
        EXPECT_THAT(parsed.error().message(), ::testing::HasSubstr("line 2: ")) << line;
    }
}

}  // namespace
}  // namespace dim::manifest
