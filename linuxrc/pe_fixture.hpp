#pragma once

#include <cstdint>
#include <string>

namespace dim::linuxrc::testing {

/// The least that passes for a PE32+ program: headers of 1 KiB, and one section of 512 bytes with
/// "code" in it. Behind it are symbols, which nobody needs.
inline std::string pe_program() {
    std::string file(1024 + 512, '\0');
    const auto put = [&](std::size_t place, std::uint64_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i, value >>= 8)
            file[place + i] = static_cast<char>(value & 0xff);
    };
    file.replace(0, 2, "MZ");
    put(0x3c, 0x80, 4);
    file.replace(0x80, 2, "PE");
    put(0x84, 0x8664, 2);         // for x86-64
    put(0x86, 1, 2);              // one section
    put(0x8c, 1536, 4);           // symbols
    put(0x90, 1, 4);              // one
    put(0x94, 240, 2);            // size of the optional header
    put(0x98, 0x20b, 2);          // PE32+
    put(0x98 + 8, 512, 4);        // initialized data
    put(0x98 + 32, 512, 4);       // alignment of sections
    put(0x98 + 36, 512, 4);       // and in the file
    put(0x98 + 56, 0x4200, 4);    // size in memory
    put(0x98 + 60, 1024, 4);      // of headers
    put(0x98 + 64, 0xabcd, 4);    // checksum
    put(0x98 + 108, 16, 4);       // directories
    put(0x98 + 144, 0x99999, 8);  // signatures
    file.replace(0x188, 5, ".text");
    put(0x190, 4, 4);       // its size
    put(0x194, 0x4000, 4);  // its address
    put(0x198, 512, 4);     // its size in the file
    put(0x19c, 1024, 4);    // its place
    file.replace(1024, 4, "code");
    return file + "symbols";
}

}  // namespace dim::linuxrc::testing
