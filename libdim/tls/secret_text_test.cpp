#include "libdim/tls/secret_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::tls {
namespace {

TEST(SecretText, IsWipedWhereItWas) {
    std::string text(64, 's');
    const char* place = text.data();
    const SecretText secret(std::move(text));
    EXPECT_EQ(secret.view(), std::string(64, 's'));
    EXPECT_EQ(std::string_view(place, 1), std::string_view("\0", 1));
}

}  // namespace
}  // namespace dim::tls
