#pragma once

#include "imageserver/dhcp/dhcp_client_for_tests.hpp"
#include "imageserver/dhcp/dhcp_log.hpp"
#include "imageserver/dhcp/dhcp_service.hpp"
#include "imageserver/service/child_supervisor.hpp"
#include "imageserver/service/log_tail.hpp"
#include "libdim/render/sample_definition.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/own_network.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace dim::server {

inline constexpr auto kKnown = "52:54:00:01:01:01";
inline constexpr auto kWithoutImage = "52:54:00:01:01:02";
inline constexpr auto kUnknown = "52:54:00:09:09:09";

inline cluster::Definition definition(cluster::DhcpBackend backend) {
    cluster::Definition made = render::samples::rich_definition();
    made.services.dhcp = backend;
    return made;
}

inline std::vector<api::DhcpHost> hosts(const std::string& file = "granite/1-0123abcd/zImage") {
    return {render::samples::host("s01c1b01", kKnown, "10.1.0.11", file),
            render::samples::host("s01c1b02", kWithoutImage, "10.1.0.12")};
}

inline model::Ipv4Address address(std::string_view text) { return render::samples::address(text); }

/// A real server on "boot0" in a network namespace of this process's own; a client at the other end
/// of its wire, "wire0"; and another network, "user0" to "wire1".
class DhcpServiceDaemonTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        static const bool is_made = make_network();
        ASSERT_TRUE(is_made) << "run it as root";
    }
    static bool make_network() {
        static const dim::testing::OwnNetwork network;
        bool is_made = network.is_made();
        for (const std::string words :
             {"link set lo up", "link add boot0 type veth peer name wire0",
              "link add user0 type veth peer name wire1", "address add 10.1.0.1/24 dev boot0",
              "address add 10.9.0.1/24 dev user0", "link set boot0 up", "link set wire0 up",
              "link set user0 up", "link set wire1 up"}) {
            const auto result =
                sys::run({"/bin/sh", "-c", "ip " + words}, std::chrono::seconds(10));
            is_made = is_made && result && result->status.is_success();
        }
        return is_made;
    }

    ~DhcpServiceDaemonTest() override {
        EXPECT_TRUE(supervisor_->stop("dhcpd"));
        EXPECT_TRUE(supervisor_->stop("kea-dhcp4"));
    }

    std::unique_ptr<ChildSupervisor> make_supervisor() {
        return ChildSupervisor::create({.run_directory = directory_ / "run",
                                        .first_delay = std::chrono::milliseconds(50),
                                        .on_change = {}})
            .value();
    }
    DhcpService::Settings settings() {
        return {.server = render::samples::name("is01"),
                .directory = directory_ / "dhcpd",
                .kea_directory = directory_ / "kea"};
    }
    DhcpService make_service(const std::string& device = "boot0") {
        return DhcpService(*supervisor_, settings(), cluster::DeviceName::parse(device).value());
    }

    static std::optional<DhcpReply> boot(const std::string& mac,
                                         const std::string& device = "wire0") {
        DhcpClient client(device, model::MacAddress::parse(mac).value());
        EXPECT_TRUE(client.is_good());
        const auto offer = client.discover();
        if (!offer) return std::nullopt;
        EXPECT_EQ(offer->type, 2);
        return client.request(offer->address, address("10.1.0.1"));
    }

    std::vector<DhcpEvent> events() {
        LogTail tail = LogTail::open(service_.log_file(), {}).value();
        std::vector<DhcpEvent> seen;
        const std::vector<std::string> lines = tail.read_lines().value().lines;
        DhcpLogReader reader;
        for (const std::string& line : lines)
            if (auto event = reader.parse(line)) seen.push_back(*event);
        return seen;
    }
    static DhcpEvent event(DhcpEventKind kind, std::string_view mac,
                           std::optional<std::string_view> address = std::nullopt) {
        DhcpEvent made{.kind = kind, .mac = model::MacAddress::parse(mac).value(), .address = {}};
        if (address) made.address = model::Ipv4Address::parse(*address).value();
        return made;
    }
    std::uint32_t pid() { return service_.status().pid.value_or(0); }

    dim::testing::TemporaryDirectory directory_;
    std::unique_ptr<ChildSupervisor> supervisor_ = make_supervisor();
    DhcpService service_ = make_service();
};

/// What both servers do.
class EitherServer : public DhcpServiceDaemonTest,
                     public ::testing::WithParamInterface<cluster::DhcpBackend> {
protected:
    Result<void> apply(const std::vector<api::DhcpHost>& served = hosts()) {
        return service_.apply(definition(GetParam()), served);
    }
    void expect_applied(const std::vector<api::DhcpHost>& served = hosts()) {
        const auto applied = apply(served);
        ASSERT_TRUE(applied) << to_string(applied.error());
    }
};

}  // namespace dim::server
