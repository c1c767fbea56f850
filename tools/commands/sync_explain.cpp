#include "libdim/sync/keep_out.hpp"
#include "libdim/sync/merge.hpp"
#include "tools/cluster_source.hpp"
#include "tools/cluster_sync.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/sync.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

namespace dim::tool {

namespace {

using Names = std::vector<model::ComponentName>;

/// Why the path stays on a blade; empty: it does not.
Result<std::string> reason_for(const cluster::Definition& definition,
                               const model::ComponentName& blade, std::string_view path,
                               bool is_directory) {
    DIM_TRY(const cluster::Position position, definition.taxonomy.find(to_string(blade)));
    const auto value = attribute_of(definition, position, std::string(sync::kKeepOutProperty));
    if (!value) return std::string();
    DIM_TRY(auto rules, sync::rules_of(*value, "the cluster definition"));
    DIM_TRY(const sync::KeepOut keep_out, sync::KeepOut::parse(std::move(rules)));
    if (!keep_out.keeps(path, is_directory)) return std::string();
    return "'" + keep_out.decides(path, is_directory)->text + "'";
}

std::string explanation(const std::string& reason, bool is_merged) {
    if (!reason.empty()) return "stays as the blade has it: keep-out " + terminal_text(reason);
    return is_merged ? "moves with the generation; what both sides changed is merged"
                     : "moves with the generation, unless the blade changed it or an override "
                       "writes it ('dim override list')";
}

void print_explanation(const Context& context, const std::map<std::string, Names>& blades,
                       bool is_merged) {
    if (!context.json) {
        const FoldNames fold = fold_with(context);
        for (const auto& [reason, names] : blades)
            std::cout << fold(names) << "  " << explanation(reason, is_merged) << '\n';
        return;
    }
    auto list = nlohmann::ordered_json::array();
    for (const auto& [reason, names] : blades) {
        nlohmann::ordered_json one{{"kept_out", !reason.empty()}, {"merged", is_merged}};
        if (!reason.empty()) one["rule"] = reason;
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
        std::map<std::string, Names> by_reason;
        for (const model::ComponentName& blade : holders.blades) {
            DIM_TRY(auto reason, reason_for(definition, blade, inside, is_directory));
            by_reason[std::move(reason)].push_back(blade);
        }
        print_explanation(context, by_reason, sync::merge_for(inside).has_value());
        if (holders.unreached) return std::unexpected(*holders.unreached);
        return {};
    };
}

}  // namespace dim::tool
