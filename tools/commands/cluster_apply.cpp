#include "tools/cluster_proposal.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"

#include <filesystem>

namespace dim::tool {

namespace {

/// As the history of revisions names it.
std::string absolute_path(const std::string& path) {
    std::error_code error;
    const auto absolute = std::filesystem::absolute(path, error);
    return error ? path : absolute.lexically_normal().string();
}

}  // namespace

Action cluster_apply(CLI::App& app) {
    struct Arguments {
        std::string file;
        bool is_trial = false;
    };
    auto arguments = std::make_shared<Arguments>();
    app.add_option("FILE", arguments->file, "the new cluster definition")->required();
    app.add_flag("-n,--dry-run", arguments->is_trial, "only show what it would change");
    return [=](Context& context) -> Result<void> {
        DIM_TRY(auto text, read_cluster_file(arguments->file));
        return propose(context,
                       {.xml = std::move(text.xml),
                        .file_name = absolute_path(arguments->file),
                        .revision = {},
                        .base = {}},
                       arguments->is_trial ? ProposalEnd::show_difference : ProposalEnd::apply);
    };
}

}  // namespace dim::tool
