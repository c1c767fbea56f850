#pragma once

#include "libdim/base/result.hpp"
#include "tools/exit_code.hpp"
#include "tools/named_server.hpp"

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace dim::tool {

/// Why a command did not do what it was asked, and the exit code that says which kind of "did not".
/// Whoever makes the error knows the kind; nobody finds it out from its text.
struct Failure {
    Failure(Error error) : cause(std::move(error)) {}  // NOLINT: a mere error is the usual case
    Failure(ExitCode code, Error error) : exit_code(code), cause(std::move(error)) {}

    ExitCode exit_code = ExitCode::failed;
    Error cause;
    /// Nothing was done, since its blades are of other image servers too: what each is to do.
    std::vector<NamedServer> shares = {};
};

/// What has to be run on each of SERVERS, which is left to run_on_each.
inline Failure to_each(std::vector<NamedServer> servers) {
    Failure split(Error(ErrorCode::conflict, "this is of several image servers"));
    split.shares = std::move(servers);
    return split;
}

/// What a command returns, and every step of one whose failures are not all of one kind. A Result
/// becomes an Outcome by itself, never the other way round.
template <class T = void>
using Outcome = Result<T, Failure>;

/// A command line that is wrong in itself: see ExitCode::usage.
inline std::unexpected<Failure> wrong_usage(Error error) {
    return std::unexpected(Failure(ExitCode::usage, std::move(error)));
}

/// Two words of a command line that do not go together: "--fold and --json", and why.
inline std::unexpected<Failure> contradiction(const std::string& both, const std::string& why) {
    return wrong_usage(Error(ErrorCode::invalid_input, both + " contradict each other: " + why)
                           .with_cure("leave one of the two out"));
}

/// What was parsed from a word of the command line.
template <class T>
Outcome<T> from_word(Result<T> parsed) {
    if (!parsed) return wrong_usage(std::move(parsed).error());
    if constexpr (std::is_void_v<T>)
        return {};
    else
        return *std::move(parsed);
}

/// The same, naming the option or argument WHAT: "--serial: 'x' is not a number from …".
template <class T>
Outcome<T> from_word(std::string_view what, Result<T> parsed) {
    if (!parsed) parsed = fail(std::move(parsed).error().with_context(what));
    return from_word(std::move(parsed));
}

}  // namespace dim::tool
