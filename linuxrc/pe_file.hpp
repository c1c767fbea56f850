#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dim::linuxrc {

/// A section that a PE program is to have besides its own.
struct PeSection {
    std::string name;  ///< at most 8 bytes
    std::string_view contents;
    /// What the file has room for, if more than that: replace_pe_section may use it.
    std::size_t room = 0;
};

/// PROGRAM, a PE32+ file (Microsoft's PE Format), with SECTIONS behind its own, in their order;
/// each is loaded at an address of its own, a multiple of 4096, read-only. Symbols, signatures and
/// the checksum are left out: they are of the program as it was. Errors: invalid_input when PROGRAM
/// is damaged or something else, or its headers have no room; limit_exceeded.
Result<std::string> add_pe_sections(std::string_view program,
                                    const std::vector<PeSection>& sections);

/// The contents of the section NAME. Errors: not_found; invalid_input.
Result<std::string_view> pe_section(std::string_view program, std::string_view name);

/// Where a section's contents are in the file.
struct PeSectionPlace {
    std::uint64_t offset;
    std::uint64_t size;
    bool operator==(const PeSectionPlace&) const = default;
};
/// Of the section NAME in a program of FILE_SIZE bytes that begins with BEGINNING, in which its
/// headers are. Errors: not_found; invalid_input.
Result<PeSectionPlace> find_pe_section(std::string_view beginning, std::uint64_t file_size,
                                       std::string_view name);

/// PROGRAM with other CONTENTS in the section NAME, which has room for them. Errors: not_found;
/// invalid_input; limit_exceeded.
Result<std::string> replace_pe_section(std::string program, std::string_view name,
                                       std::string_view contents);

/// What of PROGRAM a signature for Secure Boot is about ("Calculating the PE Image Hash"). Errors:
/// invalid_input, also when there is anything between its sections.
Result<std::string> signed_part(std::string_view program);

/// PROGRAM with SIGNATURE, a PKCS #7 message (DER), as the only entry of its certificate table.
/// Errors: invalid_input.
Result<std::string> attach_pe_signature(std::string program, std::string_view signature);

/// PROGRAM without symbols, certificates and checksum. Errors: invalid_input.
Result<std::string> without_pe_signature(std::string_view program);

}  // namespace dim::linuxrc
