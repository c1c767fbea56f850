#include "imageserver/download/boot_target.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/model/enum_text.hpp"
#include "libdim/model/hardware.hpp"

#include <algorithm>
#include <vector>

namespace dim::server {

namespace {

constexpr model::EnumWords<BootPart, 4> kParts{{
    {BootPart::whole, "linux.efi"},
    {BootPart::kernel, "linux"},
    {BootPart::ramdisk, "initrd"},
    {BootPart::script, "boot.ipxe"},
}};

constexpr std::string_view kRoot = "/boot/";
constexpr std::size_t kHashDigits = 8;

std::unexpected<Error> nothing_there(std::string_view target) {
    return fail(Error(ErrorCode::not_found, "there is no " + printable(target, 200))
                    .with_cure("ask for /boot/IMAGE/ and then linux.efi, linux, initrd or "
                               "boot.ipxe; 'dim dhcp show' names the boot files"));
}

/// "x86_64-01234567"
bool is_platform(std::string_view name) {
    const std::size_t dash = name.rfind('-');
    if (dash == std::string_view::npos || !model::parse_architecture(name.substr(0, dash)))
        return false;
    const std::string_view digits = name.substr(dash + 1);
    return digits.size() == kHashDigits && std::ranges::all_of(digits, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

/// A number as we write it, without zeros before it.
bool is_generation(std::string_view text) {
    const auto number = parse_number<std::uint32_t>(text, 1);
    return number && std::to_string(*number) == text;
}

}  // namespace

std::string_view to_string(BootPart part) { return model::word_of(kParts, part); }

Result<BootTarget> BootTarget::parse(std::string_view target) {
    if (!target.starts_with(kRoot)) return nothing_there(target);
    const std::vector<std::string_view> names = split(target.substr(kRoot.size()), '/');
    if (names.size() != 2 && names.size() != 4) return nothing_there(target);
    auto image = model::ImageName::parse(names.front());
    const auto part = model::parse_word(kParts, "part of a boot file", names.back());
    if (!image || !part) return nothing_there(target);
    BootTarget parsed{.image = *std::move(image), .directory = {}, .part = *part};
    if (names.size() == 2) return parsed;
    if (!is_generation(names[1]) || !is_platform(names[2])) return nothing_there(target);
    parsed.directory = parsed.image.text();
    parsed.directory.append("/").append(names[1]).append("/").append(names[2]);
    return parsed;
}

std::string to_string(const BootTarget& target) {
    return std::string(kRoot) +
           (target.directory.empty() ? target.image.text() : target.directory) + "/" +
           std::string(to_string(target.part));
}

}  // namespace dim::server
