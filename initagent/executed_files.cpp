#include "initagent/executed_files.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/take_word.hpp"
#include "libdim/base/text.hpp"

#include <array>
#include <charconv>
#include <set>

namespace dim::agent {

namespace {

constexpr std::string_view kLineFeed = "\\012";

/// The kernel escapes nothing else: a backslash is itself.
std::string path_of_text(std::string_view text) {
    std::string path;
    for (std::size_t at = 0; at < text.size();) {
        const bool is_line_feed = text.substr(at).starts_with(kLineFeed);
        path += is_line_feed ? '\n' : text[at];
        at += is_line_feed ? kLineFeed.size() : 1;
    }
    return path;
}

std::string text_of_path(std::string_view path) {
    std::string text;
    for (const char byte : path) {
        if (byte == '\n')
            text += kLineFeed;
        else
            text += byte;
    }
    return text;
}

std::string hexadecimal(std::uint32_t number) {
    std::array<char, 8> digits{};
    const auto [end, error] =
        std::to_chars(digits.data(), digits.data() + digits.size(), number, 16);
    return {digits.data(), end};
}

}  // namespace

std::optional<ExecutedFile> parse_executed_file(std::string_view line) {
    (void)take_word(line);  // addresses
    const std::string_view permissions = take_word(line);
    if (permissions.size() != 4 || permissions[2] != 'x') return std::nullopt;
    (void)take_word(line);  // offset
    const std::string_view device = take_word(line);
    const std::string_view inode = take_word(line);
    const auto path = line.find_first_not_of(' ');
    if (path == std::string_view::npos || line[path] != '/') return std::nullopt;
    if (line.contains('\n')) return std::nullopt;
    const auto colon = device.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    constexpr std::uint32_t kMost = UINT32_MAX;
    const auto major = parse_number<std::uint32_t>(device.substr(0, colon), 0, kMost, 16);
    const auto minor = parse_number<std::uint32_t>(device.substr(colon + 1), 0, kMost, 16);
    const auto number = parse_number<std::uint64_t>(inode);
    if (!major || !minor || !number) return std::nullopt;
    return ExecutedFile{.device_major = *major,
                        .device_minor = *minor,
                        .inode = *number,
                        .path = path_of_text(line.substr(path))};
}

std::vector<ExecutedFile> executed_files(std::string_view maps) {
    std::vector<ExecutedFile> files;
    std::set<ExecutedFile> known;
    for (std::size_t end = maps.find('\n'); end != std::string_view::npos; end = maps.find('\n')) {
        auto file = parse_executed_file(maps.substr(0, end));
        if (file && known.insert(*file).second) files.push_back(*std::move(file));
        maps.remove_prefix(end + 1);
    }
    return files;
}

std::string to_string(const ExecutedFile& file) {
    return "1000-2000 r-xp 00000000 " + hexadecimal(file.device_major) + ':' +
           hexadecimal(file.device_minor) + ' ' + std::to_string(file.inode) + ' ' +
           text_of_path(file.path);
}

std::optional<std::string> service_of(std::string_view cgroup) {
    for (std::string_view line : split(cgroup, '\n')) {
        const bool is_systemds = line.starts_with("0::") || line.contains(":name=systemd:");
        if (!is_systemds) continue;
        // The first: below it may be what the service itself made, or its users.
        for (const std::string_view part :
             split(line.substr(std::min(line.find('/'), line.size())), '/'))
            if (part.ends_with(".service")) return std::string(part);
    }
    return std::nullopt;
}

}  // namespace dim::agent
