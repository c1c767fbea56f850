#include "libdim/override/fstab.hpp"

#include "libdim/base/text.hpp"
#include "libdim/override/file_lines.hpp"

#include <algorithm>
#include <array>

namespace dim::overrides {

namespace {

constexpr std::string_view kWhy = "# a disk of the master, which the blade does not have (DIM): ";
constexpr std::array<std::string_view, 6> kDisks{
    "/dev/", "UUID=", "LABEL=", "PARTUUID=", "PARTLABEL=", "ID="};

bool is_disk(std::string_view device) {
    return std::ranges::any_of(kDisks,
                               [&](std::string_view start) { return device.starts_with(start); });
}

bool is_encrypted_disk_line(std::string_view line) {
    const auto words = split_words(line);
    return words.size() > 1 && !words.front().starts_with('#') && is_disk(words[1]);
}

/// With the lines that ARE_DISKS as comments.
std::string without(std::string_view text, bool (&are_disks)(std::string_view line)) {
    std::string made;
    for (const std::string_view line : lines_of(text)) {
        if (are_disks(line)) made += kWhy;
        made += line;
    }
    return made;
}

}  // namespace

bool is_disk_line(std::string_view line) {
    const auto words = split_words(line);
    if (words.empty()) return false;
    const bool is_swap_file =
        words.size() > 2 && words[2] == "swap" && words.front().starts_with('/');
    return is_swap_file || is_disk(words.front());
}

std::string fstab_without_disks(std::string_view text) { return without(text, is_disk_line); }

std::string crypttab_without_disks(std::string_view text) {
    return without(text, is_encrypted_disk_line);
}

}  // namespace dim::overrides
