#include "libdim/sys/mountinfo.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <poll.h>

namespace dim::sys {

namespace {

bool is_octal(char c, char highest) { return c >= '0' && c <= highest; }

/// The kernel writes blank, tab, line feed, backslash and '#' as \NNN.
std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1], '3') &&
            is_octal(text[i + 2], '7') && is_octal(text[i + 3], '7')) {
            out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                     (text[i + 3] - '0'));
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\\' || c == '#') {
            out += '\\';
            out += static_cast<char>('0' + byte / 64);
            out += static_cast<char>('0' + byte / 8 % 8);
            out += static_cast<char>('0' + byte % 8);
        } else {
            out += c;
        }
    }
    return out;
}

bool is_at_or_below(std::string_view path, std::string_view directory) {
    if (directory == "/") return path.starts_with('/');
    return path.starts_with(directory) &&
           (path.size() == directory.size() || path[directory.size()] == '/');
}

/// The one that nothing of ENTRIES lies under.
const MountEntry* lowest_root(std::span<const MountEntry> entries) {
    for (const MountEntry& entry : entries) {
        if (entry.target != "/") continue;
        const auto below = std::ranges::find(entries, entry.parent, &MountEntry::id);
        if (below == std::ranges::end(entries) || below->id == entry.id) return &entry;
    }
    return nullptr;
}

Result<MountEntry> parse_line(std::string_view line) {
    const std::vector<std::string_view> fields = split(line, ' ');
    std::size_t separator = 6;
    while (separator < fields.size() && fields[separator] != "-")
        ++separator;
    if (separator + 4 != fields.size())
        return fail(ErrorCode::invalid_input, "mount entry with a wrong number of fields");
    const std::vector<std::string_view> device = split(fields[2], ':');
    if (device.size() != 2) return fail(ErrorCode::invalid_input, "mount entry without a device");

    MountEntry entry;
    DIM_TRY(entry.id, parse_number<std::uint32_t>(fields[0]));
    DIM_TRY(entry.parent, parse_number<std::uint32_t>(fields[1]));
    DIM_TRY(entry.device_major, parse_number<std::uint32_t>(device[0]));
    DIM_TRY(entry.device_minor, parse_number<std::uint32_t>(device[1]));
    entry.root = unescape(fields[3]);
    entry.target = unescape(fields[4]);
    entry.options = unescape(fields[5]);
    entry.type = unescape(fields[separator + 1]);
    entry.source = unescape(fields[separator + 2]);
    entry.super_options = unescape(fields[separator + 3]);
    return entry;
}

}  // namespace

Result<std::vector<MountEntry>> parse_mountinfo(std::string_view text) {
    std::vector<MountEntry> entries;
    for (const std::string_view line : split(text, '\n')) {
        if (line.empty()) continue;
        if (entries.size() == kMountsLimit)
            return fail(ErrorCode::limit_exceeded, "too many mounts");
        Result<MountEntry> entry = parse_line(line);
        if (!entry) {
            return fail(std::move(entry).error().with_context("line " +
                                                              std::to_string(entries.size() + 1)));
        }
        entries.push_back(*std::move(entry));
    }
    return entries;
}

const MountEntry* visible_mount(std::span<const MountEntry> entries, std::string_view path) {
    const MountEntry* current = lowest_root(entries);
    // As many steps as there are mounts: a list that is none may go round in a circle.
    for (std::size_t step = 0; current != nullptr && step < entries.size(); ++step) {
        const MountEntry* next = nullptr;
        for (const MountEntry& entry : entries) {
            if (entry.parent != current->id || entry.id == current->id ||
                !is_at_or_below(path, entry.target)) {
                continue;
            }
            // A lookup meets the uppermost directory first.
            if (next == nullptr || entry.target.size() <= next->target.size()) next = &entry;
        }
        if (next == nullptr) break;
        current = next;
    }
    return current;
}

std::vector<MountEntry> visible_mounts_in(std::span<const MountEntry> entries,
                                          const MountEntry& mount) {
    std::vector<MountEntry> found;
    for (const MountEntry& entry : entries) {
        if (entry.parent != mount.id || entry.target == mount.target ||
            !is_at_or_below(entry.target, mount.target) ||
            std::ranges::find(found, entry.target, &MountEntry::target) != found.end()) {
            continue;
        }
        const MountEntry* visible = visible_mount(entries, entry.target);
        if (visible != nullptr && visible->target == entry.target) found.push_back(*visible);
    }
    return found;
}

std::string to_string(const MountEntry& entry) {
    return std::to_string(entry.id) + ' ' + std::to_string(entry.parent) + ' ' +
           std::to_string(entry.device_major) + ':' + std::to_string(entry.device_minor) + ' ' +
           escape(entry.root) + ' ' + escape(entry.target) + ' ' + escape(entry.options) + " - " +
           escape(entry.type) + ' ' + escape(entry.source) + ' ' + escape(entry.super_options);
}

Result<bool> has_mount_changed(const Fd& mountinfo) {
    pollfd item{.fd = mountinfo.get(), .events = POLLPRI, .revents = 0};
    while (::poll(&item, 1, 0) < 0)
        if (errno != EINTR) return fail(Error::from_errno(errno, "poll mountinfo"));
    return (item.revents & (POLLERR | POLLPRI)) != 0;
}

}  // namespace dim::sys
