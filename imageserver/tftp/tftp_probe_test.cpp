#include "imageserver/tftp/tftp_probe.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

TEST(TftpProbe, RefusesWhatIsNoReply) {
    for (const std::string& datagram :
         {std::string(), std::string("\0\5\0", 3), std::string("\0\1a\0", 4),
          std::string("\0\2\0\0", 4), std::string("\1\3\0\1", 4), std::string("\0\7\0\1", 4)})
        EXPECT_FALSE(parse_tftp_reply(datagram));
}

TEST(TftpProbe, KnowsReplies) {
    EXPECT_EQ(parse_tftp_reply(std::string("\0\3\0\1", 4)).value(), TftpReply::data);
    EXPECT_EQ(parse_tftp_reply(std::string("\0\5\0\1gone\0", 9)).value(), TftpReply::refusal);
}

TEST(TftpProbe, AsksAsTheStandardSays) {
    EXPECT_EQ(tftp_read_request("a/zImage"), std::string("\0\1a/zImage\0octet\0", 17));
}

TEST(TftpProbe, SaysWhenNobodyAnswers) {
    const auto probed = probe_tftp(model::Ipv4Address(0x7f000001), 9, 50ms);
    ASSERT_FALSE(probed);
    EXPECT_EQ(probed.error().code(), ErrorCode::timed_out);
    EXPECT_NE(probed.error().message().find("127.0.0.1:9"), std::string::npos);
}

}  // namespace
}  // namespace dim::server
