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

}  // namespace

bool is_disk_line(std::string_view line) {
    const auto words = split_words(line);
    if (words.empty()) return false;
    return std::ranges::any_of(
        kDisks, [&](std::string_view start) { return words.front().starts_with(start); });
}

std::string fstab_without_disks(std::string_view text) {
    std::string made;
    for (const std::string_view line : lines_of(text)) {
        if (is_disk_line(line)) made += kWhy;
        made += line;
    }
    return made;
}

}  // namespace dim::overrides
