#include "libdim/tls/server_settings.hpp"
#include "libdim/tls/session_link.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::tls {
namespace {

TEST(ServerSettings, RefusesAForeignKey) {
    const Authority authority = make_authority();
    const Identity first = issue(authority);
    const Identity second = issue(authority);
    const auto settings =
        ServerSettings::create(random_numbers(), first.certificate_pem, second.key_pem);
    ASSERT_FALSE(settings);
    EXPECT_EQ(settings.error().message(), "the key does not belong to the certificate");
}

}  // namespace
}  // namespace dim::tls
