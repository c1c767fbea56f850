#include "imageserver/nfs/null_call.hpp"
#include "libdim/base/text.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::string_view_literals;

// As an NFS-Ganesha sent it.
constexpr std::string_view kReply =
    "\x80\0\0\x18\0\0\0\x05\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv;

TEST(NullCall, RefusesEverythingButSuccess) {
    for (std::size_t size = 0; size < kReply.size(); ++size)
        EXPECT_FALSE(check_null_reply(kReply.substr(0, size), 5)) << size;
    EXPECT_FALSE(check_null_reply(kReply, 6));
    for (const std::size_t place : {3, 7, 11, 15, 23, 27}) {
        std::string bad(kReply);
        bad[place] = static_cast<char>(bad[place] ^ 2);
        EXPECT_FALSE(check_null_reply(bad, 5)) << place;
    }
    EXPECT_FALSE(check_null_reply("HTTP/1.1 400 Bad Request\r\n\r\n", 5));
}

TEST(NullCall, IsOneRecordOfRpc) {
    EXPECT_EQ(to_hex(null_call(5)), "80000028"  // last fragment, 40 bytes
                                    "00000005"  // transaction
                                    "00000000"  // CALL
                                    "00000002"  // RPC version
                                    "000186a3"  // NFS
                                    "00000004"  // version
                                    "00000000"  // procedure
                                    "0000000000000000"
                                    "0000000000000000");
    EXPECT_TRUE(check_null_reply(kReply, 5));
}

TEST(NullCall, SaysThatNobodyListens) {
    const auto called = call_null(model::Ipv4Address::parse("127.0.0.77").value());
    ASSERT_FALSE(called);
    EXPECT_EQ(called.error().code(), ErrorCode::unavailable);
}

}  // namespace
}  // namespace dim::server
