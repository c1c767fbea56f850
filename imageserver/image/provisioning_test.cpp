#include "imageserver/image/disk_space.hpp"
#include "imageserver/image/provisioning.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30;

TEST(Provisioning, RefusesWhatNobodyMeant) {
    for (const char* text : {"", "Reserved", "thick", "thin:", "thin:%", "thin:0%", "thin:150",
                             "thin:10001%", "thin:-5%", "thin:1.5%", "thin:150%%", "reserved "}) {
        const auto parsed = Provisioning::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_FALSE(parsed.error().cure().empty());
    }
}

TEST(Provisioning, IsWrittenAsItIsRead) {
    for (const char* text : {"reserved", "thin:1%", "thin:150%", "thin:10000%"})
        EXPECT_EQ(to_string(Provisioning::parse(text).value()), text);
    EXPECT_EQ(Provisioning::parse("thin").value(), Provisioning::thin());
    EXPECT_EQ(to_string(Provisioning::thin()), "thin:200%");
}

TEST(Provisioning, ALimitIsAShareOfWhatTheDiskCanHold) {
    EXPECT_EQ(Provisioning::thin(150).limit(100 * kGibibyte), 150 * kGibibyte);
    EXPECT_EQ(Provisioning::thin(Provisioning::kMostPercent).limit(UINT64_MAX / 100) > 0, true);
}

TEST(DiskSpace, KeepsAPartOfASmallDiskAndAGibibyteOfALargeOne) {
    EXPECT_EQ(low_water(20 * kGibibyte), kGibibyte);
    EXPECT_EQ(low_water(100'000 * kGibibyte), kGibibyte);
    EXPECT_EQ(low_water(kGibibyte), kGibibyte / 20);
}

TEST(DiskSpace, RefusesWhatDoesNotFitAndSaysWhatThereIs) {
    const DiskSpace space{.total = 100 * kGibibyte,
                          .free = 20 * kGibibyte,
                          .committed = 150 * kGibibyte,
                          .allocated = 60 * kGibibyte};
    EXPECT_TRUE(check_fits("/srv", space, 19 * kGibibyte));
    const auto refused = check_fits("/srv", space, 19 * kGibibyte + 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::limit_exceeded);
    EXPECT_NE(refused.error().message().find("have 20 GiB, of which 1 GiB"), std::string::npos)
        << refused.error().message();
    EXPECT_TRUE(check_commitment("/srv", space, Provisioning::thin(200)));
    EXPECT_TRUE(check_commitment("/srv", space, Provisioning::reserved()));
    const auto overcommitted = check_commitment("/srv", space, Provisioning::thin(187));
    ASSERT_FALSE(overcommitted);
    EXPECT_NE(overcommitted.error().message().find("150 GiB"), std::string::npos);
    EXPECT_FALSE(overcommitted.error().cure().empty());
}

}  // namespace
}  // namespace dim::server
