#include "libdim/manifest/manifest.hpp"
#include "libdim/manifest/manifest_samples.hpp"

#include <gtest/gtest.h>

namespace dim::manifest {
namespace {

TEST(Manifest, CountsAFileOfSeveralNamesOnce) {
    const Totals sum = totals(samples::every_type());
    EXPECT_EQ(sum, (Totals{.entries = 12, .files = 1, .bytes = 4}));
    EXPECT_EQ(totals(Manifest{}), Totals{});
}

TEST(Manifest, NamesEveryType) {
    EXPECT_EQ(to_string(EntryType::file), "file");
    EXPECT_EQ(to_string(EntryType::character_device), "character device");
}

}  // namespace
}  // namespace dim::manifest
