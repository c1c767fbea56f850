#include "tools/commands/commands.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/path_question.hpp"

#include <algorithm>
#include <iostream>
#include <unistd.h>

namespace dim::tool {

namespace {

/// JSON has no other text than UTF-8 without NUL.
std::string text_for_json(std::string bytes) {
    std::ranges::replace(bytes, '\0', '?');
    return bytes;
}

}  // namespace

Action blade_cat(CLI::App& app) {
    auto file = std::make_shared<FileOfBlade>();
    file->add_options(app);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(auto question, file->resolve(context));
        DIM_TRY(std::string bytes,
                context.client.exchange(http::Method::post, "/v1/blade-files", to_json(question)));
        if (context.json) {
            std::cout << to_json(api::BladeFileText{std::move(question.path),
                                                    text_for_json(std::move(bytes))})
                      << '\n';
        } else {
            // A file of a blade must not move the terminal's cursor; a pipe gets what there is.
            std::cout << (::isatty(STDOUT_FILENO) != 0 ? terminal_text(bytes) : bytes);
        }
        if (std::cout.flush()) return {};
        return fail(Error(ErrorCode::io, "the file could not be written to standard output"));
    };
}

}  // namespace dim::tool
