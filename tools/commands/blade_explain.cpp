#include "tools/commands/commands.hpp"
#include "tools/output/look_text.hpp"
#include "tools/path_question.hpp"

#include <iostream>

namespace dim::tool {

Action blade_explain(CLI::App& app) {
    auto file = std::make_shared<FileOfBlade>();
    file->add_options(app);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto question, file->resolve(context));
        DIM_TRY(const auto explanation,
                context.client.post<api::PathExplanation>("/v1/path-explanations", question));
        std::cout << (context.json ? to_json(explanation) + '\n'
                                   : path_explanation_text(explanation));
        return {};
    };
}

}  // namespace dim::tool
