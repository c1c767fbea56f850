#include "imageserver/api/api_fixture.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/testing/source_directory.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

// docs/api/openapi.json is the contract: it says neither more nor less than the daemon does.
namespace dim::server {
namespace {

using Json = nlohmann::json;

const Json& contract() {
    static const Json parsed = [] {
        std::ifstream file(testing::source_directory() + "/docs/api/openapi.json");
        return Json::parse(file, nullptr, false);
    }();
    return parsed;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

std::string tag_of(Audience audience) {
    switch (audience) {
        case Audience::agent: return "agent";
        case Audience::administrator: return "administrator";
        case Audience::server: return "server";
    }
    return {};
}

class OpenApiTest : public ApiFixture {};

TEST_F(OpenApiTest, HasTheRoutesOfTheRouterAndNoOthers) {
    ASSERT_TRUE(contract().is_object());
    std::set<std::string> described;
    for (const auto& [path, methods] : contract().at("paths").items())
        for (const auto& [method, operation] : methods.items())
            described.insert(method + ' ' + path + ' ' + std::string(operation.at("tags").at(0)));
    std::set<std::string> served;
    add_join_route(router, admin);
    for (const Router::Route& route : router.routes()) {
        served.insert(lower(http::to_string(route.method)) + ' ' + route.pattern + ' ' +
                      tag_of(route.audience));
    }
    EXPECT_EQ(described, served);
}

TEST_F(OpenApiTest, DescribesTheParametersOfEveryPath) {
    for (const auto& [path, methods] : contract().at("paths").items()) {
        for (const auto& [method, operation] : methods.items()) {
            std::size_t count = 0;
            for (const Json& parameter : operation.value("parameters", Json::array())) {
                if (parameter.at("in") != "path") continue;
                ++count;
                const std::string place = '{' + std::string(parameter.at("name")) + '}';
                EXPECT_TRUE(path.contains(place)) << path;
            }
            EXPECT_EQ(count, std::ranges::count(path, '{')) << method << ' ' << path;
        }
    }
}

TEST_F(OpenApiTest, RefersOnlyToWhatItDescribes) {
    const std::string text = contract().dump();
    for (std::size_t at = text.find("#/"); at != std::string::npos; at = text.find("#/", at + 1)) {
        const std::string pointer = text.substr(at + 1, text.find('"', at) - at - 1);
        EXPECT_TRUE(contract().contains(Json::json_pointer(pointer))) << pointer;
    }
}

/// The members of FULL, which has all, are the properties of the schema; what cannot be left out is
/// required.
template <class Message>
void expect_described(const char* name, const Message& full) {
    const Json& schema = contract().at("components").at("schemas").at(name);
    const Json message = Json::parse(api::to_json(full));
    std::set<std::string> properties;
    for (const auto& [property, type] : schema.at("properties").items())
        properties.insert(property);
    std::set<std::string> members;
    for (const auto& [member, value] : message.items())
        members.insert(member);
    EXPECT_EQ(members, properties) << name;
    const std::set<std::string> required = schema.value("required", std::set<std::string>());
    for (const std::string& member : members) {
        Json without = message;
        without.erase(member);
        const bool is_required = !api::parse<Message>(without.dump());
        EXPECT_EQ(is_required, required.contains(member)) << name << '.' << member;
    }
}

TEST_F(OpenApiTest, DescribesEveryMessage) {
    using namespace api::samples;
    expect_described("Problem", problem());
    expect_described("BootRequest", boot_request());
    expect_described("BootPlan", boot_plan());
    expect_described("StageReport", stage_report());
    expect_described("FailureReport", failure_report());
    expect_described("RunningReport", running_report());
    expect_described("Heartbeat", heartbeat());
    expect_described("HeartbeatAnswer", heartbeat_answer());
    expect_described("MoveReport", move_report());
    expect_described("RestartReport", restart_report());
    expect_described("Restarts", api::samples::restarts());
    expect_described("RestartQuery", restart_query());
    expect_described("RestartList", restart_list());
    expect_described("EnrolmentRequest", enrolment_request());
    expect_described("Enrolment", enrolment());
    expect_described("BladeStatus", api::samples::blade_status());
    expect_described("ClusterStatus", cluster_status());
    expect_described("ChassisStatus", chassis_status());
    expect_described("BladeStory", blade_story());
    expect_described("ImportImage", import_image());
    expect_described("ImageSummary", image_summary());
    expect_described("SyncPolicy", image_summary().sync);
    expect_described("ImageList", image_list());
    expect_described("ImageSource", image_source());
    expect_described("ImageDetails", image_details());
    expect_described("ImageCheck", image_check());
    expect_described("UpdateImage", update_image());
    expect_described("RollBackImage", roll_back_image());
    expect_described("CollectGenerations", collect_generations());
    expect_described("LabelGeneration", label_generation());
    expect_described("SetImage", set_image());
    expect_described("ImageGenerationList", image_generation_list());
    expect_described("GenerationDifference", generation_difference());
    expect_described("Blades", blades());
    expect_described("ImageOfBlades", image_of_blades());
    expect_described("ResizeBladeImages", resize_blade_images());
    expect_described("PinBlades", pin_blades());
    expect_described("MacPlace", mac_place());
    expect_described("BladeMac", blade_mac());
    expect_described("MacList", mac_list());
    expect_described("MacChange", learn_macs().changes.front());
    expect_described("LearnMacs", learn_macs());
    expect_described("RenameImage", rename_image());
    expect_described("InviteServer", invite_server());
    expect_described("ServerToken", server_token());
    expect_described("JoinCluster", join_cluster());
    expect_described("JoinRequest", join_request());
    expect_described("JoinAnswer", join_answer());
    expect_described("ServerSummary", server_summary());
    expect_described("ServerList", server_list());
    expect_described("RolloutBase", rollout_proposal().bases.front());
    expect_described("RolloutProposal", rollout_proposal());
    expect_described("MemberAnswer", member_answer());
    expect_described("OfferGeneration", offer_generation());
    expect_described("IncomingGeneration", incoming_generation());
    expect_described("SyncServers", sync_servers());
    expect_described("ServerSyncReport", server_sync_report());
    expect_described("ServerSyncOutcome", server_sync_report().outcomes.front());
    expect_described("ServerSyncLine", server_sync_line());
    expect_described("BladeImage", blade_image());
    expect_described("BladeImageList", blade_image_list());
    expect_described("TrashedBladeImage", trashed_blade_image());
    expect_described("TrashList", trash_list());
    expect_described("OverrideQuery", override_query());
    expect_described("OverrideFile", override_file());
    expect_described("ImageOverrides", image_overrides());
    expect_described("OverrideList", override_list());
    expect_described("ApplyOverrides", apply_overrides());
    expect_described("BladeQuestion", blade_question());
    expect_described("BladeDifference", blade_difference());
    expect_described("SourceDifference", source_difference());
    expect_described("SourceDifferenceLine", source_difference_line());
    expect_described("SyncConflictQuery", sync_conflict_query());
    expect_described("SyncConflict", sync_conflict());
    expect_described("SyncConflictSides", *sync_conflict().sides);
    expect_described("SyncConflictList", sync_conflict_list());
    expect_described("SyncConflictCount", sync_conflict_list().counts.front());
    expect_described("ResolveConflicts", resolve_conflicts());
    expect_described("UndoSync", undo_sync());
    expect_described("SyncLogQuery", sync_log_query());
    expect_described("LoggedSync", logged_sync());
    expect_described("SyncLog", sync_log());
    expect_described("SyncImage", sync_image());
    expect_described("SyncOutcome", sync_outcome());
    expect_described("SyncReport", sync_report());
    expect_described("SyncLine", sync_line());
    expect_described("BladeDifferenceLine", blade_difference_line());
    expect_described("PathQuestion", path_question());
    expect_described("PathExplanation", path_explanation());
    expect_described("CheckBladeImages", check_blade_images());
    expect_described("BladeImageCheck", blade_image_check());
    expect_described("BladeImageCheckList", blade_image_check_list());
    expect_described("UnknownFile", unknown_file());
    expect_described("UnknownFileList", unknown_file_list());
    expect_described("AdoptImage", adopt_image());
    expect_described("Firewall", api::samples::firewall());
    expect_described("NfsExport", nfs_export());
    expect_described("NfsExportList", nfs_export_list());
    expect_described("DhcpHost", dhcp_host());
    expect_described("DhcpHostList", dhcp_host_list());
    expect_described("AuthorityStatus", authority_status());
    expect_described("RotateAuthority", rotate_authority());
    expect_described("BuildBootFile", build_boot_file());
    expect_described("BootFile", boot_file());
    expect_described("NameQuery", name_query());
    expect_described("NameList", name_list());
    expect_described("ClusterRevision", cluster_revision());
    expect_described("ClusterRevisionList", cluster_revision_list());
    expect_described("ClusterProposal", cluster_proposal());
    expect_described("ClusterDifference", cluster_difference());
    expect_described("RunCommand", run_command());
    expect_described("CommandResult", command_result());
    expect_described("CommandLine", command_line());
    api::JobLine line = job_line();
    line.done = "done";
    expect_described("JobLine", line);
}

TEST_F(OpenApiTest, HasTheWordsOfTheModel) {
    const auto words = [](const char* schema) -> std::vector<std::string> {
        return contract().at("components").at("schemas").at(schema).at("enum");
    };
    for (const std::string& word : words("BootStage"))
        EXPECT_TRUE(model::parse_boot_stage(word)) << word;
    EXPECT_EQ(words("BootStage").size(), static_cast<std::size_t>(model::BootStage::running) + 1);
    for (const std::string& word : words("BladeState"))
        EXPECT_TRUE(model::parse_blade_state(word)) << word;
    EXPECT_EQ(words("BladeState").size(), static_cast<std::size_t>(model::BladeState::off) + 1);
    for (const std::string& word : words("BladeType"))
        EXPECT_TRUE(model::parse_blade_type(word)) << word;
    for (const std::string& word : words("Architecture"))
        EXPECT_TRUE(model::parse_architecture(word)) << word;
}

}  // namespace
}  // namespace dim::server
