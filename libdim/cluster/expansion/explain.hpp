#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dim::cluster {

/// A value of a component, and why it is that.
struct Explanation {
    std::string attribute;  ///< "type", "address on bootnet-s01", "server"
    std::string value;
    std::string
        origin;  ///< "cluster.xml:12: <component name=\"blade\">: 10.{server}.{chassis}.{blade+10}"
    std::vector<std::string>
        overridden;  ///< what it would be otherwise, nearest first, with origins
    bool operator==(const Explanation&) const = default;
};

/// Every attribute of the component NAME (coordinate or linear) of the cluster definition XML.
/// Errors: those of parse_cluster; not_found.
Result<std::vector<Explanation>> explain_component(std::string_view xml, std::string_view file_name,
                                                   std::string_view name);

}  // namespace dim::cluster
