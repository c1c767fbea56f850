#pragma once

#include <cstddef>
#include <string>

namespace dim::linuxrc::testing {

/// The least that passes for a static big-endian ppc64 program: an ELF header and one PT_LOAD.
inline std::string static_program() {
    std::string file(64 + 56, '\0');
    file.replace(0, 7, "\177ELF\2\2\1");  // 64 bit, big-endian
    file[17] = 2;                         // ET_EXEC
    file[19] = 21;                        // EM_PPC64
    file[39] = 64;                        // program headers behind this one
    file[57] = 1;                         // one of them
    file[64 + 3] = 1;                     // PT_LOAD
    return file;
}

/// The same for x86-64.
inline std::string static_x86_64_program() {
    std::string file(64 + 56, '\0');
    file.replace(0, 7, "\177ELF\2\1\1");  // 64 bit, little-endian
    file[16] = 2;                         // ET_EXEC
    file[18] = 62;                        // EM_X86_64
    file[32] = 64;                        // program headers behind this one
    file[56] = 1;                         // one of them
    file[64] = 1;                         // PT_LOAD
    return file;
}

/// The same for little-endian ppc64.
inline std::string static_ppc64le_program() {
    std::string file = static_x86_64_program();
    file[18] = 21;  // EM_PPC64
    return file;
}

/// A kernel for ppc64le of which CODE is loaded, with symbols behind it.
inline std::string ppc64le_vmlinux(const std::string& code) {
    std::string file = static_ppc64le_program();
    const std::size_t begin = file.size();
    file[64 + 8] = static_cast<char>(begin);  // p_offset
    for (std::size_t i = 0; i < 4; ++i)
        file[64 + 32 + i] = static_cast<char>(code.size() >> 8 * i & 0xff);  // p_filesz
    return file + code + "symbols";
}

inline constexpr const char* kCertificate =
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

}  // namespace dim::linuxrc::testing
