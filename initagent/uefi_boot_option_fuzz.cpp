#include "initagent/uefi_boot_option.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {
dim::testing::Goal of_a_port("an option of a port, read, written and read again");
dim::testing::Goal of_a_vlan("an option of a VLAN, likewise");
dim::testing::Goal of_a_disk("an option without a port");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {
        {"pxe",
         serialize(agent::UefiBootOption{.description = "UEFI PXEv4 (MAC:525400010101)",
                                         .mac = *model::MacAddress::parse("52:54:00:01:01:01"),
                                         .vlan = {}})},
        {"vlan",
         serialize(agent::UefiBootOption{.description = "UEFI PXEv4 (MAC:525400010101 VLAN30)",
                                         .mac = *model::MacAddress::parse("52:54:00:01:01:01"),
                                         .vlan = *model::VlanId::parse("30")})},
        {"disk", serialize(agent::UefiBootOption{.description = "debian", .mac = {}, .vlan = {}})}};
}

// What was parsed, serialised and parsed again is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static_cast<void>(dim::agent::parse_uefi_boot_current(text));
    const auto option = dim::agent::parse_uefi_boot_option(text);
    if (!option) return 0;
    if (dim::agent::parse_uefi_boot_option(serialize(*option)) != option) std::abort();
    if (option->mac && !option->description.empty()) of_a_port.reach();
    if (option->vlan) of_a_vlan.reach();
    if (!option->mac) of_a_disk.reach();
    return 0;
}
