#include "libdim/base/text.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/override_text.hpp"
#include "tools/override_query.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

/// The last of the words is the file; the blades are those before it.
Outcome<std::string> take_path(OverrideSelection& selection) {
    std::vector<std::string>& words = selection.blades.ranges;
    if (words.empty() || !words.back().starts_with('/'))
        return wrong_usage(Error(ErrorCode::invalid_input, "no file is named")
                               .with_cure("name it last, as the blade sees it: /etc/motd"));
    std::string path = std::move(words.back());
    words.pop_back();
    return path;
}

Outcome<> show_override(const Context& context, OverrideSelection selection) {
    DIM_TRY(const std::string path, take_path(selection));
    DIM_TRY(const auto list, look_at_overrides(context, selection, path));
    std::cout << (context.json ? to_json(list) + '\n' : override_files_text(list)) << std::flush;
    DIM_CHECK(check_looked(list));
    for (const api::ImageOverrides& image : list.images)
        if (!image.files.empty()) return {};
    return fail(Error(ErrorCode::not_found, "no rule is for " + printable(path, 200))
                    .with_cure("'dim override list' shows the files that rules are for"));
}

}  // namespace

Action override_show(CLI::App& app) {
    auto selection = std::make_shared<OverrideSelection>();
    // RANGE takes all words, the file with them: PATH is there for --help.
    selection->add_options(app);
    auto path = std::make_shared<std::string>();
    app.add_option("PATH", *path, "the file, as the blade sees it; the last word");
    return [=](Context& context) { return show_override(context, *selection); };
}

}  // namespace dim::tool
