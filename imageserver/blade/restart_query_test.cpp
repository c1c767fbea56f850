#include "imageserver/blade/restart_query.hpp"
#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/image/fake_images.hpp"

#include <array>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::at;
using samples::blade;

class RestartQueryTest : public ::testing::Test {
protected:
    RestartQueryTest() {
        images.add(api::ImageSummary{samples::image(),
                                     model::Architecture::ppc64,
                                     *model::Generation::from_number(1),
                                     {"usr"},
                                     "/sbin/init",
                                     1,
                                     at(0),
                                     std::nullopt,
                                     0});
        put_image(1);
        EXPECT_TRUE(assignments.assign(std::array{blade()}, samples::image(), at(0)));
    }
    /// The blade's image is of GENERATION.
    void put_image(std::uint32_t generation) {
        images.add(api::BladeImage{blade(), samples::image(),
                                   *model::Generation::from_number(generation), "/x", 1, 1, true,
                                   true, std::nullopt});
    }
    void run_blade() {
        const auto boot = journal.begin_boot(blade(), samples::boot_request(9), at(9)).value();
        ASSERT_TRUE(journal.record_plan(boot.key, samples::boot_plan(), at(9)));
        ASSERT_TRUE(
            journal.record_running(blade(), boot_id(boot), samples::running_report(10), at(10)));
        id = boot_id(boot);
    }
    void move_to(std::uint32_t generation, double now) {
        put_image(generation);
        ASSERT_TRUE(
            journal.record_move(blade(), id, samples::move_report(generation, now), at(now)));
    }
    void report(std::uint32_t total, double now) {
        ASSERT_TRUE(
            journal.record_restarts(blade(), id, samples::restart_report(total, now), at(now)));
    }
    api::BladeRestarts look(double now) {
        const auto list = query.look({{blade()}}, at(now));
        EXPECT_TRUE(list) << list.error().message();
        return list->blades.at(0);
    }

    TestDatabase database;
    Roster roster = samples::roster();
    Assignments assignments{database.get()};
    BootJournal journal{database.get(), at(0)};
    FakeImages images;
    std::map<std::uint32_t, std::string> kernels;  ///< of generations
    RestartQuery query{roster, assignments, journal, images,
                       [this](const model::ImageName&, model::Generation generation)
                           -> Result<std::optional<api::BootFile>> {
                           const auto found = kernels.find(generation.number());
                           if (found == kernels.end()) return std::nullopt;
                           api::BootFile file = api::samples::boot_file();
                           file.kernel = found->second;
                           return file;
                       }};
    std::string id;
};

TEST_F(RestartQueryTest, NobodyElsesBladesAreLookedAt) {
    EXPECT_EQ(query.look({{*model::ComponentName::parse("x99")}}, at(1)).error().code(),
              ErrorCode::not_found);
}

TEST_F(RestartQueryTest, ABladeThatDoesNotRunNeedsNothing) {
    EXPECT_EQ(look(1).state, "off");
    run_blade();
    move_to(2, 11);
    report(1, 12);
    EXPECT_EQ(look(13).state, "known");
    EXPECT_EQ(look(500).state, "off") << "it has said nothing for minutes";
    EXPECT_FALSE(look(500).found);
}

TEST_F(RestartQueryTest, SaysHowFarABladeIsAfterASync) {
    run_blade();
    EXPECT_EQ(look(11).state, "unchanged");
    put_image(2);
    EXPECT_EQ(look(11).state, "waiting");
    move_to(2, 11);
    EXPECT_EQ(look(12).state, "silent") << "its agent may be older";
    report(3, 13);
    EXPECT_EQ(look(14).state, "known");
    EXPECT_EQ(look(14).found, samples::restart_report(3, 13).found);
    report(0, 15);
    EXPECT_EQ(look(16).state, "known");
    EXPECT_EQ(look(16).found->total, 0U);
    put_image(3);
    EXPECT_EQ(look(16).state, "waiting");
}

TEST_F(RestartQueryTest, TellsOfAnotherKernel) {
    run_blade();
    EXPECT_EQ(look(11).next_kernel, std::nullopt) << "nobody knows";
    kernels = {{1, "6.1.0"}, {2, "6.1.1"}};
    EXPECT_EQ(look(11).next_kernel, std::nullopt) << "it is the one that runs";
    move_to(2, 11);
    EXPECT_EQ(look(11).kernel, "6.1.0");
    EXPECT_EQ(look(11).next_kernel, "6.1.1");
    ASSERT_TRUE(assignments.unassign(std::array{blade()}));
    EXPECT_EQ(look(11).next_kernel, std::nullopt) << "its next boot has none";
}

}  // namespace
}  // namespace dim::server
