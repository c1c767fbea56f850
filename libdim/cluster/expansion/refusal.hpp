#pragma once

#include "libdim/cluster/expansion/cluster_xml.hpp"

#include <string>
#include <string_view>

#include <gmock/gmock.h>

namespace dim::cluster::testing {

/// The message of the error that TEXT, as cluster.xml, must give; it must have a cure.
inline std::string refusal(std::string_view text) {
    const Result<Definition> definition = parse_cluster(text, "cluster.xml");
    if (definition) {
        ADD_FAILURE() << "accepted: " << text.substr(0, 2000);
        return "";
    }
    EXPECT_THAT(definition.error().cure(), ::testing::Not(::testing::IsEmpty()))
        << definition.error().message();
    return definition.error().message();
}

}  // namespace dim::cluster::testing
