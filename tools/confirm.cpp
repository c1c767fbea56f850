#include "tools/confirm.hpp"

#include "tools/output/words.hpp"

#include <cstdio>
#include <iostream>

namespace dim::tool {

namespace {
constexpr const char* kCure = "nothing was changed; --yes does it without a question";
}  // namespace

Result<void> confirm(const Context& context, const std::string& what, std::size_t count,
                     const std::function<std::string()>& which) {
    if (count <= kAskAbove || context.assume_yes) return {};
    std::string deed = what + ' ' + count_text(count, "blade");
    if (const std::string names = which ? which() : ""; !names.empty()) deed += ": " + names;
    if (!context.is_terminal)
        return fail(Error(ErrorCode::conflict, "would " + deed).with_cure(kCure));
    std::fprintf(stderr, "This will %s\nGo on? [y/N] ", deed.c_str());
    std::string answer;
    std::getline(std::cin, answer);
    if (answer == "y" || answer == "yes") return {};
    return fail(Error(ErrorCode::conflict, "not confirmed").with_cure(kCure));
}

bool is_not_confirmed(const Error& error) {
    return error.code() == ErrorCode::conflict && error.cure() == kCure;
}

}  // namespace dim::tool
