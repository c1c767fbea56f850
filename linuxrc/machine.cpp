#include "linuxrc/machine.hpp"

#include "libdim/base/byte_order.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <elf.h>

namespace dim::linuxrc {

namespace {

struct ElfMachine {
    char bits;   ///< EI_CLASS
    char order;  ///< EI_DATA
    std::uint64_t number;
    std::string_view name;
};
constexpr std::array<ElfMachine, 5> kElfMachines{{
    {ELFCLASS64, ELFDATA2LSB, EM_X86_64, "x86_64"},
    {ELFCLASS64, ELFDATA2LSB, EM_AARCH64, "aarch64"},
    {ELFCLASS64, ELFDATA2LSB, EM_PPC64, "ppc64le"},
    {ELFCLASS64, ELFDATA2MSB, EM_PPC64, "ppc64"},
    {ELFCLASS32, ELFDATA2LSB, EM_386, "i386"},
}};

struct PeMachine {
    std::uint64_t number;
    std::string_view name;
};
constexpr std::array<PeMachine, 3> kPeMachines{
    {{0x8664, "x86_64"}, {0xaa64, "aarch64"}, {0x014c, "i386"}}};

constexpr std::size_t kPlaceOfPe = 0x3c;

// Of the header of a bzImage.
constexpr std::size_t kX86Magic = 0x202;
constexpr std::size_t kX86Protocol = 0x206;
constexpr std::size_t kX86LoadFlags = 0x236;
constexpr std::uint64_t kProtocolWithFlags = 0x020c;  ///< 2.12: Linux 3.8
constexpr std::uint64_t kIs64Bit = 1;

constexpr std::size_t kArmMagic = 0x38;

bool has(std::string_view file, std::size_t place, std::string_view text) {
    return file.size() > place && file.substr(place).starts_with(text);
}

std::string elf_machine(std::string_view file) {
    if (file.size() < sizeof(Elf32_Ehdr)) return {};
    constexpr std::size_t kPlace = offsetof(Elf32_Ehdr, e_machine);
    static_assert(kPlace == offsetof(Elf64_Ehdr, e_machine));
    const bool is_big = file[EI_DATA] == ELFDATA2MSB;
    const std::uint64_t number =
        is_big ? big_endian(file, kPlace, 2) : little_endian(file, kPlace, 2);
    for (const ElfMachine& each : kElfMachines)
        if (each.bits == file[EI_CLASS] && each.order == file[EI_DATA] && each.number == number)
            return std::string(each.name);
    return "another machine (ELF " + std::to_string(number) + ")";
}

/// Empty when no PE header is where it should be.
std::string pe_machine(std::string_view file) {
    if (file.size() < kPlaceOfPe + 4) return {};
    const std::size_t pe = little_endian(file, kPlaceOfPe, 4);
    constexpr std::string_view kSignature("PE\0\0", 4);
    const std::size_t place = pe + kSignature.size();
    if (!has(file, pe, kSignature) || file.size() < place + 2) return {};
    const std::uint64_t number = little_endian(file, place, 2);
    const auto* const known = std::ranges::find(kPeMachines, number, &PeMachine::number);
    return known != kPeMachines.end() ? std::string(known->name)
                                      : "another machine (PE " + std::to_string(number) + ")";
}

std::string x86_machine(std::string_view file) {
    if (file.size() < kX86LoadFlags + 2) return {};
    const bool tells_bits = little_endian(file, kX86Protocol, 2) >= kProtocolWithFlags;
    const bool is_64_bit = (little_endian(file, kX86LoadFlags, 2) & kIs64Bit) != 0;
    // An older one may be of either kind: its modules tell.
    return tells_bits && !is_64_bit ? "i386" : "x86_64";
}

}  // namespace

std::string machine_of(std::string_view file) {
    if (file.starts_with("\177ELF")) return elf_machine(file);
    if (file.starts_with("MZ"))
        if (std::string machine = pe_machine(file); !machine.empty()) return machine;
    if (has(file, kX86Magic, "HdrS")) return x86_machine(file);
    if (has(file, kArmMagic, "ARM\x64")) return "aarch64";
    return {};
}

}  // namespace dim::linuxrc
