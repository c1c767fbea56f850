#include "imageserver/dns/dns_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;

/// named 9.18's answer to soa_query(0x1234, "demo.cluster") with names put together.
const std::string kAnswer("\x12\x34\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00"
                          "\x04"
                          "demo\x07"
                          "cluster\x00\x00\x06\x00\x01"
                          "\xc0\x0c\x00\x06\x00\x01\x00\x00\x0e\x10\x00\x28"
                          "\x04is01\xc0\x0c\x0ahostmaster\xc0\x0c\x69\x20\x00\x11"
                          "\x00\x00\x0e\x10\x00\x00\x02\x58\x00\x09\x3a\x80\x00\x00\x02\x58",
                          12 + 18 + 12 + 7 + 13 + 4 + 16);

TEST(DnsMessage, RefusesNamesThatAreNone) {
    EXPECT_FALSE(soa_query(1, ""));
    EXPECT_FALSE(soa_query(1, "a..b"));
    EXPECT_FALSE(soa_query(1, "a."));
    EXPECT_FALSE(soa_query(1, std::string(64, 'a')));
    EXPECT_FALSE(soa_query(1, std::string(254, 'a')));
}

TEST(DnsMessage, RefusesEveryBeginningOfAnAnswer) {
    const std::size_t serial_end = kAnswer.size() - 16;
    for (std::size_t size = 0; size < serial_end; ++size)
        EXPECT_FALSE(parse_soa_answer(0x1234, std::string_view(kAnswer).substr(0, size))) << size;
}

TEST(DnsMessage, RefusesOtherAnswers) {
    EXPECT_THAT(parse_soa_answer(0x1235, kAnswer).error().message(), HasSubstr("no question"));
    const auto changed = [](std::size_t at, char byte) {
        std::string answer = kAnswer;
        answer[at] = byte;
        return parse_soa_answer(0x1234, answer);
    };
    EXPECT_THAT(changed(2, '\x04').error().message(), HasSubstr("no question"));
    EXPECT_EQ(changed(3, '\x05').error().code(), ErrorCode::unavailable);     // refused
    EXPECT_EQ(changed(2, '\x80').error().code(), ErrorCode::unavailable);     // not authoritative
    EXPECT_THAT(changed(7, '\x00').error().message(), HasSubstr("damaged"));  // more than it says
    const std::string header("\x12\x34\x84\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
    EXPECT_EQ(parse_soa_answer(0x1234, header + kAnswer.substr(12, 18)).error().code(),
              ErrorCode::unavailable);  // no answer
    EXPECT_THAT(changed(33, '\x05').error().message(), HasSubstr("no SOA record"));
    EXPECT_THAT(changed(12, '\x7f').error().message(), HasSubstr("damaged"));
    EXPECT_THAT(parse_soa_answer(0x1234, kAnswer + "more").error().message(), HasSubstr("damaged"));
}

TEST(DnsMessage, AsksForAZoneAndUnderstandsTheAnswer) {
    EXPECT_EQ(soa_query(0x1234, "demo.cluster").value(),
              std::string("\x12\x34\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12) +
                  kAnswer.substr(12, 18));
    EXPECT_EQ(parse_soa_answer(0x1234, kAnswer).value(), 0x69200011U);
}

}  // namespace
}  // namespace dim::server
