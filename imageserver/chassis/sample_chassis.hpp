#pragma once

#include "imageserver/blade/roster.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/expansion/sample_two_chassis.hpp"

#include <cstdint>
#include <string>

/// A cluster of one server and two chassis on the loopback, for tests.
namespace dim::server::samples {

inline model::ComponentName name(const std::string& text) {
    return model::ComponentName::parse(text).value();
}

/// Modules s01c1mm at 127.0.0.2, PORT, with CREDENTIALS, and s01c2mm at 127.0.0.3, without.
inline cluster::Definition chassis_definition(const std::string& credentials, std::uint16_t port) {
    return cluster::parse_cluster(cluster::sample::two_chassis_xml(credentials, port), "sample.xml")
        .value();
}

inline Roster chassis_roster(const std::string& credentials, std::uint16_t port) {
    return Roster::create(name("s01"), chassis_definition(credentials, port)).value();
}

}  // namespace dim::server::samples
