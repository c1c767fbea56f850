#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/api/mac_messages.hpp"
#include "libdim/api/value_samples.hpp"

/// What is known of blades, chassis and the cluster: MACs, status, stories. See
/// message_samples.hpp.
namespace dim::api::samples {

inline MacPlace mac_place() { return {*model::ComponentName::parse("s01c1mm"), 3}; }
inline BladeMac blade_mac() {
    return {blade(),
            mac(),
            "bladecenter-snmp",
            mac_place(),
            time(),
            *model::MacAddress::parse("52:54:00:01:01:02"),
            "csv",
            "the cluster definition has another MAC for it"};
}
inline MacList mac_list() { return {7, {blade_mac(), {.blade = blade()}}}; }
inline LearnMacs learn_macs() {
    return {"bladecenter-snmp", {{blade(), mac(), mac_place()}, {.blade = blade()}}, 7};
}
inline BladeStatus blade_status() {
    return {.name = blade(),
            .type = model::BladeType::js21,
            .platform = *model::ComponentName::parse("quiet-js21"),
            .mac = mac(),
            .mac_source = "csv",
            .address = address(),
            .image = image(),
            .generation = generation(),
            .state = model::BladeState::failed,
            .stage = model::BootStage::plan,
            .cause = "no image is assigned",
            .cure = "dim dhcp assign s01c1b01 IMAGE",
            .since = time(),
            .last_heard = time(),
            .age_seconds = 0.1,
            .seconds = {.firmware = 1.5, .kernel = 2.25, .agent = 0.4, .init = 3.0},
            .kernel = "6.1.0-50-amd64",
            .next_kernel = "6.1.0-51-amd64"};
}
inline BladeStatus bare_blade_status() {
    return {.name = blade(),
            .type = model::BladeType::js20,
            .mac = mac(),
            .address = address(),
            .state = model::BladeState::unseen};
}
inline ChassisStatus chassis_status() {
    return {.module = *model::ComponentName::parse("s01c1mm"),
            .answered = time(),
            .age_seconds = 12.5,
            .health = "normal",
            .type = "8677-3XG",
            .serial = "KPEMU01",
            .label = "chassis 1",
            .bays = {{.bay = 1,
                      .blade = blade(),
                      .power = "off",
                      .power_since = time(),
                      .health = "good",
                      .type = "8842-21X",
                      .serial = "ZJ1",
                      .label = "SN#1"},
                     {.bay = 3, .problem = "bladePowerState is 9"}},
            .problem = "no answer within 2 s",
            .cure = "look at its cable"};
}
inline ClusterStatus cluster_status() {
    return {.server = *model::ComponentName::parse("is01"),
            .version = "0.1.0",
            .now = time(),
            .since = time(),
            .blades = {blade_status(), bare_blade_status()},
            .services = {{"dhcpd", true, 4711, std::nullopt, time()},
                         {"tftpd", false, std::nullopt, "it ended with status 1", std::nullopt}},
            .alerts = {{time(), time(), 3, "unknown-mac", "52:54:00:ff:ff:ff", "asked dhcpd",
                        "add the blade"},
                       {time(), time(), 1, "tls", "10.1.0.99", "no TLS", std::nullopt}},
            .disk = DiskStatus{"/var/lib/dim", "reserved", 1000, 400, 500, 300, 90.5},
            .chassis = {chassis_status(), {.module = *model::ComponentName::parse("s01c2mm")}}};
}
inline BladeStory blade_story() {
    return {blade_status(),
            {{time(), "dhcpd", std::nullopt, model::BootStage::firmware, "asks", {}},
             {time(), "agent", "s01c1b01-17", std::nullopt, "tries", {"one", "two"}}}};
}

}  // namespace dim::api::samples
