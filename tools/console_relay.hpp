#pragma once

#include "libdim/bladecenter/module_console.hpp"
#include "libdim/sys/process.hpp"

#include <string>
#include <vector>

/// A console on this terminal, which has its settings back afterwards, however it ends, but for a
/// SIGKILL.
namespace dim::tool {

/// Carries keys and output until the console ends, ~. is typed, standard input ends, nobody reads
/// our output any more, or a signal asks us to end. Errors: those of the console.
Result<void> relay_console(bladecenter::ModuleConsole& console);

/// Runs a program that has a console on this terminal until it ends. Told to end, we tell it.
/// Errors: those of spawn.
Result<sys::ExitStatus> run_on_terminal(const std::vector<std::string>& words,
                                        const std::vector<std::string>& environment);

}  // namespace dim::tool
