#include "imageserver/dhcp/dhcp_batch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using enum DhcpEventKind;
using ::testing::ElementsAre;

class DhcpBatchTest : public ::testing::Test {
protected:
    void add(std::string_view mac, DhcpEventKind kind) {
        batch.add({.kind = kind, .mac = model::MacAddress::parse(mac).value(), .address = {}});
    }
    std::vector<DhcpEventKind> kinds() const {
        std::vector<DhcpEventKind> list;
        for (const DhcpEvent& event : batch.events())
            list.push_back(event.kind);
        return list;
    }
    static constexpr std::string_view kFirst = "52:54:00:01:01:01";
    static constexpr std::string_view kSecond = "52:54:00:01:01:02";
    DhcpBatch batch;
};

TEST_F(DhcpBatchTest, WhatAClientRepeatsIsLeftOut) {
    for (int round = 0; round < 1000; ++round)
        for (const DhcpEventKind kind : {discover, offer, request, acknowledge, refuse})
            add(kFirst, kind);
    EXPECT_THAT(kinds(), ElementsAre(discover, offer, request, acknowledge, refuse));
}

TEST_F(DhcpBatchTest, ARenewalBeforeARebootHidesNothingOfTheBoot) {
    for (const DhcpEventKind kind : {request, acknowledge, discover, request, acknowledge})
        add(kFirst, kind);
    EXPECT_THAT(kinds(), ElementsAre(request, acknowledge, discover, request, acknowledge));
}

TEST_F(DhcpBatchTest, ClientsDoNotHideEachOther) {
    add(kFirst, discover);
    add(kSecond, discover);
    EXPECT_THAT(kinds(), ElementsAre(discover, discover));
}

TEST_F(DhcpBatchTest, UnknownOnesAreCounted) {
    for (int round = 0; round < 7; ++round)
        add(kFirst, unknown_mac);
    EXPECT_TRUE(batch.events().empty());
    ASSERT_EQ(batch.unknown_macs().size(), 1U);
    EXPECT_EQ(batch.unknown_macs().begin()->second, 7U);
}

}  // namespace
}  // namespace dim::server
