#include "tools/each_blade_image.hpp"

#include "tools/job_progress.hpp"
#include "tools/output/words.hpp"

namespace dim::tool {

Outcome<> for_each_blade_image(const Context& context, const api::ImageOfBlades& request,
                               http::Method method, const std::string& prefix,
                               const std::string& done) {
    std::optional<Failure> first;
    std::size_t failed = 0;
    for (const model::ComponentName& blade : request.blades) {
        const std::string target = prefix + '/' + to_string(blade) + '/' + to_string(request.image);
        auto outcome = run_job_with_progress(context, method, target, "");
        if (outcome) continue;
        ++failed;
        if (!first) first = std::move(outcome).error();
    }
    if (!first) return {};
    if (request.blades.size() > 1) {
        first->cause = std::move(first->cause)
                           .with_context(std::to_string(failed) + " of " +
                                         count_text(request.blades.size(), "blade image") +
                                         " could not be " + done + "; the first");
    }
    return std::unexpected(*std::move(first));
}

}  // namespace dim::tool
