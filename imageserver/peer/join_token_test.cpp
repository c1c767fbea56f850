#include "imageserver/peer/join_token.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/tls/authority.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

JoinToken sample_token() {
    tls::Random random = tls::Random::create().value();
    const std::int64_t now = sys::realtime_us() / 1'000'000;
    const auto authority = tls::Authority::create(random, "demo servers", {now, now + 10}).value();
    return {.management = *model::ComponentName::parse("is01"),
            .secret = "0123456789abcdef0123456789abcdef",
            .authority_pem = authority.certificate_pem()};
}

TEST(JoinToken, IsOneLine) {
    const JoinToken token = sample_token();
    const std::string line = token_line(token);
    EXPECT_EQ(line.find_first_of(" \n-"), std::string::npos) << line;
    EXPECT_EQ(JoinToken::parse(line).value(), token);
    EXPECT_EQ(JoinToken::parse(line + "\n").value(), token) << "as it was piped";
}

TEST(JoinToken, RefusesWhatIsNone) {
    const std::string line = token_line(sample_token());
    const std::string authority = line.substr(line.rfind('.'));
    for (const std::string& text : {std::string(), std::string("is01"), std::string("is01.."),
                                    line + ".x", "IS 01" + line.substr(4), "is01.0123" + authority,
                                    "is01.0123456789abcdef0123456789abcdeg" + authority,
                                    line.substr(0, line.size() - 9), line + std::string(4096, 'A'),
                                    std::string("is01.0123456789abcdef0123456789abcdef.\x01")}) {
        const auto refused = JoinToken::parse(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().message(), "that is no token to join with");
    }
}

}  // namespace
}  // namespace dim::server
