#include "linuxrc/zimage.hpp"

#include "libdim/base/byte_order.hpp"
#include "libdim/base/text.hpp"
#include "libdim/model/byte_size.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"
#include "linuxrc/command_line.hpp"
#include "linuxrc/elf_section.hpp"
#include "linuxrc/gzip.hpp"

#include <cstddef>
#include <elf.h>

namespace dim::linuxrc {

namespace {

constexpr std::chrono::minutes kWrapperTimeout{3};

Result<void> run_assemble(const std::vector<std::string>& arguments) {
    constexpr const char* kCure = "make the kernel kit anew with scripts/build-kernel";
    Result<sys::RunResult> result = sys::run(arguments, kWrapperTimeout);
    if (!result) return fail(std::move(result).error().with_cure(kCure));
    if (result->status.is_success()) return {};
    return fail(Error(ErrorCode::io, arguments.front() + ": " + to_string(result->status) + ": " +
                                         printable(trim(result->output), 1000))
                    .with_cure(kCure));
}

std::string size_text(std::uint64_t bytes) { return to_string(model::ByteSize(bytes)); }

Result<void> check_size(const std::string& zimage, std::size_t ramdisk_bytes, std::uint64_t limit) {
    DIM_TRY(const sys::FileStatus status, sys::stat(zimage));
    if (status.size < limit) return {};
    return fail(Error(ErrorCode::limit_exceeded,
                      "the zImage has " + size_text(status.size) + ", of which the ramdisk takes " +
                          size_text(ramdisk_bytes) + "; the blades' firmware takes less than " +
                          size_text(limit))
                    .with_cure("use an agent built for size (strip it), or a kernel with fewer "
                               "drivers"));
}

}  // namespace

Result<void> assemble_zimage(const ZimageSettings& settings, std::string_view ramdisk,
                             const std::string& command_line, const std::string& output) {
    const std::string assemble = settings.kernel_kit + "/assemble";
    if (!sys::stat(assemble)) {
        return fail(Error(ErrorCode::not_found, "there is no kernel kit at " + settings.kernel_kit)
                        .with_cure("install it, or name its directory (--kernel-kit)"));
    }
    DIM_CHECK(check_command_line_size(command_line));
    const std::string ramdisk_file = settings.work_directory + "/ramdisk";
    DIM_CHECK(sys::write_file_atomically(ramdisk_file, ramdisk));
    // The kit patches the command line: objcopy would drop the notes for the firmware.
    std::vector<std::string> arguments{assemble, ramdisk_file, output, command_line};
    if (!settings.kernel.empty()) {
        arguments.push_back(settings.work_directory + "/kernel");
        DIM_CHECK(sys::write_file_atomically(arguments.back(), settings.kernel));
    }
    DIM_CHECK(run_assemble(arguments));
    return check_size(output, ramdisk.size(), settings.limit);
}

Result<std::string> with_command_line(std::string zimage, const std::string& from,
                                      const std::string& to) {
    const auto padded = [](std::string line) {
        line.resize(kCommandLineBytes);
        return line;
    };
    DIM_CHECK(check_command_line_size(from));
    DIM_CHECK(check_command_line_size(to));
    const std::string place = padded(from);
    const std::size_t found = zimage.find(place);
    if (found == std::string::npos || zimage.find(place, found + 1) != std::string::npos)
        return fail(
            Error(ErrorCode::conflict, "the boot file has another command line than is known")
                .with_cure("make it anew with 'dim buildzimage'"));
    zimage.replace(found, kCommandLineBytes, padded(to));
    return zimage;
}

Result<std::string> zimage_kernel(std::string_view vmlinux) {
    const auto refused = [] {
        return fail(ErrorCode::invalid_input, "the kernel is no vmlinux for ppc64le");
    };
    if (vmlinux.size() < sizeof(Elf64_Ehdr) || !vmlinux.starts_with("\177ELF") ||
        vmlinux[EI_CLASS] != ELFCLASS64 || vmlinux[EI_DATA] != ELFDATA2LSB ||
        little_endian(vmlinux, offsetof(Elf64_Ehdr, e_machine), 2) != EM_PPC64)
        return refused();
    const std::uint64_t table = little_endian(vmlinux, offsetof(Elf64_Ehdr, e_phoff), 8);
    const std::uint64_t count = little_endian(vmlinux, offsetof(Elf64_Ehdr, e_phnum), 2);
    if (table > vmlinux.size() || count * sizeof(Elf64_Phdr) > vmlinux.size() - table)
        return refused();
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::size_t place = table + i * sizeof(Elf64_Phdr);
        if (little_endian(vmlinux, place, 4) != PT_LOAD) continue;
        // The wrapper loads the first one; symbols are behind it.
        const auto field = [&](std::size_t offset) {
            return little_endian(vmlinux, place + offset, 8);
        };
        const std::uint64_t begin = field(offsetof(Elf64_Phdr, p_offset));
        const std::uint64_t size = field(offsetof(Elf64_Phdr, p_filesz));
        if (begin > vmlinux.size() || size > vmlinux.size() - begin) return refused();
        return gzip(vmlinux.substr(0, begin + size));
    }
    return refused();
}

Result<ZimageContents> read_zimage(std::string_view zimage) {
    // arch/powerpc/boot/zImage.lds.S
    ZimageContents contents;
    DIM_TRY(contents.kernel, elf_section(zimage, ".kernel:vmlinux.strip"));
    DIM_TRY(contents.ramdisk, elf_section(zimage, ".kernel:initrd"));
    return contents;
}

}  // namespace dim::linuxrc
