#include "linuxrc/elf_program.hpp"

#include "libdim/base/byte_order.hpp"
#include "linuxrc/machine.hpp"

#include <cstddef>
#include <cstdint>
#include <elf.h>

namespace dim::linuxrc {

Result<void> check_static_program(std::string_view file, model::Architecture architecture) {
    if (file.size() < sizeof(Elf64_Ehdr) || !file.starts_with("\177ELF"))
        return fail(ErrorCode::invalid_input, "is no ELF program");
    if (machine_of(file) != to_string(architecture))
        return fail(ErrorCode::invalid_input, "is not for " + std::string(to_string(architecture)));
    const auto number = [&](std::size_t offset, std::size_t size) {
        return file[EI_DATA] == ELFDATA2MSB ? big_endian(file, offset, size)
                                            : little_endian(file, offset, size);
    };
    if (number(offsetof(Elf64_Ehdr, e_type), 2) != ET_EXEC)
        return fail(ErrorCode::invalid_input, "is no static program");
    const std::uint64_t table = number(offsetof(Elf64_Ehdr, e_phoff), 8);
    const std::uint64_t count = number(offsetof(Elf64_Ehdr, e_phnum), 2);
    if (table > file.size() || count * sizeof(Elf64_Phdr) > file.size() - table)
        return fail(ErrorCode::invalid_input, "is cut off");
    for (std::uint64_t i = 0; i < count; ++i) {
        if (number(table + i * sizeof(Elf64_Phdr), 4) == PT_INTERP)
            return fail(ErrorCode::invalid_input, "is linked dynamically");
    }
    return {};
}

}  // namespace dim::linuxrc
