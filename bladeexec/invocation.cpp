#include "bladeexec/invocation.hpp"

#include <algorithm>

namespace dim::bladeexec {

namespace {

constexpr std::size_t kFixed = 3;  // root, host name, interpreter
constexpr const char* kEndOfShared = "--";

}  // namespace

std::vector<std::string> to_arguments(const Invocation& invocation) {
    std::vector<std::string> arguments{invocation.root, invocation.hostname,
                                       invocation.interpreter};
    for (const SharedDirectory& directory : invocation.shared)
        arguments.push_back(directory.name + "=" + directory.source);
    arguments.emplace_back(kEndOfShared);
    arguments.insert(arguments.end(), invocation.command.begin(), invocation.command.end());
    return arguments;
}

Result<Invocation> parse_invocation(std::span<const std::string> arguments) {
    const auto end = std::ranges::find(arguments.subspan(std::min(kFixed, arguments.size())),
                                       std::string(kEndOfShared));
    if (arguments.size() <= kFixed || end == arguments.end() || end + 1 == arguments.end())
        return fail(Error(ErrorCode::invalid_input, "wrong arguments")
                        .with_cure("this program is started by imageserver: dim blade exec"));
    Invocation invocation{.root = arguments[0],
                          .shared = {},
                          .hostname = arguments[1],
                          .interpreter = arguments[2],
                          .command = {end + 1, arguments.end()}};
    for (auto word = arguments.begin() + kFixed; word != end; ++word) {
        const auto equals = word->find('=');
        if (equals == word->npos) return fail(ErrorCode::invalid_input, *word + ": NAME=DIRECTORY");
        invocation.shared.push_back({word->substr(0, equals), word->substr(equals + 1)});
    }
    return invocation;
}

}  // namespace dim::bladeexec
