#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dim::linuxrc::testing {

/// EM_X86_64, EM_AARCH64, EM_PPC64
inline constexpr std::uint16_t kX86Module = 62;
inline constexpr std::uint16_t kArmModule = 183;
inline constexpr std::uint16_t kPowerModule = 21;

/// An ELF object with the section .modinfo alone, for MACHINE.
inline std::string kernel_module(const std::vector<std::string>& facts, bool is_big = false,
                                 std::uint16_t machine = kX86Module) {
    std::string info;
    for (const std::string& fact : facts)
        info.append(fact).push_back('\0');
    const std::string names(std::string("\0.modinfo\0.shstrtab\0", 20));
    std::string file(64, '\0');
    const auto put = [&](std::size_t place, std::uint64_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            file[place + (is_big ? size - 1 - i : i)] = static_cast<char>(value >> 8 * i & 0xff);
    };
    const std::size_t table = file.size() + info.size() + names.size();
    file.replace(0, 6, is_big ? "\177ELF\2\2" : "\177ELF\2\1");
    put(18, machine, 2);  // e_machine
    put(40, table, 8);    // e_shoff
    put(60, 3, 2);        // e_shnum
    put(62, 2, 2);        // e_shstrndx
    file += info + names;
    file.resize(table + 3 * std::size_t{64});
    const auto section = [&](std::size_t number, std::uint64_t name, std::uint64_t offset,
                             std::uint64_t size) {
        const std::size_t place = table + number * 64;
        put(place, name, 4);
        put(place + 24, offset, 8);
        put(place + 32, size, 8);
    };
    section(1, 1, 64, info.size());
    section(2, 10, 64 + info.size(), names.size());
    return file;
}

}  // namespace dim::linuxrc::testing
