#include "linuxrc/kernel_version.hpp"

#include <algorithm>
#include <cstddef>

namespace dim::linuxrc {

namespace {

constexpr std::size_t kLongestField = 64;  // uname(2): __NEW_UTS_LEN
constexpr std::size_t kLongestBanner = 512;
// Of the header of a bzImage.
constexpr std::size_t kMagicAt = 0x202;
constexpr std::size_t kVersionAt = 0x20e;
constexpr std::size_t kVersionBase = 0x200;

/// The line that begins at OFFSET.
std::string_view line_at(std::string_view file, std::size_t offset) {
    const std::string_view line = file.substr(std::min(offset, file.size()), kLongestBanner);
    return line.substr(0, line.find_first_of(std::string_view("\0\n", 2)));
}

/// "6.1.0-50-amd64 (who@built.it) #1 SMP…" of a bzImage, or the same behind "Linux version" of an
/// ELF program.
std::string_view banner_of(std::string_view file) {
    if (file.size() > kVersionAt + 1 && file.substr(kMagicAt, 4) == "HdrS") {
        const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(file[at]); };
        const std::size_t offset = byte(kVersionAt) + std::size_t{256} * byte(kVersionAt + 1);
        return offset == 0 ? std::string_view() : line_at(file, offset + kVersionBase);
    }
    // The format that it is printed by stands there, too, and has no digits.
    constexpr std::string_view kBegin = "Linux version ";
    for (std::size_t at = file.find(kBegin); at != std::string_view::npos;
         at = file.find(kBegin, at + 1)) {
        const std::string_view line = line_at(file, at + kBegin.size());
        if (!line.empty() && line.front() >= '0' && line.front() <= '9') return line;
    }
    return {};
}

}  // namespace

std::string kernel_version(std::string_view file) {
    const std::string_view banner = banner_of(file);
    const std::size_t number = banner.find(" #");
    if (number == std::string_view::npos) return {};
    return std::string(banner.substr(number + 1, kLongestField));
}

}  // namespace dim::linuxrc
