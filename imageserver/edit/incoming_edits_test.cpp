#include "imageserver/boot_file/fake_boot_files.hpp"
#include "imageserver/edit/incoming_edits.hpp"
#include "imageserver/image/fake_images.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using dim::testing::value_of;

class IncomingEditsTest : public ::testing::Test {
protected:
    IncomingEditsTest() { value_of(sys::mkdir(directory / "images")); }
    static api::OfferGeneration offer() {
        api::OfferGeneration offer = api::samples::offer_generation();
        offer.changeset_bytes = 7;
        offer.changeset_sha256 = "ac7daf28fd6bfc7a5c3e4b83c7fc9fd51f92ddff10bdc848f99417eca6fafc7c";
        return offer;
    }
    void have(std::uint32_t generation) {
        api::ImageSummary image = api::samples::image_summary();
        image.generation = value_of(model::Generation::from_number(generation));
        images.add(image);
    }
    Result<Edit> make() {
        return edits.make(api::samples::image(), [](auto, auto, auto) {});
    }

    dim::testing::TemporaryDirectory directory;
    FakeImages images;
    FakeBootFiles boot_files{images};
    IncomingEdits edits{images, boot_files, directory.path()};
};

TEST_F(IncomingEditsTest, WhatIsMadeIsOfferedToBlades) {
    have(6);
    value_of(edits.begin(offer()));
    value_of(edits.add(api::samples::image(), 0, "granite"));
    EXPECT_TRUE(value_of(make()).needs.exports);
    EXPECT_FALSE(make()) << "nothing is left of it";
}

TEST_F(IncomingEditsTest, OnlyAGreaterNumberCanFollow) {
    have(7);
    const auto refused = edits.begin(offer());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_FALSE(refused.error().cure().empty());
}

TEST_F(IncomingEditsTest, APieceIsNoLargerThanWasSaid) {
    api::OfferGeneration large = offer();
    large.changeset_bytes = 2 * api::OfferGeneration::kPieceBytes;
    value_of(edits.begin(large));
    const std::string piece(api::OfferGeneration::kPieceBytes + 1, 'x');
    EXPECT_EQ(edits.add(api::samples::image(), 0, piece).error().code(), ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace dim::server
