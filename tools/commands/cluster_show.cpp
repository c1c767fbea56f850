#include "libdim/base/parse_number.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/revision_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

Result<void> print(const Context& context, const api::ClusterRevision& revision, bool prints_xml) {
    if (context.json) {
        std::cout << to_json(revision) << '\n';
    } else if (!prints_xml) {
        std::cout << revision_text(revision);
    } else if (revision.xml) {
        std::cout << *revision.xml;
    } else {
        return fail(Error(ErrorCode::not_found, "the text of revision " +
                                                    std::to_string(revision.number) +
                                                    " is no longer kept"));
    }
    return {};
}

}  // namespace

Action cluster_show(CLI::App& app) {
    struct ClusterShowArguments {
        std::optional<std::string> revision;
        bool prints_xml = false;
    };
    auto arguments = std::make_shared<ClusterShowArguments>();
    app.add_option("--revision", arguments->revision,
                   "of 'dim cluster history'; the one in force unless given");
    app.add_flag("--xml", arguments->prints_xml, "print the definition itself");
    return [=](Context& context) -> Outcome<> {
        if (context.json && arguments->prints_xml)
            return contradiction("--xml and --json", "JSON holds the definition, too");
        std::string target = "/v1/cluster";
        if (arguments->revision) {
            DIM_TRY(const auto number,
                    from_word("--revision", parse_number<std::uint32_t>(*arguments->revision)));
            target += "/revisions/" + std::to_string(number);
        }
        DIM_TRY(const auto revision, context.client.get<api::ClusterRevision>(target));
        return print(context, revision, arguments->prints_xml);
    };
}

}  // namespace dim::tool
