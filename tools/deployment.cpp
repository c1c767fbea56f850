#include "tools/deployment.hpp"

#include "tools/cluster_source.hpp"
#include "tools/component_query.hpp"
#include "tools/confirm.hpp"
#include "tools/job_progress.hpp"
#include "tools/output/words.hpp"

#include <algorithm>
#include <iostream>
#include <set>

namespace dim::tool {

namespace {

using model::ComponentName;
using Names = std::vector<ComponentName>;

Outcome<api::ImageSummary> find_image(const ApiClient& client, const model::ImageName& name) {
    DIM_TRY(auto list, client.get<api::ImageList>("/v1/images"));
    const auto found = std::ranges::find(list.images, name, &api::ImageSummary::name);
    if (found != list.images.end()) return std::move(*found);
    return fail(Error(ErrorCode::not_found, "there is no image " + to_string(name))
                    .with_cure("see 'dim image list'; make one with 'dim image import'"));
}

/// The blades that IMAGE is assigned to: the status shows what runs, which may be another one.
Outcome<std::set<ComponentName>> assigned_blades(const ApiClient& client,
                                                 const model::ImageName& image) {
    const api::NameQuery query{.range = "image=" + to_string(image), .role = "blade"};
    auto list = client.post<api::NameList>("/v1/names", query);
    // A range that matches nothing is an error of its own.
    if (!list && list.error().cause.code() == ErrorCode::not_found)
        return std::set<ComponentName>();
    if (!list) return std::unexpected(std::move(list).error());
    std::set<ComponentName> blades;
    for (const api::NamedComponent& component : list->names)
        blades.insert(component.name);
    return blades;
}

bool is_up(model::BladeState state) {
    return state == model::BladeState::running || state == model::BladeState::booting;
}

void add_step(DeploymentPlan& plan, DeploymentAct act, Names blades) {
    if (!blades.empty()) plan.steps.push_back({act, std::move(blades)});
}

/// The names of the blades of DEPLOYMENT that are not refused and that NEEDS is true of.
template <class Needs>
Names names_of(const Deployment& deployment, const DeploymentPlan& plan, Needs needs) {
    Names names;
    for (const DeployedBlade& blade : deployment.blades)
        if (!plan.refused.contains(blade.name) && needs(blade)) names.push_back(blade.name);
    return names;
}

bool is_in_a_step(const DeploymentPlan& plan, const ComponentName& blade) {
    return std::ranges::any_of(plan.steps, [&](const DeploymentStep& step) {
        return std::ranges::find(step.blades, blade) != step.blades.end();
    });
}

void settle_rest(const Deployment& deployment, DeploymentPlan& plan) {
    plan.settled = names_of(deployment, plan, [&](const DeployedBlade& blade) {
        return !is_in_a_step(plan, blade.name);
    });
}

/// One request of the daemon.
struct Request {
    http::Method method;
    std::string target;
    std::string body;
};

Request request_for(DeploymentAct act, const model::ImageName& image, const Names& blades) {
    const std::string both = to_json(api::ImageOfBlades{image, blades});
    switch (act) {
        case DeploymentAct::create: return {http::Method::post, "/v1/blade-images", both};
        case DeploymentAct::offer: return {http::Method::put, "/v1/exports", both};
        case DeploymentAct::assign: return {http::Method::put, "/v1/assignments", both};
        case DeploymentAct::unassign:
            return {http::Method::delete_, "/v1/assignments", to_json(api::Blades{blades})};
        case DeploymentAct::withdraw: return {http::Method::delete_, "/v1/exports", both};
        case DeploymentAct::discard:
            return {http::Method::delete_,
                    "/v1/blade-images/" + to_string(blades.front()) + '/' + to_string(image), ""};
    }
    return {};
}

/// Whether the daemon does it blade by blade anyway: so that each has a result of its own.
bool is_done_one_by_one(DeploymentAct act) {
    return act == DeploymentAct::create || act == DeploymentAct::discard;
}

/// Not so of a service that is down: it is that for each of them.
bool is_of_one_blade(const Error& error) {
    switch (error.code()) {
        case ErrorCode::invalid_input:
        case ErrorCode::not_found:
        case ErrorCode::already_exists:
        case ErrorCode::conflict: return true;
        default: return false;
    }
}

/// Carries out a plan.
class Deployer {
public:
    Deployer(const Context& context, const DeploymentPlan& plan) : context_(context), plan_(plan) {
        for (const ComponentName& blade : plan.settled)
            result_.blades[blade];
        for (const auto& [blade, error] : plan.refused)
            result_.blades[blade].problem = error;
    }

    Outcome<DeploymentResult> run() {
        if (plan_.builds_boot_file) DIM_CHECK(build_boot_file());
        for (const DeploymentStep& step : plan_.steps)
            DIM_CHECK(take(step));
        return std::move(result_);
    }

private:
    Outcome<> build_boot_file() {
        const api::BuildBootFile request{.image = plan_.image.name, .options = {}, .ramdisk = {}};
        DIM_TRY(result_.boot_file,
                follow_job(context_, http::Method::post, "/v1/boot-files", to_json(request)));
        return {};
    }

    Outcome<> take(const DeploymentStep& step) {
        Names blades;
        for (const ComponentName& blade : step.blades)
            if (!result_.blades[blade].problem) blades.push_back(blade);
        if (blades.empty()) return {};
        if (!is_done_one_by_one(step.act)) {
            DIM_CHECK(ask(step.act, blades, ""));
            const std::optional<Error> problem = result_.blades[blades.front()].problem;
            if (!problem || blades.size() == 1 || !is_of_one_blade(*problem)) return {};
            // The daemon refused all for one: whom does it mean?
            for (const ComponentName& blade : blades)
                result_.blades[blade].problem.reset();
        }
        std::size_t number = 0;
        for (const ComponentName& blade : blades) {
            const std::string before =
                '[' + std::to_string(++number) + '/' + std::to_string(blades.size()) + "] ";
            DIM_CHECK(ask(step.act, {blade}, before));
        }
        return {};
    }

    /// Notes of BLADES how it went. Failures: no_daemon, and what is about no blade.
    Outcome<> ask(DeploymentAct act, const Names& blades, const std::string& before) {
        Request request = request_for(act, plan_.image.name, blades);
        auto done =
            follow_job(context_, request.method, request.target, std::move(request.body), before);
        if (!done && done.error().exit_code != ExitCode::failed)
            return std::unexpected(std::move(done).error());
        for (const ComponentName& blade : blades) {
            DeploymentResult::OfBlade& of_blade = result_.blades[blade];
            if (done)
                of_blade.done.push_back(act);
            else
                of_blade.problem = done.error().cause;
        }
        return {};
    }

    const Context& context_;
    const DeploymentPlan& plan_;
    DeploymentResult result_;
};

Names changed_blades(const DeploymentPlan& plan) {
    std::set<ComponentName> names;
    for (const DeploymentStep& step : plan.steps)
        names.insert(step.blades.begin(), step.blades.end());
    return {names.begin(), names.end()};
}

/// Failures: the first, and how many there are.
Outcome<> outcome_of(const DeploymentResult& result, const std::string& deed, bool names_all) {
    std::size_t failed = 0;
    std::optional<Error> first;
    for (const auto& [blade, of_blade] : result.blades) {
        if (!of_blade.problem) continue;
        ++failed;
        const Error error = Error(*of_blade.problem).with_context(to_string(blade));
        if (names_all && result.blades.size() > 1) std::cerr << error.message() << '\n';
        if (!first) first = error;
    }
    if (!first) return {};
    if (result.blades.size() == 1) return fail(*std::move(first));
    return fail(std::move(*first).with_context("could not " + deed + ' ' + std::to_string(failed) +
                                               " of " + count_text(result.blades.size(), "blade") +
                                               "; the first"));
}

}  // namespace

Outcome<Deployment> look_at_deployment(const ApiClient& client, const api::ImageOfBlades& request) {
    DIM_TRY(auto image, find_image(client, request.image));
    DIM_TRY(const auto images, client.get<api::BladeImageList>("/v1/blade-images"));
    DIM_TRY(const auto assigned, assigned_blades(client, request.image));
    DIM_TRY(const auto status, client.get<api::ClusterStatus>("/v1/status"));
    std::map<ComponentName, const api::BladeImage*> images_of;
    for (const api::BladeImage& blade_image : images.blade_images)
        if (blade_image.image == request.image) images_of.emplace(blade_image.blade, &blade_image);
    const std::set<ComponentName> asked(request.blades.begin(), request.blades.end());
    Deployment deployment{.image = std::move(image), .blades = {}};
    for (const api::BladeStatus& blade : status.blades) {
        if (!asked.contains(blade.name)) continue;
        const auto found = images_of.find(blade.name);
        deployment.blades.push_back(
            {.name = blade.name,
             .type = blade.type,
             .has_blade_image = found != images_of.end(),
             .is_exported = found != images_of.end() && found->second->is_exported,
             .is_assigned = assigned.contains(blade.name),
             .runs_from_it = is_up(blade.state) && blade.image == request.image});
    }
    std::set<ComponentName> missing = asked;
    for (const DeployedBlade& blade : deployment.blades)
        missing.erase(blade.name);
    if (missing.empty()) return deployment;
    // The daemon says why it has none of that name.
    DIM_CHECK(client.get<api::BladeStory>("/v1/blades/" + to_string(*missing.begin())));
    return fail(Error(ErrorCode::conflict, "the cluster definition changed meanwhile")
                    .with_cure("try it again"));
}

DeploymentPlan plan_deployment(const Deployment& deployment) {
    DeploymentPlan plan{.image = deployment.image};
    for (const DeployedBlade& blade : deployment.blades) {
        const model::Architecture architecture = model::architecture_of(blade.type);
        if (architecture == plan.image.architecture) continue;
        plan.refused.emplace(
            blade.name,
            Error(ErrorCode::conflict, "image " + to_string(plan.image.name) + " is for " +
                                           std::string(to_string(plan.image.architecture)) +
                                           ", a " + std::string(to_string(blade.type)) + " is " +
                                           std::string(to_string(architecture)))
                .with_cure("deploy an image for " + std::string(to_string(architecture))));
    }
    plan.builds_boot_file =
        !plan.image.zimage_bytes && plan.refused.size() < deployment.blades.size();
    const auto need = [&](bool DeployedBlade::* has) {
        return names_of(deployment, plan, [has](const auto& blade) { return !(blade.*has); });
    };
    add_step(plan, DeploymentAct::create, need(&DeployedBlade::has_blade_image));
    add_step(plan, DeploymentAct::offer, need(&DeployedBlade::is_exported));
    add_step(plan, DeploymentAct::assign, need(&DeployedBlade::is_assigned));
    settle_rest(deployment, plan);
    return plan;
}

DeploymentPlan plan_withdrawal(const Deployment& deployment, BladeImages images) {
    DeploymentPlan plan{.image = deployment.image};
    for (const DeployedBlade& blade : deployment.blades) {
        if (!blade.runs_from_it) continue;
        plan.refused.emplace(blade.name, Error(ErrorCode::conflict,
                                               "image " + to_string(plan.image.name) + " is in use")
                                             .with_cure("power the blade off first"));
    }
    const auto have = [&](bool DeployedBlade::* has) {
        return names_of(deployment, plan, [has](const auto& blade) { return blade.*has; });
    };
    add_step(plan, DeploymentAct::unassign, have(&DeployedBlade::is_assigned));
    add_step(plan, DeploymentAct::withdraw, have(&DeployedBlade::is_exported));
    if (images == BladeImages::discard)
        add_step(plan, DeploymentAct::discard, have(&DeployedBlade::has_blade_image));
    settle_rest(deployment, plan);
    return plan;
}

Outcome<DeploymentResult> carry_out(const Context& context, const DeploymentPlan& plan) {
    return Deployer(context, plan).run();
}

Outcome<> run_deployment(const Context& context, const DeploymentPlan& plan,
                         const DeploymentRun& run) {
    std::optional<Outcome<cluster::Definition>> definition;
    const auto fold = [&](std::span<const ComponentName> names) -> std::string {
        if (!definition) definition.emplace(load_cluster(context));
        if (!*definition) return "";
        return fold_component_names(**definition, names).value_or("");
    };
    if (run.is_dry) {
        std::cout << (context.json ? to_json(plan) + '\n' : to_text(plan, fold, "would "));
        return {};
    }
    const Names changed = changed_blades(plan);
    if (!context.json) std::cout << to_text(plan, fold, "") << std::flush;
    DIM_CHECK(
        confirm(context, run.deed, changed.size(), [&] { return fold(changed); }, run.ask_above));
    DIM_TRY(const auto result, carry_out(context, plan));
    if (context.json) std::cout << to_json(plan, result) << '\n';
    auto outcome = outcome_of(result, run.deed, !context.json);
    if (outcome && !context.json && (!changed.empty() || result.boot_file)) std::cout << "done\n";
    return outcome;
}

}  // namespace dim::tool
