#include "imageserver/master/posix_acl.hpp"

#include <algorithm>
#include <tuple>

namespace dim::server {

namespace {

constexpr std::uint32_t kVersion = 2;
constexpr std::uint32_t kNoId = 0xffffffff;

void append_little_endian(std::string& text, std::uint32_t number, int bytes) {
    for (int i = 0; i < bytes; ++i)
        text += static_cast<char>(number >> (8 * i) & 0xff);
}

bool has_id(const AclLine& line) {
    return line.tag == AclLine::Tag::user || line.tag == AclLine::Tag::group;
}

}  // namespace

std::string acl_attribute(std::vector<AclLine> lines) {
    std::ranges::sort(lines, {}, [](const AclLine& line) {
        return std::tuple(line.tag, has_id(line) ? line.id : 0);
    });
    std::string text;
    append_little_endian(text, kVersion, 4);
    for (const AclLine& line : lines) {
        append_little_endian(text, static_cast<std::uint32_t>(line.tag), 2);
        append_little_endian(text, line.permissions, 2);
        append_little_endian(text, has_id(line) ? line.id : kNoId, 4);
    }
    return text;
}

}  // namespace dim::server
