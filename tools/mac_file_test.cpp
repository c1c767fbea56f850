#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/expansion/sample_two_chassis.hpp"
#include "tools/mac_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

Result<DiscoverAnswers> read_macs(const std::string& text) {
    const auto definition =
        cluster::parse_cluster(cluster::sample::two_chassis_xml("/k", 1, 1), "x").value();
    return parse_mac_file(text, definition.taxonomy,
                          {model::ComponentName::parse("s01c1b03").value()});
}

TEST(MacFile, AWrongLineIsAProblemAndASecondOneABladesFailure) {
    std::string ports = "s01c1b03";
    for (int port = 0; port < 17; ++port)
        ports += ",02:00:00:00:00:" + std::to_string(10 + port);
    for (const std::string& wrong : {std::string("s01c1b03"), std::string("s01c1b03,x"),
                                     std::string("nobody,02:00:00:00:00:01"), ports}) {
        const auto read = read_macs("\n" + wrong + "\n").value();
        EXPECT_TRUE(read.sightings.empty()) << wrong;
        ASSERT_EQ(read.problems.size(), 1u) << wrong;
        EXPECT_THAT(read.problems.front().message(), HasSubstr("line 2: ")) << wrong;
    }
    const auto twice = read_macs("s01c1b03,02:00:00:00:00:01\nb3,02:00:00:00:00:02\n").value();
    ASSERT_EQ(twice.sightings.size(), 1u);
    EXPECT_FALSE(twice.sightings.begin()->second.macs) << "by its linear name, too";
    EXPECT_EQ(read_macs(std::string(40'001, '\n')).error().code(), ErrorCode::limit_exceeded);
}

TEST(MacFile, LinesNameBladesAndTheirPorts) {
    const auto read = read_macs("# boards\ns01c1b03 , 02:00:00:00:00:01,,02:00:00:00:00:02 # two\n"
                                "s01c1b04,02:00:00:00:00:09\n")
                          .value();
    ASSERT_EQ(read.sightings.size(), 1u) << "of the other one nobody asked";
    EXPECT_EQ(read.sightings.begin()->second.macs.value().size(), 2u);
    EXPECT_TRUE(read.problems.empty());
}

}  // namespace
}  // namespace dim::tool
