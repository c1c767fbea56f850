#include "libdim/power/child_environment.hpp"

#include <algorithm>
#include <string_view>
#include <unistd.h>

namespace dim::power {

std::vector<std::string> environment_with(const Variables& more) {
    std::vector<std::string> environment;
    for (char** each = ::environ; each != nullptr && *each != nullptr; ++each) {
        const std::string_view variable(*each);
        const std::string_view name = variable.substr(0, variable.find('='));
        if (std::ranges::find(more, name, &Variables::value_type::first) == more.end())
            environment.emplace_back(variable);
    }
    for (const auto& [name, value] : more)
        environment.push_back(name + "=" + value);
    return environment;
}

}  // namespace dim::power
