#include "linuxrc/pe_file.hpp"

#include "libdim/base/byte_order.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::linuxrc {

namespace {

// Places in the file header and the optional header, from the "PE" signature on.
constexpr std::size_t kPointerToPe = 0x3c;
constexpr std::size_t kSectionCount = 6;
constexpr std::size_t kSymbolTable = 12;
constexpr std::size_t kSymbolCount = 16;
constexpr std::size_t kOptionalSize = 20;
constexpr std::size_t kOptional = 24;
constexpr std::size_t kMagic = kOptional;
constexpr std::size_t kInitializedData = kOptional + 8;
constexpr std::size_t kSectionAlignment = kOptional + 32;
constexpr std::size_t kFileAlignment = kOptional + 36;
constexpr std::size_t kImageSize = kOptional + 56;
constexpr std::size_t kHeadersSize = kOptional + 60;
constexpr std::size_t kChecksum = kOptional + 64;
constexpr std::size_t kDirectoryCount = kOptional + 108;
constexpr std::size_t kCertificates = kOptional + 112 + 4 * 8;
constexpr std::size_t kOptionalLeast = 112 + 5 * 8;

constexpr std::uint64_t kCertificateAlignment = 8;
constexpr std::uint64_t kPe32Plus = 0x20b;
constexpr std::size_t kSectionHeader = 40;
constexpr std::size_t kNameSize = 8;
constexpr std::size_t kMostSections = 96;
constexpr std::uint64_t kPage = 4096;
constexpr std::uint32_t kReadOnlyData = 0x40000040;  // initialized data, readable
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

std::unexpected<Error> refuse(std::string what) {
    return fail(ErrorCode::invalid_input, "the PE program " + std::move(what));
}

std::uint64_t aligned(std::uint64_t value, std::uint64_t alignment) {
    return (value + alignment - 1) / alignment * alignment;
}

void put(std::string& bytes, std::size_t place, std::uint64_t value, std::size_t size = 4) {
    for (std::size_t i = 0; i < size; ++i, value >>= 8)
        bytes[place + i] = static_cast<char>(value & 0xff);
}

/// A row of the section table, and where it is.
struct Row {
    std::size_t place;
    std::string name;
    std::uint64_t size;  ///< in memory
    std::uint64_t address;
    std::uint64_t file_size;
    std::uint64_t file_offset;
};

struct Headers {
    std::size_t pe = 0;
    std::uint64_t file_alignment = 0;
    std::uint64_t section_alignment = 0;
    std::uint64_t headers_size = 0;
    std::size_t table_end = 0;
    std::vector<Row> rows;
};

bool is_power_of_two(std::uint64_t value) { return value != 0 && (value & (value - 1)) == 0; }

Result<std::vector<Row>> read_rows(std::string_view program, std::uint64_t file_size,
                                   std::size_t table, std::size_t count) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = table + i * kSectionHeader;
        const std::string_view name = program.substr(at, kNameSize);
        Row row{.place = at,
                .name = std::string(name.substr(0, name.find('\0'))),
                .size = little_endian(program, at + 8, 4),
                .address = little_endian(program, at + 12, 4),
                .file_size = little_endian(program, at + 16, 4),
                .file_offset = little_endian(program, at + 20, 4)};
        if (row.file_offset + row.file_size > file_size || row.address + row.size > kMostBytes)
            return refuse("has a section outside itself");
        rows.push_back(std::move(row));
    }
    return rows;
}

/// BEGINNING: what of the program is known, with all its headers.
Result<Headers> read_headers(std::string_view beginning, std::uint64_t file_size) {
    const std::string_view program = beginning;
    if (program.size() < kPointerToPe + 4 || !program.starts_with("MZ"))
        return refuse("is none: it does not begin with MZ");
    if (file_size > kMostBytes) return refuse("is larger than 1 GiB");
    Headers headers;
    headers.pe = little_endian(program, kPointerToPe, 4);
    if (headers.pe + kOptional + kOptionalLeast > program.size() ||
        program.substr(headers.pe, 4) != std::string_view("PE\0\0", 4))
        return refuse("is none: it has no PE header");
    const auto field = [&](std::size_t place, std::size_t size = 4) {
        return little_endian(program, headers.pe + place, size);
    };
    const std::uint64_t optional_size = field(kOptionalSize, 2);
    if (field(kMagic, 2) != kPe32Plus || optional_size < kOptionalLeast ||
        field(kDirectoryCount) < 5)
        return refuse("is not for 64 bits");
    const std::size_t count = field(kSectionCount, 2);
    const std::size_t table = headers.pe + kOptional + optional_size;
    headers.file_alignment = field(kFileAlignment);
    headers.section_alignment = field(kSectionAlignment);
    headers.headers_size = field(kHeadersSize);
    headers.table_end = table + count * kSectionHeader;
    if (count == 0 || count > kMostSections || !is_power_of_two(headers.file_alignment) ||
        !is_power_of_two(headers.section_alignment) || headers.section_alignment > kPage * 16 ||
        headers.file_alignment > kPage * 16 || headers.headers_size > program.size() ||
        headers.table_end > headers.headers_size)
        return refuse("has damaged headers");
    DIM_TRY(headers.rows, read_rows(program, file_size, table, count));
    return headers;
}

Result<Headers> read_headers(std::string_view program) {
    return read_headers(program, program.size());
}

const Row* find_row(const Headers& headers, std::string_view name) {
    const auto row = std::ranges::find(headers.rows, name, &Row::name);
    return row == headers.rows.end() ? nullptr : &*row;
}

/// What of PROGRAM is headers and sections: no symbols or certificates behind them.
std::string without_attachments(std::string_view program, const Headers& headers) {
    std::uint64_t end = headers.headers_size;
    for (const Row& row : headers.rows)
        end = std::max(end, row.file_offset + row.file_size);
    std::string bytes(program.substr(0, end));
    for (const std::size_t place : {kSymbolTable, kSymbolCount, kChecksum})
        put(bytes, headers.pe + place, 0);
    put(bytes, headers.pe + kCertificates, 0, 8);
    return bytes;
}

}  // namespace

Result<std::string> add_pe_sections(std::string_view program,
                                    const std::vector<PeSection>& sections) {
    DIM_TRY(const Headers headers, read_headers(program));
    if (headers.table_end + sections.size() * kSectionHeader > headers.headers_size ||
        headers.rows.size() + sections.size() > kMostSections)
        return refuse("has no room for more sections");
    std::string bytes = without_attachments(program, headers);
    std::uint64_t address = 0;
    for (const Row& row : headers.rows)
        address = std::max(address, row.address + std::max(row.size, row.file_size));
    std::uint64_t added = 0;
    std::size_t place = headers.table_end;
    for (const PeSection& section : sections) {
        const std::uint64_t file_size = aligned(
            std::max<std::uint64_t>(section.room, section.contents.size()), headers.file_alignment);
        address = aligned(address, std::max(kPage, headers.section_alignment));
        bytes.resize(aligned(bytes.size(), headers.file_alignment));
        if (section.name.size() > kNameSize || address + file_size > kMostBytes)
            return fail(ErrorCode::limit_exceeded, "section " + section.name + " is too large");
        std::string row(kSectionHeader, '\0');
        row.replace(0, section.name.size(), section.name);
        put(row, 8, section.contents.size());
        put(row, 12, address);
        put(row, 16, file_size);
        put(row, 20, bytes.size());
        put(row, 36, kReadOnlyData);
        bytes.replace(place, kSectionHeader, row);
        place += kSectionHeader;
        bytes.append(section.contents);
        bytes.resize(bytes.size() + file_size - section.contents.size());
        address += file_size;
        added += file_size;
    }
    put(bytes, headers.pe + kSectionCount, headers.rows.size() + sections.size(), 2);
    put(bytes, headers.pe + kImageSize, aligned(address, headers.section_alignment));
    put(bytes, headers.pe + kInitializedData,
        little_endian(bytes, headers.pe + kInitializedData, 4) + added);
    return bytes;
}

Result<PeSectionPlace> find_pe_section(std::string_view beginning, std::uint64_t file_size,
                                       std::string_view name) {
    DIM_TRY(const Headers headers, read_headers(beginning, file_size));
    const Row* row = find_row(headers, name);
    if (row == nullptr)
        return fail(ErrorCode::not_found, "the PE program has no section " + std::string(name));
    return PeSectionPlace{.offset = row->file_offset, .size = std::min(row->size, row->file_size)};
}

Result<std::string_view> pe_section(std::string_view program, std::string_view name) {
    DIM_TRY(const PeSectionPlace place, find_pe_section(program, program.size(), name));
    return program.substr(place.offset, place.size);
}

Result<std::string> replace_pe_section(std::string program, std::string_view name,
                                       std::string_view contents) {
    DIM_TRY(const Headers headers, read_headers(program));
    const Row* row = find_row(headers, name);
    if (row == nullptr)
        return fail(ErrorCode::not_found, "the PE program has no section " + std::string(name));
    if (contents.size() > row->file_size)
        return fail(ErrorCode::limit_exceeded, "there is no room for it in " + std::string(name));
    std::string padded(contents);
    padded.resize(row->file_size);
    program.replace(row->file_offset, row->file_size, padded);
    put(program, row->place + 8, contents.size());
    return program;
}

Result<std::string> signed_part(std::string_view program) {
    DIM_TRY(Headers headers, read_headers(program));
    std::ranges::sort(headers.rows, {}, &Row::file_offset);
    std::uint64_t end = headers.headers_size;
    for (const Row& row : headers.rows) {
        if (row.file_size == 0) continue;
        if (row.file_offset != end) return refuse("has gaps between its sections");
        end += row.file_size;
    }
    if (end != program.size() || end % kCertificateAlignment != 0)
        return refuse("has something behind its sections");
    std::string bytes(program.substr(0, headers.pe + kChecksum));
    const std::size_t after_checksum = headers.pe + kChecksum + 4;
    bytes.append(program.substr(after_checksum, headers.pe + kCertificates - after_checksum));
    bytes.append(program.substr(headers.pe + kCertificates + 8));
    return bytes;
}

Result<std::string> attach_pe_signature(std::string program, std::string_view signature) {
    DIM_TRY(const Headers headers, read_headers(program));
    constexpr std::size_t kHeader = 8;
    constexpr std::uint64_t kRevision = 0x0200;
    constexpr std::uint64_t kPkcs7SignedData = 0x0002;
    const std::size_t begin = program.size();
    const std::uint64_t size = aligned(kHeader + signature.size(), kCertificateAlignment);
    program.resize(begin + kHeader);
    put(program, begin, size);
    put(program, begin + 4, kRevision, 2);
    put(program, begin + 6, kPkcs7SignedData, 2);
    program.append(signature);
    program.resize(begin + size);
    put(program, headers.pe + kCertificates, begin);
    put(program, headers.pe + kCertificates + 4, size);
    return program;
}

Result<std::string> without_pe_signature(std::string_view program) {
    DIM_TRY(const Headers headers, read_headers(program));
    return without_attachments(program, headers);
}

}  // namespace dim::linuxrc
