#include "initagent/boot_path.hpp"

#include "libdim/base/text.hpp"

namespace dim::agent {

Result<BootPath> parse_boot_path(std::string_view text) {
    if (text.size() > kBootPathLimit) return fail(ErrorCode::limit_exceeded, "bootpath: too long");
    const auto colon = text.find(':');
    const std::string_view node = text.substr(0, colon);
    if (!node.starts_with('/') || node.size() == 1 || printable(text, text.size()) != text)
        return fail(ErrorCode::invalid_input, "bootpath: not the path of a device");
    for (const std::string_view part : split(node.substr(1), '/')) {
        if (part.empty() || part == "." || part == "..")
            return fail(ErrorCode::invalid_input, "bootpath: not the path of a device");
    }
    BootPath path{std::string(node), ""};
    if (colon != std::string_view::npos) path.arguments = text.substr(colon + 1);
    return path;
}

std::string to_string(const BootPath& path) {
    return path.arguments.empty() ? path.node : path.node + ':' + path.arguments;
}

}  // namespace dim::agent
