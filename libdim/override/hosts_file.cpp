#include "libdim/override/hosts_file.hpp"

#include "libdim/override/own_lines.hpp"

namespace dim::overrides {

std::string with_host_lines(std::string_view text, std::span<const HostLine> lines) {
    std::string own;
    for (const HostLine& line : lines) {
        own += line.address;
        char separator = '\t';
        for (const std::string& name : line.names) {
            own += separator + name;
            separator = ' ';
        }
        own += '\n';
    }
    return with_own_lines(text, own);
}

}  // namespace dim::overrides
