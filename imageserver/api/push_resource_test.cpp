#include "imageserver/api/api_fixture.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/api/push_messages.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/tls/sha256.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using enum http::Method;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PushResourceTest : public ApiFixture {
protected:
    PushResourceTest() {
        EXPECT_TRUE(sys::ensure_directory(database.directory() + "/images", 0700));
        images.on_receive = [this](const api::OfferGeneration& offer,
                                   const sys::Fd& file) -> Result<void> {
            std::string bytes(offer.changeset_bytes, '\0');
            DIM_TRY([[maybe_unused]] const auto count, sys::read_at(file, bytes, 0));
            received.push_back(bytes);
            return {};
        };
    }
    std::string offer(const std::string& changeset) const {
        api::OfferGeneration offer = api::samples::offer_generation();
        offer.changeset_bytes = changeset.size();
        offer.changeset_sha256 = tls::sha256(changeset);
        return to_json(offer);
    }
    std::uint64_t send(http::Method method, const std::string& target, const std::string& body) {
        const auto response = call(method, target, body, root());
        EXPECT_EQ(response.status, 200) << response.body;
        return api::parse<api::IncomingGeneration>(response.body).value().received_bytes;
    }
    api::Problem refusal(http::Method method, const std::string& target, const std::string& body) {
        const auto response = call(method, target, body, root());
        EXPECT_GE(response.status, 400);
        return api::parse<api::Problem>(response.body).value();
    }

    const std::string incoming = "/v1/incoming-generations";
    std::vector<std::string> received;
};

TEST_F(PushResourceTest, AGenerationComesInPiecesAndIsMade) {
    EXPECT_EQ(send(post, incoming, offer("granite")), 0U);
    EXPECT_EQ(send(put, incoming + "/granite/0", "gra"), 3U);
    EXPECT_EQ(send(post, incoming, offer("granite")), 3U) << "it is kept";
    EXPECT_EQ(send(put, incoming + "/granite/3", "nite"), 7U);
    const auto line = run_job(post, incoming + "/granite", "");
    EXPECT_THAT(line.done.value_or(""), HasSubstr("has generation 7 of is01: "));
    EXPECT_THAT(received, ElementsAre("granite"));
    EXPECT_EQ(images.image(api::samples::image())->generation, api::samples::generation());
}

TEST_F(PushResourceTest, WhatIsWrongIsRefused) {
    EXPECT_EQ(refusal(put, incoming + "/granite/0", "x").status, 404U) << "nothing was offered";
    EXPECT_EQ(refusal(post, incoming, "{}").status, 400U);
    send(post, incoming, offer("granite"));
    EXPECT_EQ(refusal(put, incoming + "/granite/x", "x").status, 400U);
    EXPECT_EQ(refusal(put, incoming + "/..%2f/0", "x").status, 400U);
    EXPECT_EQ(refusal(put, incoming + "/granite/5", "x").status, 409U);
    const std::string long_piece(api::OfferGeneration::kPieceBytes + 1, 'x');
    EXPECT_THAT(refusal(put, incoming + "/granite/0", long_piece).detail,
                HasSubstr("more than a piece"));
    const auto line = run_job(post, incoming + "/granite", "");
    EXPECT_THAT(line.problem.value_or(api::Problem{}).detail, HasSubstr("0 bytes of 7"));
    // One that has that number already, or a greater one.
    add_image();
    api::ImageSummary newer = images.image(samples::image()).value();
    newer.generation = model::Generation::from_number(9).value();
    images.add(newer);
    EXPECT_THAT(refusal(post, incoming, offer("granite")).detail, HasSubstr("has generation 9"));
}

TEST_F(PushResourceTest, OnlyAdministratorsMay) {
    EXPECT_EQ(call(post, incoming, offer("granite"), agent()).status, 403);
    EXPECT_EQ(call(put, incoming + "/granite/0", "x", user(1001)).status, 403);
    EXPECT_EQ(call(post, incoming + "/granite", "", agent()).status, 403);
    EXPECT_EQ(call(post, "/v1/server-syncs", "{}", user(1001)).status, 403);
}

TEST_F(PushResourceTest, AServerWithoutMembersBringsNothing) {
    const auto response = call(post, "/v1/server-syncs",
                               to_json(api::SyncServers{.image = samples::image()}), root());
    const auto line =
        api::parse<api::ServerSyncLine>(split(trim(response.body), '\n').back()).value();
    EXPECT_FALSE(line.report);
    EXPECT_EQ(line.problem.value().status, 404U) << "there is no such image";
}

}  // namespace
}  // namespace dim::server
