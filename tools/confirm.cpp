#include "tools/confirm.hpp"

#include "tools/output/words.hpp"

#include <cstdio>
#include <iostream>

namespace dim::tool {

namespace {

std::unexpected<Failure> not_confirmed(std::string message) {
    return std::unexpected(
        Failure(ExitCode::not_confirmed,
                Error(ErrorCode::conflict, std::move(message))
                    .with_cure("nothing was changed; --yes does it without a question")));
}

}  // namespace

Outcome<> confirm(const Context& context, const std::string& what, std::size_t count,
                  const std::function<std::string()>& which, std::size_t ask_above) {
    if (count <= ask_above || context.assume_yes) return {};
    std::string deed = what + ' ' + count_text(count, "blade");
    if (const std::string names = which ? which() : ""; !names.empty()) deed += ": " + names;
    return confirm_deed(context, deed);
}

Outcome<> confirm_deed(const Context& context, const std::string& deed) {
    if (context.assume_yes) return {};
    if (!context.is_terminal) return not_confirmed("would " + deed);
    std::fprintf(stderr, "This will %s\nGo on? [y/N] ", deed.c_str());
    std::string answer;
    std::getline(std::cin, answer);
    if (answer == "y" || answer == "yes") return {};
    return not_confirmed("not confirmed");
}

}  // namespace dim::tool
