#include "imageserver/master/entry_path.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/tree_depth.hpp"

namespace dim::server {

namespace {

constexpr std::size_t kPathBytes = 4095;
constexpr std::size_t kNameBytes = 255;

std::string quoted(std::string_view name) { return "'" + printable(name, 200) + "'"; }

}  // namespace

Result<std::string> entry_path(std::string_view name) {
    if (name.starts_with('/')) {
        return fail(
            Error(ErrorCode::invalid_input, quoted(name) + " is an absolute name")
                .with_cure("make the archive from within the root: tar -C ROOT -cf FILE ."));
    }
    if (name.find('\0') != name.npos)
        return fail(ErrorCode::invalid_input, quoted(name) + " has a NUL in it");
    std::string path;
    int depth = 0;
    for (const std::string_view part : split(name, '/')) {
        if (part.empty() || part == ".") continue;
        if (part == "..")
            return fail(ErrorCode::invalid_input, quoted(name) + " leads out of the tree");
        if (part.size() > kNameBytes || ++depth > sys::kTreeDepthLimit)
            return fail(ErrorCode::limit_exceeded, quoted(name) + " is too long or too deep");
        if (!path.empty()) path += '/';
        path += part;
    }
    if (path.size() > kPathBytes)
        return fail(ErrorCode::limit_exceeded, quoted(name) + " is too long");
    return path;
}

}  // namespace dim::server
