#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/api/problem.hpp"
#include "tools/output/fold_names.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dim::tool {

/// What is done to a blade so that it boots an image, or no longer does.
enum class DeploymentAct { create, offer, assign, unassign, withdraw, discard };

/// One act, and the blades that need it.
struct DeploymentStep {
    DeploymentAct act;
    std::vector<model::ComponentName> blades;

    bool operator==(const DeploymentStep&) const = default;
};

/// What a command will do, in this order: what is so already is not in it.
struct DeploymentPlan {
    api::ImageSummary image;
    bool builds_boot_file = false;
    std::vector<DeploymentStep> steps = {};              ///< none without blades
    std::vector<model::ComponentName> settled = {};      ///< of which nothing is left to do
    std::map<model::ComponentName, Error> refused = {};  ///< and why
};

/// How it went: for each blade of the plan what was done, and why no more.
struct DeploymentResult {
    struct OfBlade {
        std::vector<DeploymentAct> done = {};
        std::optional<Error> problem = {};
    };
    std::optional<std::string> boot_file = {};  ///< what the daemon said of it, when it was built
    std::map<model::ComponentName, OfBlade> blades = {};
};

/// A line for each step, for the blades that are left as they are and for each cause of a refusal.
/// MAYBE is what stands before the verbs: "would ".
std::string to_text(const DeploymentPlan& plan, const FoldNames& fold, const std::string& maybe);

// One object, one line: docs/man/dim.1.
std::string to_json(const DeploymentPlan& plan);
std::string to_json(const DeploymentPlan& plan, const DeploymentResult& result);

}  // namespace dim::tool
