#include "libdim/api/admin_messages.hpp"
#include "libdim/api/cluster_messages.hpp"
#include "libdim/api/expect_round_trip.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/api/message_samples.hpp"

#include <gtest/gtest.h>

namespace dim::api {
namespace {

using testing::expect_round_trip;

TEST(AdminMessages, RefuseNamesThatAreNone) {
    EXPECT_FALSE(parse<ImageOfBlades>(R"({"image":"../etc","blades":[]})"));
    EXPECT_FALSE(parse<ImageOfBlades>(R"({"image":"granite","blades":["a/b"]})"));
    EXPECT_FALSE(parse<Blades>(R"({"blades":"s01c1b01"})"));
    EXPECT_FALSE(parse<BuildBootFile>(R"({"options":[]})"));
}

TEST(AdminMessages, RefuseADefinitionThatIsTooLarge) {
    ClusterProposal proposal{std::string(limits::kClusterXmlBytes + 1, ' '), {}, {}, {}};
    const auto parsed = parse<ClusterProposal>(to_json(proposal));
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code(), ErrorCode::limit_exceeded);
    EXPECT_FALSE(parse<NameQuery>(to_json(NameQuery{std::string(64 * 1024 + 1, 'b'), {}})));
}

TEST(AdminMessages, RefuseMoreNamesThanThereCanBe) {
    NameList list;
    list.names.assign(limits::kComponents + 1, {samples::blade(), samples::blade(), "", {}, {}});
    EXPECT_EQ(parse<NameList>(to_json(list)).error().code(), ErrorCode::limit_exceeded);
    list.names.pop_back();
    expect_round_trip(list);
}

TEST(AdminMessages, TheLargestDefinitionFits) {
    // A quotation mark takes two bytes of JSON.
    const ClusterProposal proposal{std::string(limits::kClusterXmlBytes, '"'), {}, {}, 1};
    EXPECT_TRUE(parse<ClusterProposal>(to_json(proposal)) == proposal);
}

TEST(AdminMessages, ReadBackAsWritten) {
    expect_round_trip(samples::blade_status());
    expect_round_trip(samples::bare_blade_status());
    expect_round_trip(samples::cluster_status());
    expect_round_trip(samples::chassis_status());
    expect_round_trip(samples::blade_story());
    expect_round_trip(samples::import_image());
    expect_round_trip(samples::image_summary());
    expect_round_trip(samples::image_list());
    expect_round_trip(samples::image_details());
    expect_round_trip(samples::bare_image_details());
    expect_round_trip(samples::image_check());
    expect_round_trip(samples::update_image());
    expect_round_trip(samples::roll_back_image());
    expect_round_trip(samples::collect_generations());
    expect_round_trip(samples::label_generation());
    expect_round_trip(samples::source_difference());
    expect_round_trip(samples::source_difference_line());
    expect_round_trip(samples::set_image());
    expect_round_trip(samples::bare_set_image());
    expect_round_trip(samples::image_generation_list());
    expect_round_trip(samples::generation_difference());
    expect_round_trip(samples::blades());
    expect_round_trip(samples::image_of_blades());
    expect_round_trip(samples::resize_blade_images());
    expect_round_trip(samples::pin_blades());
    expect_round_trip(samples::rename_image());
    expect_round_trip(samples::blade_image());
    expect_round_trip(samples::blade_image_list());
    expect_round_trip(samples::trashed_blade_image());
    expect_round_trip(samples::trash_list());
    expect_round_trip(samples::override_query());
    expect_round_trip(samples::override_file());
    expect_round_trip(samples::image_overrides());
    expect_round_trip(samples::override_list());
    expect_round_trip(samples::apply_overrides());
    expect_round_trip(samples::unknown_file());
    expect_round_trip(samples::unknown_file_list());
    expect_round_trip(samples::adopt_image());
    expect_round_trip(samples::firewall());
    expect_round_trip(samples::bare_firewall());
    expect_round_trip(samples::nfs_export());
    expect_round_trip(samples::nfs_export_list());
    expect_round_trip(samples::dhcp_host());
    expect_round_trip(samples::dhcp_host_list());
    expect_round_trip(samples::authority_status());
    expect_round_trip(samples::bare_authority_status());
    expect_round_trip(samples::rotate_authority());
    expect_round_trip(samples::build_boot_file());
    expect_round_trip(samples::bare_build_boot_file());
    expect_round_trip(samples::boot_file());
    expect_round_trip(samples::name_query());
    expect_round_trip(samples::name_list());
    expect_round_trip(samples::cluster_revision());
    expect_round_trip(samples::cluster_revision_list());
    expect_round_trip(samples::cluster_proposal());
    expect_round_trip(ClusterProposal());
    expect_round_trip(samples::cluster_difference());
    expect_round_trip(samples::problem());
    expect_round_trip(samples::run_command());
    expect_round_trip(samples::bare_run_command());
    expect_round_trip(samples::command_result());
    expect_round_trip(samples::command_line());
    expect_round_trip(samples::bare_command_line());
    expect_round_trip(samples::job_line());
    expect_round_trip(samples::done_line());
}

TEST(AdminMessages, TheOutputOfACommandFitsWhateverItsBytes) {
    for (const char byte : {'x', '\x01', '\xff', '\n'}) {
        CommandLine line = samples::command_line();
        line.result->output.assign(std::size_t{64} << 10, byte);
        EXPECT_TRUE(parse<CommandLine>(to_json(line))) << static_cast<int>(byte);
    }
}

TEST(AdminMessages, AStatusOfManyBladesFits) {
    ClusterStatus status = samples::cluster_status();
    status.blades.assign(7000, samples::blade_status());
    expect_round_trip(status);
}

}  // namespace
}  // namespace dim::api
