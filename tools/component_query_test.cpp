#include "tools/component_query.hpp"
#include "tools/fake_daemon.hpp"
#include "tools/sample_cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> names_in(const std::string& range, const std::string& role = "blade") {
    const auto list = select_components(sample::definition(), {range, role});
    if (!list) return {list.error().message()};
    std::vector<std::string> names;
    for (const api::NamedComponent& component : list->names)
        names.push_back(to_string(component.name));
    return names;
}

TEST(ComponentQuery, WhatOnlyTheDaemonKnowsIsRefusedWithTheCure) {
    for (const std::string range : {"image=granite", "state=failed", "s01@state!=running"}) {
        const Context context{.client = ApiClient("/nonexistent"), .cluster_file = "/nonexistent"};
        const auto list = query_components(context, {range, "blade"});
        ASSERT_FALSE(list) << range;
        EXPECT_EQ(list.error().exit_code, ExitCode::usage) << list.error().cause.message();
        EXPECT_THAT(list.error().cause.message(), HasSubstr("only the daemon knows"));
        EXPECT_THAT(list.error().cause.cure(), HasSubstr("--cluster"));
    }
}

TEST(ComponentQuery, UnknownRolesAndNamesAreRefused) {
    EXPECT_FALSE(select_components(sample::definition(), {"all", "switch"}));
    EXPECT_EQ(select_components(sample::definition(), {"s03", "blade"}).error().code(),
              ErrorCode::not_found);
}

TEST(ComponentQuery, ThePlaceStandsForItsRole) {
    EXPECT_THAT(names_in("s02"), ElementsAre("s02c1b01", "s02c1b02", "s02c2b01"));
    EXPECT_THAT(names_in("s02", "management-module"), ElementsAre("s02c1mm", "s02c2mm"));
    EXPECT_THAT(names_in("s02", "server"), ElementsAre("s02"));
    EXPECT_EQ(names_in("s02", "any").size(), 6U);
    EXPECT_THAT(names_in("mm3"), ElementsAre("s02c1mm"));
}

TEST(ComponentQuery, TellsWhatABladeIs) {
    const auto list = select_components(sample::definition(), {"b3", "blade"}).value();
    ASSERT_EQ(list.names.size(), 1U);
    const api::NamedComponent& blade = list.names.front();
    EXPECT_EQ(blade.linear.text(), "b3");
    EXPECT_EQ(blade.role, "blade");
    EXPECT_EQ(blade.server, model::ComponentName::parse("s01").value());
    ASSERT_EQ(blade.addresses.size(), 1U);
    EXPECT_EQ(blade.addresses.front().host, "s01c2b01");
    EXPECT_EQ(to_string(blade.addresses.front().address), "10.1.2.11");
}

TEST(ComponentQuery, TheDaemonIsAskedUnlessThereIsAFile) {
    FakeDaemon daemon;
    daemon.prepare("POST /v1/names", blade_names({"s01c1b01"}));
    ASSERT_TRUE(query_components(daemon.context(), {"state=failed", "any"}));
    EXPECT_THAT(daemon.requests(),
                ElementsAre(R"(POST /v1/names {"range":"state=failed","role":"any"})"));
}

TEST(ComponentQuery, RangesAreJoinedAndNamesFolded) {
    EXPECT_EQ(parse_ranges({}).error().exit_code, ExitCode::usage);
    EXPECT_EQ(parse_ranges(std::vector<std::string>{"s01", "b["}).error().exit_code,
              ExitCode::usage);
    EXPECT_EQ(*parse_ranges(std::vector<std::string>{"s01", "-s01c1b03"}), "s01,-s01c1b03");
    std::vector<model::ComponentName> names;
    for (const std::string& name : names_in("s01"))
        names.push_back(*model::ComponentName::parse(name));
    EXPECT_EQ(*fold_component_names(sample::definition(), names), "s01c[1-2]b[01-02]");
    names.push_back(*model::ComponentName::parse("other"));
    EXPECT_FALSE(fold_component_names(sample::definition(), names));
}

}  // namespace
}  // namespace dim::tool
