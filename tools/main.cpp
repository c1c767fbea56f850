#include "libdim/base/log.hpp"
#include "tools/command_line.hpp"
#include "tools/command_request.hpp"
#include "tools/commands/commands.hpp"

#include <string>
#include <vector>

int main(int argc, char** argv) {
    dim::set_log_prefix("dim");
    const std::vector<std::string> arguments(argv, argv + argc);
    return static_cast<int>(dim::tool::run_command_line(dim::tool::command_table(),
                                                        dim::tool::command_words(arguments)));
}
