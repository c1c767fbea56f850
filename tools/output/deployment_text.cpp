#include "tools/output/deployment_text.hpp"

#include "libdim/api/codec.hpp"
#include "tools/output/words.hpp"

namespace dim::tool {

namespace {

using Names = std::vector<model::ComponentName>;

/// The word of programs.
const char* word_of(DeploymentAct act) {
    switch (act) {
        case DeploymentAct::create: return "create";
        case DeploymentAct::offer: return "export";
        case DeploymentAct::assign: return "assign";
        case DeploymentAct::unassign: return "unassign";
        case DeploymentAct::withdraw: return "unexport";
        case DeploymentAct::discard: return "delete";
    }
    return "";
}

/// "create the blade images of": what stands before the blades.
const char* deed_of(DeploymentAct act) {
    switch (act) {
        case DeploymentAct::create: return "create the blade images of";
        case DeploymentAct::offer: return "export the blade images of";
        case DeploymentAct::assign: return "assign the image to";
        case DeploymentAct::unassign: return "take the image from";
        case DeploymentAct::withdraw: return "stop serving the blade images of";
        case DeploymentAct::discard: return "delete the blade images of";
    }
    return "";
}

std::string line(const std::string& deed, const Names& blades, const FoldNames& fold) {
    std::string text = deed + ' ' + count_text(blades.size(), "blade");
    if (const std::string names = fold(blades); !names.empty()) text += ": " + names;
    return text + '\n';
}

api::Json names_json(const Names& blades) {
    api::Json list = api::Json::array();
    for (const model::ComponentName& blade : blades)
        list.push_back(to_string(blade));
    return list;
}

api::Json problem_json(const Error& error) {
    return api::Json::parse(api::to_json(api::to_problem(error)));
}

api::Json result_json(const model::ComponentName& blade, const DeploymentResult::OfBlade& result) {
    api::Json done = api::Json::array();
    for (const DeploymentAct act : result.done)
        done.push_back(word_of(act));
    api::Json json{{"blade", to_string(blade)}, {"done", std::move(done)}};
    if (result.problem) json["problem"] = problem_json(*result.problem);
    return json;
}

api::Json head_json(const DeploymentPlan& plan) {
    return {{"image", to_string(plan.image.name)}, {"generation", plan.image.generation.number()}};
}

}  // namespace

std::string to_text(const DeploymentPlan& plan, const FoldNames& fold, const std::string& maybe) {
    std::string text = "image " + to_string(plan.image.name) + ", generation " +
                       to_string(plan.image.generation) + ", " +
                       size_text(plan.image.blade_image_bytes) + " each\n";
    if (plan.builds_boot_file) text += maybe + "build its boot file\n";
    for (const DeploymentStep& step : plan.steps)
        text += line(maybe + deed_of(step.act), step.blades, fold);
    if (!plan.settled.empty()) text += line("nothing is left to do for", plan.settled, fold);
    std::map<std::string, Names> refused;
    for (const auto& [blade, error] : plan.refused)
        refused[error.message()].push_back(blade);
    for (const auto& [cause, blades] : refused)
        text += line("refused, since " + cause + ":", blades, fold);
    return text;
}

std::string to_json(const DeploymentPlan& plan) {
    api::Json json = head_json(plan);
    json["build_boot_file"] = plan.builds_boot_file;
    json["steps"] = api::Json::array();
    for (const DeploymentStep& step : plan.steps)
        json["steps"].push_back({{"do", word_of(step.act)}, {"blades", names_json(step.blades)}});
    json["settled"] = names_json(plan.settled);
    json["refused"] = api::Json::array();
    for (const auto& [blade, error] : plan.refused)
        json["refused"].push_back({{"blade", to_string(blade)}, {"problem", problem_json(error)}});
    return api::dump_json(json);
}

std::string to_json(const DeploymentPlan& plan, const DeploymentResult& result) {
    api::Json json = head_json(plan);
    json["built_boot_file"] = result.boot_file.has_value();
    json["blades"] = api::Json::array();
    for (const auto& [blade, outcome] : result.blades)
        json["blades"].push_back(result_json(blade, outcome));
    return api::dump_json(json);
}

}  // namespace dim::tool
