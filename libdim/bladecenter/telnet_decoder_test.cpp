#include "libdim/bladecenter/telnet_decoder.hpp"

#include <gtest/gtest.h>

namespace dim::bladecenter {
namespace {

using namespace std::string_literals;

TEST(TelnetDecoder, OptionsAreRefusedButEchoAndGoAhead) {
    TelnetDecoder decoder;
    const auto decoded =
        decoder.decode("\xff\xfb\x01\xff\xfb\x03\xff\xfd\x18\xff\xfb\x05\xff\xfb\x01name: "s);
    EXPECT_EQ(decoded.data, "name: ");
    EXPECT_EQ(decoded.answer, "\xff\xfd\x01\xff\xfd\x03\xff\xfc\x18\xff\xfe\x05"s);
}

TEST(TelnetDecoder, CommandsAreTakenOutWhereverTheyAreCut) {
    const std::string all = "a\xff\xff"
                            "b\xff\xfa\x18\x01\xff\xff\xff\xf0"
                            "c\r\0\xff\xf1"
                            "d"s;
    TelnetDecoder whole;
    EXPECT_EQ(whole.decode(all).data, "a\xff"
                                      "bc\rd");
    TelnetDecoder pieces;
    std::string data;
    for (const char c : all)
        data += pieces.decode({&c, 1}).data;
    EXPECT_EQ(data, "a\xff"
                    "bc\rd");
}

TEST(TelnetDecoder, WhatIsSentIsEncoded) {
    EXPECT_EQ(telnet_encoded("a\xff\r"), "a\xff\xff\r\0"s);
    EXPECT_EQ(TelnetDecoder().decode(telnet_encoded("ls\r\xff")).data, "ls\r\xff");
}

}  // namespace
}  // namespace dim::bladecenter
