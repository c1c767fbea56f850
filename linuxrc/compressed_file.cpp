#include "linuxrc/compressed_file.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <memory>

namespace dim::linuxrc {

namespace {

constexpr std::array<std::string_view, 3> kSuffixes{".xz", ".zst", ".gz"};
constexpr std::size_t kStep = std::size_t{256} << 10;

struct FreeReader {
    void operator()(archive* reader) const { archive_read_free(reader); }
};

Error damaged_file(std::string_view path, archive* reader) {
    const char* text = archive_error_string(reader);
    return {ErrorCode::invalid_input, std::string(path) + " is damaged or cut: " +
                                          printable(text == nullptr ? "" : text, 200)};
}

}  // namespace

std::string_view without_compression(std::string_view path) {
    const auto* const suffix = std::ranges::find_if(
        kSuffixes, [&](std::string_view each) { return path.ends_with(each); });
    if (suffix != kSuffixes.end()) path.remove_suffix(suffix->size());
    return path;
}

Result<std::string> decompress(std::string_view path, std::string bytes, std::size_t limit) {
    if (without_compression(path) == path) return bytes;
    const std::unique_ptr<archive, FreeReader> owned(archive_read_new());
    archive* reader = owned.get();
    if (reader == nullptr) return fail(ErrorCode::internal, "no memory to decompress with");
    archive_read_support_filter_xz(reader);
    archive_read_support_filter_zstd(reader);
    archive_read_support_filter_gzip(reader);
    archive_read_support_format_raw(reader);
    archive_entry* entry = nullptr;
    if (archive_read_open_memory(reader, bytes.data(), bytes.size()) != ARCHIVE_OK ||
        archive_read_next_header(reader, &entry) != ARCHIVE_OK ||
        archive_filter_code(reader, 0) == ARCHIVE_FILTER_NONE)
        return fail(damaged_file(path, reader));
    std::string result;
    for (;;) {
        const std::size_t before = result.size();
        result.resize(before + kStep);
        const la_ssize_t size = archive_read_data(reader, result.data() + before, kStep);
        if (size < 0) return fail(damaged_file(path, reader));
        result.resize(before + static_cast<std::size_t>(size));
        if (size == 0) return result;
        if (result.size() > limit)
            return fail(ErrorCode::limit_exceeded,
                        std::string(path) + " has more than " + std::to_string(limit) + " bytes");
    }
}

}  // namespace dim::linuxrc
