#include "imageserver/image/incoming_generations.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "libdim/tls/sha256.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using dim::testing::value_of;

class IncomingGenerationsTest : public ::testing::Test {
protected:
    IncomingGenerationsTest() { value_of(sys::mkdir(directory / "images")); }

    api::OfferGeneration offer(const std::string& changeset) const {
        api::OfferGeneration offer = api::samples::offer_generation();
        offer.changeset_bytes = changeset.size();
        offer.changeset_sha256 = tls::sha256(changeset);
        return offer;
    }
    /// What MAKE was given.
    std::string take() {
        std::string bytes;
        value_of(incoming.take(
            image, [&](const api::OfferGeneration& taken, const sys::Fd& file) -> Result<void> {
                bytes.resize(taken.changeset_bytes);
                DIM_TRY([[maybe_unused]] const auto count, sys::read_at(file, bytes, 0));
                return {};
            }));
        return bytes;
    }
    static void expect(ErrorCode code, const auto& result) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code(), code) << result.error().message();
    }

    dim::testing::TemporaryDirectory directory;
    IncomingGenerations incoming{directory.path()};
    const model::ImageName image = api::samples::image();
};

TEST_F(IncomingGenerationsTest, ComesInPiecesAndIsTakenWhole) {
    EXPECT_EQ(value_of(incoming.begin(offer("granite"))), 0U);
    EXPECT_EQ(value_of(incoming.add(image, 0, "gra")), 3U);
    EXPECT_EQ(value_of(incoming.add(image, 3, "nite")), 7U);
    EXPECT_EQ(take(), "granite");
    expect(ErrorCode::not_found, incoming.add(image, 0, "x"));
}

TEST_F(IncomingGenerationsTest, WhatCameIsThereAfterARestart) {
    value_of(incoming.begin(offer("granite")));
    value_of(incoming.add(image, 0, "gra"));
    IncomingGenerations next(directory.path());
    EXPECT_EQ(value_of(next.begin(offer("granite"))), 3U);
    EXPECT_EQ(value_of(next.add(image, 3, "nite")), 7U);
    EXPECT_EQ(take(), "granite");
}

TEST_F(IncomingGenerationsTest, AnotherOfferBeginsAnew) {
    value_of(incoming.begin(offer("granite")));
    value_of(incoming.add(image, 0, "gra"));
    EXPECT_EQ(value_of(incoming.begin(offer("gravels"))), 0U);
}

TEST_F(IncomingGenerationsTest, OnlyWhatFollowsIsTaken) {
    value_of(incoming.begin(offer("granite")));
    expect(ErrorCode::conflict, incoming.add(image, 1, "ranite"));
    value_of(incoming.add(image, 0, "gra"));
    expect(ErrorCode::conflict, incoming.add(image, 0, "gra"));
    expect(ErrorCode::limit_exceeded, incoming.add(image, 3, "nites"));
    expect(ErrorCode::conflict, incoming.take(image, [](const auto&, const auto&) {
        ADD_FAILURE() << "it is not whole";
        return Result<void>();
    }));
    EXPECT_EQ(value_of(incoming.begin(offer("granite"))), 3U) << "it is there still";
}

TEST_F(IncomingGenerationsTest, WhatIsNotWhatWasOfferedIsDeleted) {
    value_of(incoming.begin(offer("granite")));
    value_of(incoming.add(image, 0, "gravels"));
    expect(ErrorCode::invalid_input, incoming.take(image, [](const auto&, const auto&) {
        ADD_FAILURE() << "it is another";
        return Result<void>();
    }));
    EXPECT_EQ(value_of(incoming.begin(offer("granite"))), 0U);
}

TEST_F(IncomingGenerationsTest, WhatCouldNotBeMadeIsKept) {
    value_of(incoming.begin(offer("granite")));
    value_of(incoming.add(image, 0, "granite"));
    expect(ErrorCode::limit_exceeded,
           incoming.take(image, [](const auto&, const auto&) -> Result<void> {
               return fail(ErrorCode::limit_exceeded, "the disk is full");
           }));
    EXPECT_EQ(take(), "granite");
}

TEST_F(IncomingGenerationsTest, NobodyTouchesItWhileItIsMade) {
    value_of(incoming.begin(offer("granite")));
    value_of(incoming.add(image, 0, "granite"));
    value_of(incoming.take(image, [&](const auto&, const auto&) -> Result<void> {
        expect(ErrorCode::conflict, incoming.begin(offer("gravels")));
        expect(ErrorCode::conflict, incoming.add(image, 7, "s"));
        expect(ErrorCode::conflict, incoming.discard(image));
        return {};
    }));
}

TEST_F(IncomingGenerationsTest, ADamagedOfferIsAsNone) {
    value_of(incoming.begin(offer("granite")));
    dim::testing::write(directory / "images/.granite.incoming/offer", "{");
    expect(ErrorCode::not_found, incoming.add(image, 0, "granite"));
    EXPECT_EQ(value_of(incoming.begin(offer("granite"))), 0U);
}

}  // namespace
}  // namespace dim::server
