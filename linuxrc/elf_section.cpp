#include "linuxrc/elf_section.hpp"

#include "libdim/base/byte_order.hpp"

#include <cstddef>
#include <cstdint>
#include <elf.h>

namespace dim::linuxrc {

namespace {

/// The bytes of an ELF section, by the fields of its header at PLACE.
struct ElfReader {
    std::string_view file;
    bool is_big;

    std::uint64_t number(std::size_t offset, std::size_t size) const {
        return is_big ? big_endian(file, offset, size) : little_endian(file, offset, size);
    }
    std::string_view section(std::size_t place) const {
        const std::uint64_t offset = number(place + offsetof(Elf64_Shdr, sh_offset), 8);
        const std::uint64_t size = number(place + offsetof(Elf64_Shdr, sh_size), 8);
        if (offset > file.size() || size > file.size() - offset) return {};
        return file.substr(offset, size);
    }
};

/// What begins at PLACE and ends with a NUL.
std::string_view text_at(std::string_view texts, std::uint64_t place) {
    if (place >= texts.size()) return {};
    const std::string_view rest = texts.substr(place);
    return rest.substr(0, rest.find('\0'));
}

}  // namespace

Result<std::string_view> elf_section(std::string_view file, std::string_view name) {
    const auto damaged = fail(ErrorCode::invalid_input, "it is no 64-bit ELF file");
    if (file.size() < sizeof(Elf64_Ehdr) || !file.starts_with("\177ELF") ||
        file[EI_CLASS] != ELFCLASS64)
        return damaged;
    const ElfReader elf{file, file[EI_DATA] == ELFDATA2MSB};
    const std::uint64_t table = elf.number(offsetof(Elf64_Ehdr, e_shoff), 8);
    const std::uint64_t count = elf.number(offsetof(Elf64_Ehdr, e_shnum), 2);
    const std::uint64_t names_at = elf.number(offsetof(Elf64_Ehdr, e_shstrndx), 2);
    if (table > file.size() || count * sizeof(Elf64_Shdr) > file.size() - table ||
        names_at >= count)
        return damaged;
    const std::string_view names = elf.section(table + names_at * sizeof(Elf64_Shdr));
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::size_t place = table + i * sizeof(Elf64_Shdr);
        if (text_at(names, elf.number(place, 4)) == name) return elf.section(place);
    }
    return fail(ErrorCode::not_found, "it has no section " + std::string(name));
}

}  // namespace dim::linuxrc
