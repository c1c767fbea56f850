#include "libdim/http/message.hpp"

#include <gtest/gtest.h>

namespace dim::http {
namespace {

TEST(Message, ForbiddenBytesNeverReachAHead) {
    const Response response{.content_type = "text/plain\r\nSet-Cookie: a=b", .body = "x"};
    EXPECT_EQ(serialize(response).find("Set-Cookie"), std::string::npos);
}

TEST(Message, NamesStatuses) {
    EXPECT_EQ(status_text(404), "Not Found");
    EXPECT_EQ(status_text(599), "Status 599");
    EXPECT_EQ(serialize_chunk(""), "");
    EXPECT_EQ(serialize_chunk(std::string(26, 'x')), "1a\r\n" + std::string(26, 'x') + "\r\n");
}

}  // namespace
}  // namespace dim::http
