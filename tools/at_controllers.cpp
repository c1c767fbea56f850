#include "tools/at_controllers.hpp"

#include "libdim/base/in_parallel.hpp"

#include <utility>

namespace dim::tool {

std::vector<BladeResult> at_controllers(std::span<const ControllerWork> work) {
    auto answers = in_parallel(work, kControllersAtOnce,
                               [](const ControllerWork& one) { return one.answers(); });
    std::vector<BladeResult> results;
    for (std::size_t i = 0; i < work.size(); ++i)
        for (std::size_t place = 0; place < work[i].blades.size(); ++place)
            results.push_back(
                {work[i].blades[place], work[i].controller, std::move(answers[i][place])});
    return results;
}

}  // namespace dim::tool
