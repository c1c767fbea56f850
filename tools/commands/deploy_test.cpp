#include "libdim/api/message_samples.hpp"
#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kBoth = R"({"image":"granite","blades":["s01c1b01","s01c1b02"]})";
const std::string kFirst = R"({"image":"granite","blades":["s01c1b01"]})";
const std::string kSecond = R"({"image":"granite","blades":["s01c1b02"]})";

std::string done_line(const std::string& what) { return "{\"done\":\"" + what + "\"}\n"; }

/// A daemon with two blades and the image granite.
class DeployCommand : public ::testing::Test {
protected:
    DeployCommand() {
        daemon.prepare("POST /v1/names", blade_names({"s01c1b01", "s01c1b02"}));
        assign({});
        image.name = model::ImageName::parse("granite").value();
        image.architecture = model::Architecture::ppc64;
        image.zimage_bytes.reset();
        give();
        for (const char* request :
             {"POST /v1/boot-files", "POST /v1/blade-images", "PUT /v1/exports",
              "PUT /v1/assignments", "DELETE /v1/exports", "DELETE /v1/assignments"})
            daemon.prepare(request, done_line("done"));
    }

    /// What the daemon tells of images, blade images and blades.
    void give() {
        daemon.prepare("GET /v1/images", to_json(api::ImageList{{image}}));
        daemon.prepare("GET /v1/blade-images", to_json(api::BladeImageList{blade_images}));
        api::ClusterStatus status{.server = name("s01"),
                                  .version = "0",
                                  .now = image.created,
                                  .since = image.created,
                                  .blades = {},
                                  .services = {},
                                  .alerts = {}};
        for (const char* blade : {"s01c1b01", "s01c1b02"}) {
            status.blades.push_back({.name = name(blade),
                                     .type = model::BladeType::js20,
                                     .address = model::Ipv4Address::parse("10.0.0.1").value()});
        }
        if (is_running) {
            status.blades.front().state = model::BladeState::running;
            status.blades.front().image = image.name;
        }
        daemon.prepare("GET /v1/status", to_json(status));
    }
    void assign(const std::vector<std::string>& blades) {
        const std::string query = R"(POST /v1/names {"range":"image=granite","role":"blade"})";
        if (blades.empty())
            daemon.prepare(query, Error(ErrorCode::not_found, "image=granite matches nothing"));
        else
            daemon.prepare(query, blade_names(blades));
    }
    void add_blade_image(const std::string& blade, bool is_exported) {
        blade_images.push_back({.blade = name(blade),
                                .image = image.name,
                                .generation = image.generation,
                                .path = "/x",
                                .size_bytes = 1,
                                .used_bytes = 1,
                                .is_mounted = true,
                                .is_exported = is_exported,
                                .cause = {}});
        give();
    }
    static model::ComponentName name(const std::string& text) {
        return model::ComponentName::parse(text).value();
    }
    /// The requests that change something, in their order.
    std::vector<std::string> changes() const {
        std::vector<std::string> requests = daemon.requests();
        std::erase_if(requests, [](const std::string& request) {
            return request.starts_with("GET ") || request.starts_with("POST /v1/names");
        });
        return requests;
    }

    FakeDaemon daemon;
    api::ImageSummary image = api::samples::image_summary();
    std::vector<api::BladeImage> blade_images;
    bool is_running = false;
};

TEST_F(DeployCommand, AnImageThatThereIsNotChangesNothing) {
    const CommandEnd end = run_command(daemon, {"deploy", "all", "marble"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.errors, HasSubstr("there is no image marble\n     see 'dim image list'"));
    EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(DeployCommand, ABladeOfAnotherServerIsRefusedInTheWordsOfTheDaemon) {
    daemon.prepare("POST /v1/names", blade_names({"s01c1b01", "s02c1b01"}));
    daemon.prepare("GET /v1/blades/s02c1b01", Error(ErrorCode::not_found, "it is served by s02"));
    const CommandEnd end = run_command(daemon, {"deploy", "s01,s02", "granite"});
    EXPECT_EQ(end.errors, "dim: it is served by s02\n");
    EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(DeployCommand, ADryRunShowsAllAndDoesNothing) {
    const CommandEnd end = run_command(daemon, {"deploy", "all", "granite", "--dry-run"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_THAT(end.output, HasSubstr("would build its boot file\n"
                                      "would create the blade images of 2 blades\n"
                                      "would export the blade images of 2 blades\n"
                                      "would assign the image to 2 blades\n"));
    const CommandEnd json =
        run_command(daemon, {"deploy", "all", "granite", "--dry-run", "--json"});
    EXPECT_THAT(json.output, HasSubstr(R"("build_boot_file":true)"));
    EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(DeployCommand, DoesAllInItsOrder) {
    const CommandEnd end = run_command(daemon, {"deploy", "all", "granite"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_THAT(changes(),
                ElementsAre(R"(POST /v1/boot-files {"image":"granite"})",
                            "POST /v1/blade-images " + kFirst, "POST /v1/blade-images " + kSecond,
                            "PUT /v1/exports " + kBoth, "PUT /v1/assignments " + kBoth));
    EXPECT_THAT(end.output, HasSubstr("\ndone\n"));
}

TEST_F(DeployCommand, WhatIsSoAlreadyIsToldAndLeft) {
    image.zimage_bytes = 1;
    for (const char* blade : {"s01c1b01", "s01c1b02"})
        add_blade_image(blade, true);
    assign({"s01c1b01", "s01c1b02"});
    const CommandEnd end = run_command(daemon, {"deploy", "all", "granite"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_THAT(end.output, HasSubstr("nothing is left to do for 2 blades\n"));
    EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(DeployCommand, ABladeThatFailsHoldsUpNoOther) {
    daemon.prepare("POST /v1/blade-images " + kFirst,
                   Error(ErrorCode::limit_exceeded, "no space left").with_cure("free some"));
    const CommandEnd end = run_command(daemon, {"deploy", "all", "granite"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_EQ(end.errors,
              "s01c1b01: no space left\n"
              "dim: could not deploy granite to 1 of 2 blades; the first: s01c1b01: no space left\n"
              "     free some\n");
    EXPECT_THAT(changes().back(), "PUT /v1/assignments " + kSecond);
}

TEST_F(DeployCommand, WhomTheDaemonMeansIsFoundOut) {
    daemon.prepare("PUT /v1/exports " + kBoth, Error(ErrorCode::conflict, "not s01c1b01"));
    daemon.prepare("PUT /v1/exports " + kFirst, Error(ErrorCode::conflict, "not s01c1b01"));
    const CommandEnd end = run_command(daemon, {"deploy", "all", "granite", "--json"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.output, HasSubstr(R"({"blade":"s01c1b01","done":["create"],"problem":{)"));
    EXPECT_THAT(end.output,
                HasSubstr(R"({"blade":"s01c1b02","done":["create","export","assign"]})"));
}

TEST_F(DeployCommand, AServiceThatIsDownIsAskedOnce) {
    daemon.prepare("PUT /v1/exports", Error(ErrorCode::unavailable, "the NFS server is down"));
    EXPECT_EQ(run_command(daemon, {"deploy", "all", "granite"}).code, ExitCode::failed);
    EXPECT_THAT(changes().back(), "PUT /v1/exports " + kBoth);
}

TEST_F(DeployCommand, UndeployLeavesWhatRunsAndKeepsBladeImages) {
    is_running = true;
    for (const char* blade : {"s01c1b01", "s01c1b02"})
        add_blade_image(blade, true);
    assign({"s01c1b01", "s01c1b02"});
    const CommandEnd end = run_command(daemon, {"undeploy", "all", "granite"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.errors, HasSubstr("s01c1b01: image granite is in use\n     power the blade"));
    EXPECT_THAT(changes(), ElementsAre(R"(DELETE /v1/assignments {"blades":["s01c1b02"]})",
                                       "DELETE /v1/exports " + kSecond));
}

TEST_F(DeployCommand, UndeployAsksBeforeItDeletesOne) {
    add_blade_image("s01c1b02", false);
    const CommandEnd asked = run_command(daemon, {"undeploy", "all", "granite", "--delete"});
    EXPECT_EQ(asked.code, ExitCode::not_confirmed);
    EXPECT_THAT(asked.errors, HasSubstr("would undeploy and delete granite from 1 blade"));
    EXPECT_THAT(changes(), IsEmpty());
    daemon.prepare("DELETE /v1/blade-images/s01c1b02/granite", done_line("deleted"));
    const CommandEnd end = run_command(daemon, {"undeploy", "all", "granite", "--delete", "--yes"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_THAT(changes(), ElementsAre("DELETE /v1/blade-images/s01c1b02/granite"));
}

}  // namespace
}  // namespace dim::tool
