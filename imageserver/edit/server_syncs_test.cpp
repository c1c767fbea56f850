#include "imageserver/boot_file/fake_boot_files.hpp"
#include "imageserver/edit/incoming_edits.hpp"
#include "imageserver/edit/server_syncs.hpp"
#include "imageserver/image/fake_images.hpp"
#include "imageserver/peer/peer_fixture.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <atomic>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using dim::testing::value_of;
using samples::PeerServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

api::ImageGeneration generation(std::uint32_t number, const std::string& content) {
    return {.generation = value_of(model::Generation::from_number(number)),
            .created = api::samples::time(),
            .label = "",
            .source = "/srv/masters/granite",
            .shared_digest = "shared " + content,
            .golden_digest = "golden " + content,
            .blade_images = 0,
            .pinned = 0,
            .shared = {"usr"},
            .bytes = {},
            .own_bytes = {},
            .retired_bytes = 0};
}

/// A member with images of its own, which answers as its daemon does.
class Member {
public:
    explicit Member(std::string_view name) : server(name) {
        value_of(sys::mkdir(directory_ / "images"));
        images.on_receive = [this](const api::OfferGeneration& offer, const sys::Fd& changeset) {
            return receive(offer, changeset);
        };
        server.on_request = [this](const http::Request& request) { return answer(request); };
    }
    void has(const std::vector<api::ImageGeneration>& generations) {
        api::ImageSummary image = api::samples::image_summary();
        image.generation = generations.back().generation;
        images.add(image);
        images.made_generations = generations;
    }

    PeerServer server;
    FakeImages images;
    std::vector<std::string> received;       ///< changesets, as far as they tell what they are
    std::vector<std::string> sources;        ///< of what was received
    std::vector<std::uint64_t> pieces;       ///< where those began that came
    std::atomic<int> pieces_until_cut = -1;  ///< then the connection is as good as broken, once

private:
    Result<void> receive(const api::OfferGeneration& offer, const sys::Fd& changeset) {
        std::string bytes(offer.changeset_bytes, '\0');
        value_of(sys::read_at(changeset, bytes, 0));
        received.push_back(bytes.substr(0, bytes.find('.')));
        sources.push_back(offer.source);
        images.made_generations.push_back(generation(offer.image.generation.number(), "two"));
        return {};
    }
    static http::Response problem(const Error& error) {
        const auto problem = api::to_problem(error);
        return {.status = static_cast<int>(problem.status), .body = api::to_json(problem)};
    }
    template <class Message>
    static http::Response message(const Result<Message>& message) {
        if (!message) return problem(message.error());
        return {.body = api::to_json(*message)};
    }
    http::Response make() {
        api::JobLine line;
        const auto edit = incoming_.make(api::samples::image(), [](auto, auto, auto) {});
        if (edit)
            line.done = edit->done;
        else
            line.problem = api::to_problem(edit.error());
        return {.content_type = "application/x-ndjson",
                .body = "{\"progress\":\"making it\"}\n" + api::to_json(line) + "\n"};
    }
    http::Response answer(const http::Request& request) {
        const auto words = split(request.target, '/');
        if (request.target == "/v1/images/granite/generations") {
            const auto list = images.generations(api::samples::image());
            if (!list) return problem(list.error());
            return {.body = api::to_json(api::ImageGenerationList{*list})};
        }
        if (request.target == "/v1/incoming-generations")
            return message(
                incoming_.begin(value_of(api::parse<api::OfferGeneration>(request.body))));
        if (request.method == http::Method::put) {
            if (pieces_until_cut-- == 0)
                return problem(Error(ErrorCode::unavailable, "the connection broke"));
            pieces.push_back(value_of(parse_number<std::uint64_t>(std::string(words.back()))));
            return message(incoming_.add(api::samples::image(), pieces.back(), request.body));
        }
        return make();
    }

    dim::testing::TemporaryDirectory directory_;
    FakeBootFiles boot_files_{images};
    IncomingEdits incoming_{images, boot_files_, directory_.path()};
};

class ServerSyncsTest : public ::testing::Test {
protected:
    ServerSyncsTest() {
        value_of(sys::mkdir(directory / "images"));
        value_of(is02.server.join(is01));
        value_of(is03.server.join(is01));
        api::ImageSummary image = api::samples::image_summary();
        image.generation = two.generation;
        images.add(image);
        images.made_generations = {one, two};
        images.changeset_padding = std::string(5'000'000, '.');
    }
    api::ServerSyncReport run(const api::SyncServers& request) {
        return value_of(syncs.run(request, quiet));
    }
    static std::vector<std::string> states(const api::ServerSyncReport& report) {
        std::vector<std::string> states;
        for (const api::ServerSyncOutcome& outcome : report.outcomes)
            states.push_back(to_string(outcome.server) + " " + outcome.state);
        return states;
    }
    static void quiet(std::string_view, std::uint64_t, std::uint64_t) {}

    std::function<void()> waiting_stops;
    const api::ImageGeneration one = generation(1, "one");
    const api::ImageGeneration two = generation(2, "two");
    const api::SyncServers all{.image = api::samples::image()};
    dim::testing::TemporaryDirectory directory;
    PeerServer is01{"is01"};
    Member is02{"is02"};
    Member is03{"is03"};
    FakeImages images;
    Roster roster = Roster::create(samples::server_name("is01"),
                                   *cluster::parse_cluster(samples::kThreeServers, "three.xml"))
                        .value();
    ServerSyncs syncs{images,
                      is01.membership,
                      roster,
                      {.state_directory = directory.path(),
                       .post_on_image = [](const auto&, const auto& work) { work(); },
                       .patience = {.attempts = 3, .pause = std::chrono::milliseconds(1)}}};
};

TEST_F(ServerSyncsTest, WhoHasTheImageGetsWhatItLacks) {
    is02.has({one});
    const auto report = run(all);
    EXPECT_THAT(states(report), ElementsAre("is02 synced", "is03 absent"));
    EXPECT_EQ(report.outcomes.front().from, one.generation);
    EXPECT_GT(report.outcomes.front().bytes, 5'000'000U);
    EXPECT_THAT(is02.received, ElementsAre("1 to 2"));
    EXPECT_THAT(is02.sources, ElementsAre("is01: /srv/masters/granite"));
    EXPECT_THAT(is03.received, IsEmpty());
    EXPECT_FALSE(sys::stat(directory / "images/.granite.outgoing")) << "nobody needs it";
}

TEST_F(ServerSyncsTest, OneThatIsNamedIsFilled) {
    is02.has({one, two});
    api::SyncServers request = all;
    request.servers = {samples::server_name("is03"), samples::server_name("is01")};
    EXPECT_THAT(states(run(request)), ElementsAre("is03 synced"));
    EXPECT_THAT(is03.received, ElementsAre("nothing to 2"));
}

TEST_F(ServerSyncsTest, WhoHasItIsLeftAlone) {
    is02.has({one, two});
    EXPECT_THAT(states(run(all)), ElementsAre("is02 current", "is03 absent"));
    EXPECT_THAT(is02.pieces, IsEmpty());
}

TEST_F(ServerSyncsTest, WhatNobodyHereKnowsIsReplacedWhole) {
    is02.has({generation(1, "its own")});
    EXPECT_THAT(states(run(all)), ElementsAre("is02 synced", "is03 absent"));
    EXPECT_THAT(is02.received, ElementsAre("nothing to 2"));
}

TEST_F(ServerSyncsTest, AnotherSplitComesWhole) {
    is02.has({one});
    images.made_generations.front().shared = {"opt", "usr"};
    run(all);
    EXPECT_THAT(is02.received, ElementsAre("nothing to 2"));
}

TEST_F(ServerSyncsTest, WhoHasMadeGenerationsOfItsOwnIsToldAndTheOthersGoOn) {
    is02.has({one, generation(2, "its own")});
    is03.has({one});
    const auto report = run(all);
    EXPECT_THAT(states(report), ElementsAre("is02 failed", "is03 synced"));
    ASSERT_TRUE(report.outcomes.front().problem);
    EXPECT_THAT(report.outcomes.front().problem->detail, HasSubstr("it has generation 2"));
    EXPECT_THAT(is02.pieces, IsEmpty());
}

TEST_F(ServerSyncsTest, WhatWasCutOffGoesOnWhereItWas) {
    is02.has({one});
    is02.pieces_until_cut = 1;
    EXPECT_THAT(states(run(all)), ElementsAre("is02 synced", "is03 absent"));
    const std::uint64_t piece = api::OfferGeneration::kPieceBytes;
    EXPECT_THAT(is02.pieces, ElementsAre(0, piece, 2 * piece));
}

TEST_F(ServerSyncsTest, WhoDoesNotAnswerGetsTheRestNextTime) {
    is02.has({one});
    is03.has({one});
    is02.pieces_until_cut = 1;
    std::atomic<bool> is_down = false;
    const auto answer = is02.server.on_request;
    is02.server.on_request = [&](const http::Request& request) -> http::Response {
        if (is02.pieces_until_cut < 0) is_down = true;
        if (!is_down) return answer(request);
        return {.status = 503,
                .body = api::to_json(api::to_problem(Error(ErrorCode::unavailable, "down")))};
    };
    EXPECT_THAT(states(run(all)), ElementsAre("is02 failed", "is03 synced"));
    EXPECT_TRUE(sys::stat(directory / "images/.granite.outgoing")) << "is02 needs it";
    is02.pieces_until_cut = -1;
    is02.server.on_request = answer;
    EXPECT_THAT(states(run(all)), ElementsAre("is02 synced", "is03 current"));
    const std::uint64_t piece = api::OfferGeneration::kPieceBytes;
    EXPECT_THAT(is02.pieces, ElementsAre(0, piece, 2 * piece));
}

TEST_F(ServerSyncsTest, WhatCannotBeMadeOfWhatIsThereComesWhole) {
    is02.has({one});
    const auto receive = is02.images.on_receive;
    is02.images.on_receive = [&](const api::OfferGeneration& offer,
                                 const sys::Fd& changeset) -> Result<void> {
        DIM_CHECK(receive(offer, changeset));
        if (is02.received.size() > 1) return {};
        is02.images.made_generations.pop_back();
        return fail(ErrorCode::conflict, "a file is not what it was");
    };
    EXPECT_THAT(states(run(all)), ElementsAre("is02 synced", "is03 absent"));
    EXPECT_THAT(is02.received, ElementsAre("1 to 2", "nothing to 2"));
}

TEST_F(ServerSyncsTest, ChangesetsOfOlderGenerationsGo) {
    is02.has({one});
    is02.images.on_receive = [](const auto&, const auto&) -> Result<void> {
        return fail(ErrorCode::limit_exceeded, "the disk is full");
    };
    EXPECT_THAT(states(run(all)), ElementsAre("is02 failed", "is03 absent"));
    const std::string outgoing = directory / "images/.granite.outgoing";
    const auto first = value_of(sys::list_names(value_of(sys::open_directory(outgoing))));
    EXPECT_EQ(first.size(), 1U);
    api::ImageSummary image = value_of(images.image(api::samples::image()));
    image.generation = value_of(model::Generation::from_number(3));
    images.add(image);
    images.made_generations.push_back(generation(3, "three"));
    EXPECT_THAT(states(run(all)), ElementsAre("is02 failed", "is03 absent"));
    const auto second = value_of(sys::list_names(value_of(sys::open_directory(outgoing))));
    EXPECT_EQ(second.size(), 1U);
    EXPECT_NE(first, second);
}

TEST_F(ServerSyncsTest, ADryRunSendsNothing) {
    is02.has({one});
    api::SyncServers request = all;
    request.is_dry_run = true;
    EXPECT_THAT(states(run(request)), ElementsAre("is02 synced", "is03 absent"));
    EXPECT_THAT(is02.pieces, IsEmpty());
}

TEST_F(ServerSyncsTest, WhatCannotBeDoneIsSaidBeforeAnythingIs) {
    api::SyncServers request = all;
    request.servers = {samples::server_name("is09")};
    EXPECT_EQ(syncs.run(request, quiet).error().code(), ErrorCode::not_found);
    request = all;
    request.generation = value_of(model::Generation::from_number(7));
    EXPECT_FALSE(syncs.run(request, quiet));
    ServerSyncs alone(images, is03.server.membership, roster,
                      {.state_directory = directory.path(),
                       .post_on_image = [](const auto&, const auto& work) { work(); }});
    EXPECT_EQ(alone.run(all, quiet).error().code(), ErrorCode::conflict);
}

TEST_F(ServerSyncsTest, EndsWithTheDaemonWhileItWaitsForItsTurn) {
    is02.has({one});
    ServerSyncs waiting(images, is01.membership, roster,
                        {.state_directory = directory.path(),
                         .post_on_image = [&](const auto&, const auto&) { waiting_stops(); }});
    waiting_stops = [&] { waiting.stop(); };
    const auto report = waiting.run(all, quiet);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::unavailable);
}

}  // namespace
}  // namespace dim::server
