#include "imageserver/master/tar_reader.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <utility>

namespace dim::server {

namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10;
// xattr(7): what a file can have.
constexpr std::size_t kAttributeBytes = std::size_t{64} << 10;
constexpr std::size_t kTargetBytes = 4095;

struct FreeArchive {
    void operator()(archive* reader) const { archive_read_free(reader); }
};
using Archive = std::unique_ptr<archive, FreeArchive>;

bool is_good(int code) { return code == ARCHIVE_OK || code == ARCHIVE_WARN; }

Error damaged(archive* reader) {
    const char* text = archive_error_string(reader);
    return Error(ErrorCode::invalid_input,
                 "the archive is damaged or cut: " + printable(text == nullptr ? "" : text, 200))
        .with_cure("make it, or fetch it, again");
}

std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

std::vector<AclLine> acl_of(archive_entry* entry, int type) {
    std::vector<AclLine> lines;
    if (archive_entry_acl_reset(entry, type) == 0) return lines;
    int found = 0;
    int permissions = 0;
    int tag = 0;
    int id = 0;
    const char* name = nullptr;
    while (archive_entry_acl_next(entry, type, &found, &permissions, &tag, &id, &name) ==
           ARCHIVE_OK) {
        AclLine line{.tag = AclLine::Tag::owner,
                     .permissions = static_cast<std::uint16_t>(permissions & 7),
                     .id = static_cast<std::uint32_t>(id)};
        switch (tag) {
            case ARCHIVE_ENTRY_ACL_USER_OBJ: line.tag = AclLine::Tag::owner; break;
            case ARCHIVE_ENTRY_ACL_USER: line.tag = AclLine::Tag::user; break;
            case ARCHIVE_ENTRY_ACL_GROUP_OBJ: line.tag = AclLine::Tag::owning_group; break;
            case ARCHIVE_ENTRY_ACL_GROUP: line.tag = AclLine::Tag::group; break;
            case ARCHIVE_ENTRY_ACL_MASK: line.tag = AclLine::Tag::mask; break;
            case ARCHIVE_ENTRY_ACL_OTHER: line.tag = AclLine::Tag::others; break;
            default: continue;
        }
        if (tag == ARCHIVE_ENTRY_ACL_USER || tag == ARCHIVE_ENTRY_ACL_GROUP) {
            // Where there is no name, GNU tar writes the number in its place.
            const auto number = parse_number<std::uint32_t>(text_or_empty(name));
            if (id < 0 && number) line.id = *number;
            if (id < 0 && !number) line.name = text_or_empty(name);
        }
        lines.push_back(line);
    }
    return lines;
}

void add_acls(archive_entry* entry, TarEntry& result) {
    constexpr std::array kTypes{
        std::pair(ARCHIVE_ENTRY_ACL_TYPE_ACCESS, "system.posix_acl_access"),
        std::pair(ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, "system.posix_acl_default")};
    for (const auto& [type, attribute] : kTypes) {
        std::vector<AclLine> lines = acl_of(entry, type);
        // Three lines say no more than the mode.
        const std::size_t least = type == ARCHIVE_ENTRY_ACL_TYPE_ACCESS ? 4 : 1;
        if (lines.size() < least) continue;
        if (std::ranges::all_of(lines, &std::string::empty, &AclLine::name)) {
            result.attributes.extended[attribute] = acl_attribute(std::move(lines));
        } else {
            result.named_acls[attribute] = std::move(lines);
        }
    }
}

Result<void> add_extended_attributes(archive_entry* entry, TarEntry& result) {
    archive_entry_xattr_reset(entry);
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    std::size_t bytes = 0;
    while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
        if (name == nullptr) continue;
        bytes += std::string_view(name).size() + size;
        if (bytes > kAttributeBytes)
            return fail(ErrorCode::limit_exceeded, "extended attributes of more than 64 KiB");
        result.attributes.extended[name] = std::string(static_cast<const char*>(value), size);
    }
    return {};
}

Result<TarEntry> read_entry(archive_entry* entry) {
    TarEntry result;
    result.name = text_or_empty(archive_entry_pathname(entry));
    result.attributes.mode = archive_entry_filetype(entry) | (archive_entry_perm(entry) & 07777U);
    result.attributes.owner = static_cast<uid_t>(archive_entry_uid(entry));
    result.attributes.group = static_cast<gid_t>(archive_entry_gid(entry));
    result.attributes.modified = {.seconds = archive_entry_mtime(entry),
                                  .nanoseconds =
                                      static_cast<std::uint32_t>(archive_entry_mtime_nsec(entry))};
    if (const char* target = archive_entry_hardlink(entry)) result.hard_link = target;
    result.link_target = text_or_empty(archive_entry_symlink(entry));
    if (result.link_target.size() > kTargetBytes)
        return fail(ErrorCode::limit_exceeded, "a link's target is too long");
    result.device = ::makedev(static_cast<unsigned>(archive_entry_rdevmajor(entry)),
                              static_cast<unsigned>(archive_entry_rdevminor(entry)));
    if (archive_entry_size(entry) < 0) return fail(ErrorCode::invalid_input, "a negative size");
    result.size = static_cast<std::uint64_t>(archive_entry_size(entry));
    add_acls(entry, result);
    DIM_CHECK(add_extended_attributes(entry, result));
    return result;
}

}  // namespace

/// Two readers, one behind the other: what is compressed is read to its end, beyond the end of the
/// tar file, because checksums are there.
struct TarReader::State {
    ByteSource* source = nullptr;
    std::unique_ptr<std::array<char, kReadBytes>> buffer =
        std::make_unique<std::array<char, kReadBytes>>();
    std::optional<Error> source_error;
    Archive compressed;
    Archive tar;
    std::uint64_t bytes = 0;  ///< that the tar file had so far
    bool is_tar = false;      ///< the first entry was read

    static la_ssize_t read_source(archive* reader, void* state, const void** buffer) {
        auto& self = *static_cast<State*>(state);
        auto count = self.source->read(*self.buffer);
        if (!count) {
            self.source_error = std::move(count).error();
            archive_set_error(reader, EIO, "%s", "cannot be read");
            return -1;
        }
        *buffer = self.buffer->data();
        return static_cast<la_ssize_t>(*count);
    }
    static la_ssize_t read_decompressed(archive* reader, void* state, const void** buffer) {
        auto& self = *static_cast<State*>(state);
        std::size_t size = 0;
        la_int64_t offset = 0;
        for (;;) {
            const int code = archive_read_data_block(self.compressed.get(), buffer, &size, &offset);
            if (code == ARCHIVE_EOF) return 0;
            if (!is_good(code)) {
                archive_set_error(reader, EIO, "%s", archive_error_string(self.compressed.get()));
                return -1;
            }
            if (size == 0) continue;
            self.bytes += size;
            return static_cast<la_ssize_t>(size);
        }
    }

    Error error() {
        if (source_error) return *source_error;
        if (!is_tar) {
            return Error(ErrorCode::invalid_input, "this is no tar file")
                .with_cure(
                    "a master is a directory, a tar file (plain, or by gzip, bzip2, xz, lzma, "
                    "zstd or lz4), an OCI image, or ssh://…");
        }
        return damaged(tar.get());
    }
    /// Behind the last entry.
    Result<void> finish() {
        const auto end = static_cast<std::uint64_t>(archive_read_header_position(tar.get()));
        const void* piece = nullptr;
        for (;;) {
            const la_ssize_t count = read_decompressed(tar.get(), this, &piece);
            if (count < 0) return fail(error());
            if (count == 0) break;
        }
        if (bytes > end) return {};
        return fail(Error(ErrorCode::invalid_input, "the archive is cut: its end is missing")
                        .with_cure("make it, or fetch it, again"));
    }
};

TarReader::TarReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
TarReader::TarReader(TarReader&&) noexcept = default;
TarReader::~TarReader() = default;

Result<TarReader> TarReader::open(ByteSource& source) {
    auto state = std::make_unique<State>();
    state->source = &source;
    state->compressed.reset(archive_read_new());
    state->tar.reset(archive_read_new());
    archive* const compressed = state->compressed.get();
    archive* const tar = state->tar.get();
    if (compressed == nullptr || tar == nullptr)
        return fail(ErrorCode::limit_exceeded, "no memory left");
    // None that starts a program.
    archive_read_support_filter_gzip(compressed);
    archive_read_support_filter_bzip2(compressed);
    archive_read_support_filter_xz(compressed);
    archive_read_support_filter_lzma(compressed);
    archive_read_support_filter_zstd(compressed);
    archive_read_support_filter_lz4(compressed);
    archive_read_support_format_raw(compressed);
    archive_read_support_format_tar(tar);
    archive_entry* entry = nullptr;
    if (!is_good(
            archive_read_open(compressed, state.get(), nullptr, State::read_source, nullptr)) ||
        !is_good(archive_read_next_header(compressed, &entry)) ||
        !is_good(archive_read_open(tar, state.get(), nullptr, State::read_decompressed, nullptr)))
        return fail(state->error());
    return TarReader(std::move(state));
}

Result<std::optional<TarEntry>> TarReader::next() {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(state_->tar.get(), &entry);
    if (code == ARCHIVE_EOF) {
        DIM_CHECK(state_->finish());
        return std::nullopt;
    }
    if (!is_good(code)) return fail(state_->error());
    state_->is_tar = true;
    auto result = read_entry(entry);
    if (!result) {
        return fail(std::move(result).error().with_context(
            printable(text_or_empty(archive_entry_pathname(entry)), 200)));
    }
    return *std::move(result);
}

Result<std::optional<TarData>> TarReader::data() {
    const void* buffer = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(state_->tar.get(), &buffer, &size, &offset);
    if (code == ARCHIVE_EOF) return std::nullopt;
    if (!is_good(code)) return fail(state_->error());
    return TarData{.bytes = {static_cast<const char*>(buffer), size},
                   .offset = static_cast<std::uint64_t>(offset)};
}

}  // namespace dim::server
