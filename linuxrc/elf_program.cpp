#include "linuxrc/elf_program.hpp"

#include "libdim/base/byte_order.hpp"

#include <cstddef>
#include <cstdint>
#include <elf.h>

namespace dim::linuxrc {

Result<void> check_static_ppc64(std::string_view file) {
    if (file.size() < sizeof(Elf64_Ehdr) || !file.starts_with("\177ELF"))
        return fail(ErrorCode::invalid_input, "is no ELF program");
    if (file[EI_CLASS] != ELFCLASS64 || file[EI_DATA] != ELFDATA2MSB ||
        big_endian(file, offsetof(Elf64_Ehdr, e_machine), 2) != EM_PPC64) {
        return fail(ErrorCode::invalid_input, "is not for big-endian 64-bit PowerPC");
    }
    if (big_endian(file, offsetof(Elf64_Ehdr, e_type), 2) != ET_EXEC)
        return fail(ErrorCode::invalid_input, "is no static program");
    const std::uint64_t table = big_endian(file, offsetof(Elf64_Ehdr, e_phoff), 8);
    const std::uint64_t count = big_endian(file, offsetof(Elf64_Ehdr, e_phnum), 2);
    if (table > file.size() || count * sizeof(Elf64_Phdr) > file.size() - table)
        return fail(ErrorCode::invalid_input, "is cut off");
    for (std::uint64_t i = 0; i < count; ++i) {
        if (big_endian(file, table + i * sizeof(Elf64_Phdr), 4) == PT_INTERP)
            return fail(ErrorCode::invalid_input, "is linked dynamically");
    }
    return {};
}

}  // namespace dim::linuxrc
