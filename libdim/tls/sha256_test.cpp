#include "libdim/tls/sha256.hpp"

#include <gtest/gtest.h>

namespace dim::tls {
namespace {

// FIPS 180-4 examples.
TEST(Sha256, GivesThePublishedDigests) {
    EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, IsTheSameOfPieces) {
    Sha256 hash;
    hash.add("a");
    hash.add("");
    hash.add("bc");
    EXPECT_EQ(to_hex(hash.finish()), sha256("abc"));
    EXPECT_EQ(to_hex(hash.finish()), sha256("")) << "the next one begins";
}

}  // namespace
}  // namespace dim::tls
