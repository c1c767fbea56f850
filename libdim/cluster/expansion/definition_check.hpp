#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <string_view>
#include <vector>

namespace dim::cluster {

/// Where the things of a Definition were read; shaped like its vectors.
struct DefinitionLines {
    struct Component {
        long line = 0;
        long mac = 0;
        std::vector<long> interfaces{};
    };
    std::vector<long> networks;
    std::vector<Component> servers;
    std::vector<Component> blades;
    std::vector<Component> components;
};

/// The rules that hold between components (see Definition). Errors: invalid_input, naming both
/// places of a contradiction.
Result<void> check_definition(const Definition& definition, const DefinitionLines& lines,
                              std::string_view file_name);

}  // namespace dim::cluster
