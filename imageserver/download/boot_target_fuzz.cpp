#include "imageserver/download/boot_target.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {
dim::testing::Goal exact("a boot file by its whole path, which says itself again");
dim::testing::Goal in_use("the boot file of an image that is in use");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"exact", "/boot/debian/3/x86_64-01234567/linux.efi"},
            {"in-use", "/boot/debian/boot.ipxe"},
            {"outside", "/boot/../secret/linux"}};
}

/// What is taken is a path of plain names, and the same again when it is written down.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto target = dim::server::BootTarget::parse(text);
    if (!target) return 0;
    if (to_string(*target) != text || text.find("..") != std::string_view::npos) std::abort();
    target->directory.empty() ? in_use.reach() : exact.reach();
    return 0;
}
