#include "initagent/uefi_boot_option.hpp"

#include "libdim/base/byte_order.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>

namespace dim::agent {

namespace {

// EFI_GLOBAL_VARIABLE.
constexpr std::string_view kGlobal = "-8be4df61-93ca-11d2-aa0d-00e098032b8c";
constexpr std::size_t kAttributesSize = 4;    // of the variable, in efivarfs
constexpr std::size_t kOptionAttributes = 4;  // of the option
constexpr std::size_t kPathLength = 2;
constexpr std::size_t kDescriptionLimit = 128;  // characters
// UEFI specification 2.10, 10.3: device path nodes.
constexpr std::size_t kNodeHeader = 4;
constexpr std::uint64_t kMessaging = 3;
constexpr std::uint64_t kMacNode = 11;
constexpr std::size_t kMacNodeSize = 37;  // header, 32 bytes of address, type of the interface
constexpr std::size_t kMacTypeOffset = 36;
constexpr std::uint64_t kVlanNode = 20;
constexpr std::size_t kVlanNodeSize = 6;  // header, number
constexpr std::uint64_t kEndOfPath = 0x7f;

Result<std::string_view> value_of(std::string_view variable) {
    if (variable.size() > kUefiVariableLimit)
        return fail(ErrorCode::limit_exceeded, "the variable is too long");
    if (variable.size() < kAttributesSize)
        return fail(ErrorCode::invalid_input, "the variable is too short");
    return variable.substr(kAttributesSize);
}

/// The text before the NUL that ends it, of UTF-16; VALUE loses both.
Result<std::string> take_description(std::string_view& value) {
    std::string text;
    while (value.size() >= 2) {
        const std::uint64_t character = little_endian(value, 0, 2);
        value.remove_prefix(2);
        if (character == 0) return text;
        if (text.size() < kDescriptionLimit)
            text += character > 0x1f && character < 0x7f ? static_cast<char>(character) : '?';
    }
    return fail(ErrorCode::invalid_input, "the description does not end");
}

std::optional<model::MacAddress> mac_of_node(std::string_view node) {
    if (little_endian(node, 0, 1) != kMessaging || little_endian(node, 1, 1) != kMacNode ||
        node.size() != kMacNodeSize)
        return std::nullopt;
    // 1 is Ethernet (RFC 3232); some firmwares leave it 0.
    if (little_endian(node, kMacTypeOffset, 1) > 1) return std::nullopt;
    model::MacAddress::Bytes bytes;
    std::ranges::copy(node.substr(kNodeHeader, bytes.size()), bytes.begin());
    const auto mac = model::MacAddress::from_bytes(bytes);
    return mac ? std::optional(*mac) : std::nullopt;
}

std::optional<model::VlanId> vlan_of_node(std::string_view node) {
    if (little_endian(node, 0, 1) != kMessaging || little_endian(node, 1, 1) != kVlanNode ||
        node.size() != kVlanNodeSize)
        return std::nullopt;
    const auto id =
        model::VlanId::from_number(static_cast<std::uint16_t>(little_endian(node, kNodeHeader, 2)));
    return id ? std::optional(*id) : std::nullopt;
}

}  // namespace

Result<std::uint16_t> parse_uefi_boot_current(std::string_view variable) {
    DIM_TRY(const std::string_view value, value_of(variable));
    if (value.size() != 2) return fail(ErrorCode::invalid_input, "it is not two bytes");
    return static_cast<std::uint16_t>(little_endian(value, 0, 2));
}

std::string uefi_boot_option_name(std::uint16_t number) {
    std::string name = "Boot";
    for (int shift = 12; shift >= 0; shift -= 4)
        name += "0123456789ABCDEF"[number >> shift & 0xf];
    return name.append(kGlobal);
}

Result<UefiBootOption> parse_uefi_boot_option(std::string_view variable) {
    DIM_TRY(std::string_view value, value_of(variable));
    if (value.size() < kOptionAttributes + kPathLength)
        return fail(ErrorCode::invalid_input, "the option is too short");
    const std::size_t path_size = little_endian(value, kOptionAttributes, kPathLength);
    value.remove_prefix(kOptionAttributes + kPathLength);
    UefiBootOption option;
    DIM_TRY(option.description, take_description(value));
    if (path_size > value.size())
        return fail(ErrorCode::invalid_input, "the device path is longer than the option");
    std::string_view path = value.substr(0, path_size);
    while (path.size() >= kNodeHeader && little_endian(path, 0, 1) != kEndOfPath) {
        const std::size_t size = little_endian(path, 2, 2);
        if (size < kNodeHeader || size > path.size())
            return fail(ErrorCode::invalid_input, "a node does not fit into the device path");
        if (!option.mac) option.mac = mac_of_node(path.substr(0, size));
        if (!option.vlan) option.vlan = vlan_of_node(path.substr(0, size));
        path.remove_prefix(size);
    }
    return option;
}

std::string serialize(const UefiBootOption& option) {
    std::string path;
    if (option.mac) {
        path.resize(kMacNodeSize, '\0');
        path[0] = static_cast<char>(kMessaging);
        path[1] = static_cast<char>(kMacNode);
        path[2] = static_cast<char>(kMacNodeSize);
        std::ranges::copy(option.mac->bytes(), path.begin() + kNodeHeader);
        path[kMacTypeOffset] = 1;
    }
    if (option.vlan) {
        const std::uint16_t number = option.vlan->number();
        path += {static_cast<char>(kMessaging),    static_cast<char>(kVlanNode),
                 static_cast<char>(kVlanNodeSize), '\0',
                 static_cast<char>(number & 0xff), static_cast<char>(number >> 8)};
    }
    path += std::string("\x7f\xff\x04\x00", kNodeHeader);
    // Attributes: kept, for the boot, readable later; an active option.
    std::string variable("\x07\0\0\0\x01\0\0\0", kAttributesSize + kOptionAttributes);
    variable += static_cast<char>(path.size());
    variable += '\0';
    for (const char character : option.description + '\0')
        (variable += character) += '\0';
    return variable + path;
}

Result<UefiBootOption> read_uefi_boot_option(const std::string& directory) {
    const auto read = [&](const std::string& name) -> Result<std::string> {
        return sys::read_file(directory + '/' + name, kUefiVariableLimit);
    };
    DIM_TRY(const std::string current, read("BootCurrent" + std::string(kGlobal)));
    auto number = parse_uefi_boot_current(current);
    if (!number) return fail(std::move(number).error().with_context("BootCurrent"));
    const std::string name = uefi_boot_option_name(*number);
    DIM_TRY(const std::string variable, read(name));
    auto option = parse_uefi_boot_option(variable);
    if (!option) return fail(std::move(option).error().with_context(name));
    return option;
}

}  // namespace dim::agent
