#include "libdim/sys/file.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "tools/sample_cluster.hpp"
#include "tools/zone_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Result<std::vector<render::DnsZone>> zones(std::string_view which) {
    return render_zones(sample::definition(), which, *model::ComponentName::parse("s01"), 7);
}

TEST(ZoneFiles, AnUnknownZoneIsRefusedWithThoseThereAre) {
    const auto refused = zones("example.com");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::not_found);
    EXPECT_THAT(refused.error().cure(), HasSubstr("small.example, "));
    EXPECT_THAT(refused.error().cure(), HasSubstr(".in-addr.arpa"));
}

TEST(ZoneFiles, AZoneThatIsNoFileNameIsNotWritten) {
    const dim::testing::TemporaryDirectory directory;
    EXPECT_FALSE(write_zone_files(std::vector<render::DnsZone>{{"../x", ""}}, directory.path()));
}

TEST(ZoneFiles, ByWordAndByName) {
    ASSERT_EQ(zones("forward").value().size(), 1U);
    EXPECT_EQ(zones("forward"), zones("small.example"));
    const auto reverse = zones("reverse").value();
    ASSERT_GE(reverse.size(), 2U);
    EXPECT_EQ(zones(reverse.back().name).value().front(), reverse.back());
    EXPECT_THAT(zones("hosts").value().front().text, HasSubstr("s01c1b01.small.example"));
}

TEST(ZoneFiles, SeveralAreToldApart) {
    const auto reverse = zones("reverse").value();
    EXPECT_THAT(zones_text(reverse), StartsWith("; zone " + reverse.front().name + "\n$ORIGIN " +
                                                reverse.front().name + ".\n"));
    EXPECT_EQ(zones_text(std::span(reverse).first(1)), reverse.front().text);
}

TEST(ZoneFiles, EachIsAFile) {
    const dim::testing::TemporaryDirectory directory;
    const auto reverse = zones("reverse").value();
    const auto paths = write_zone_files(reverse, directory / "zones").value();
    ASSERT_EQ(paths.size(), reverse.size());
    EXPECT_EQ(paths.front(), directory / "zones/" + reverse.front().name);
    EXPECT_EQ(sys::read_file(paths.front()).value(), reverse.front().text);
}

}  // namespace
}  // namespace dim::tool
