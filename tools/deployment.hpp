#pragma once

#include "tools/command.hpp"
#include "tools/output/deployment_text.hpp"

#include <vector>

namespace dim::tool {

/// What is so of one blade and an image.
struct DeployedBlade {
    model::ComponentName name;
    model::BladeType type;
    bool has_blade_image = false;
    bool is_exported = false;
    bool is_assigned = false;
    bool runs_from_it = false;  ///< or boots from it just now
};

/// What is so of an image, and of blades with it.
struct Deployment {
    api::ImageSummary image;
    std::vector<DeployedBlade> blades;
};

/// Asks the daemon. Failures: not_found for an image that there is not.
Outcome<Deployment> look_at_deployment(const ApiClient& client, const api::ImageOfBlades& request);

/// So that the blades boot the image: boot file, blade images, exports, assignment. Refused are
/// blades of another architecture.
DeploymentPlan plan_deployment(const Deployment& deployment);

enum class BladeImages { keep, discard };
/// The opposite. Refused are blades that run from the image.
DeploymentPlan plan_withdrawal(const Deployment& deployment, BladeImages images);

/// Has the daemon do it, act by act. A blade of which an act fails gets no further one; it holds up
/// no other. Failures: of what concerns all: no daemon, the boot file.
Outcome<DeploymentResult> carry_out(const Context& context, const DeploymentPlan& plan);

/// What `dim deploy` and `dim undeploy` do with a plan: show it, ask when more than ASK_ABOVE
/// blades change, carry it out, tell how it went. DEED is for the question and for failures:
/// "deploy granite to".
struct DeploymentRun {
    std::string deed;
    std::size_t ask_above;
    bool is_dry = false;
};
Outcome<> run_deployment(const Context& context, const DeploymentPlan& plan,
                         const DeploymentRun& run);

}  // namespace dim::tool
