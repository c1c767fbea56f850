#include "libdim/sync/keep_out.hpp"
#include "libdim/sync/merge.hpp"
#include "libdim/sync/merge_selection.hpp"
#include "tools/cluster_source.hpp"
#include "tools/cluster_sync.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/sync.hpp"

#include <algorithm>
#include <compare>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

namespace dim::tool {

namespace {

using Names = std::vector<model::ComponentName>;

/// What is decided of the path on some blades.
struct Decision {
    bool is_kept_out = false;
    std::string rule = {};  ///< that decides; empty: none

    auto operator<=>(const Decision&) const = default;
};

/// What holds of the image, for all blades.
struct ImageRules {
    model::ImageName image;
    api::SyncPolicy policy;
    bool is_merged;
};

/// As the image is here; elsewhere it may have been set otherwise.
Outcome<ImageRules> rules_here(const Context& context, const model::ImageName& name,
                               std::string_view path) {
    DIM_TRY(const auto list, context.client.get<api::ImageList>("/v1/images"));
    const auto image = std::ranges::find(list.images, name, &api::ImageSummary::name);
    ImageRules rules{.image = name, .policy = {}, .is_merged = false};
    if (image != list.images.end()) rules.policy = image->sync;
    DIM_TRY(const auto merged, sync::MergeSelection::parse(rules.policy.merge));
    rules.is_merged = sync::merge_for(path).has_value() && merged.has(path);
    return rules;
}

Result<Decision> decide(const cluster::Definition& definition, const ImageRules& rules,
                        const model::ComponentName& name, std::string_view path,
                        bool is_directory) {
    sync::KeepOutPlaces places{.image = {rules.policy.keep_out, to_string(rules.image)}};
    if (const cluster::Blade* blade = find_blade(definition, name)) {
        if (blade->keep_out) places.blade = {blade->keep_out->rules, blade->keep_out->place};
        if (blade->cluster_keep_out)
            places.cluster = {blade->cluster_keep_out->rules, blade->cluster_keep_out->place};
    }
    DIM_TRY(const sync::KeepOut keep_out, sync::KeepOut::of(places));
    const sync::KeepOutRule* rule = keep_out.decides(path, is_directory);
    if (rule == nullptr) return Decision{};
    return Decision{.is_kept_out = keep_out.keeps(path, is_directory),
                    .rule = "'" + rule->text + "' (" + rule->origin + ")"};
}

std::string explanation(const Decision& decision, const ImageRules& rules) {
    if (decision.is_kept_out)
        return "stays as the blade has it: keep-out " + terminal_text(decision.rule);
    std::string text = "moves with the generation";
    if (rules.is_merged)
        text += "; what both sides changed is merged";
    else if (rules.policy.on_conflict == model::ConflictPolicy::overwrite)
        text += ", also where the blade changed it, unless an override writes it ('dim override "
                "list')";
    else
        text += ", unless the blade changed it or an override writes it ('dim override list')";
    if (!decision.rule.empty()) text += "; keep-out " + terminal_text(decision.rule);
    return text;
}

void print_explanation(const Context& context, const std::map<Decision, Names>& blades,
                       const ImageRules& rules) {
    if (!context.json) {
        const FoldNames fold = fold_with(context);
        for (const auto& [decision, names] : blades)
            std::cout << fold(names) << "  " << explanation(decision, rules) << '\n';
        return;
    }
    auto list = nlohmann::ordered_json::array();
    for (const auto& [decision, names] : blades) {
        nlohmann::ordered_json one{{"kept_out", decision.is_kept_out},
                                   {"merged", rules.is_merged},
                                   {"on_conflict", to_string(rules.policy.on_conflict)}};
        if (!decision.rule.empty()) one["rule"] = decision.rule;
        for (const model::ComponentName& name : names)
            one["blades"].push_back(to_string(name));
        list.push_back(std::move(one));
    }
    std::cout << list.dump() << '\n';
}

}  // namespace

Action sync_explain(CLI::App& app) {
    auto image = std::make_shared<std::string>();
    auto path = std::make_shared<std::string>();
    app.add_option("IMAGE", *image, "the image")->required();
    app.add_option("PATH", *path,
                   "as blades see it: /etc/motd; with a slash at its end, a "
                   "directory")
        ->required();
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto name, from_word(model::ImageName::parse(*image)));
        std::string_view inside = *path;
        if (!inside.starts_with('/'))
            return wrong_usage(Error(ErrorCode::invalid_input, "PATH does not begin with '/'")
                                   .with_cure("write it as blades see it: /etc/motd"));
        inside.remove_prefix(1);
        const bool is_directory = inside.ends_with('/');
        if (is_directory) inside.remove_suffix(1);
        DIM_TRY(const cluster::Definition definition, load_cluster(context));
        DIM_TRY(const ImageHolders holders, holders_of(context, name));
        DIM_TRY(const ImageRules rules, rules_here(context, name, inside));
        std::map<Decision, Names> blades;
        for (const model::ComponentName& blade : holders.blades) {
            DIM_TRY(auto decision, decide(definition, rules, blade, inside, is_directory));
            blades[std::move(decision)].push_back(blade);
        }
        print_explanation(context, blades, rules);
        if (holders.unreached) return std::unexpected(*holders.unreached);
        return {};
    };
}

}  // namespace dim::tool
