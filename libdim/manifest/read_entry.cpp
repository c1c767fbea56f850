#include "libdim/manifest/read_entry.hpp"

#include "libdim/manifest/escaped_text.hpp"
#include "libdim/sys/directory.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <utility>

namespace dim::manifest {

namespace {

constexpr int kAttempts = 5;
constexpr std::size_t kReadSize = std::size_t{128} << 10;

/// What one look has found.
enum class Look {
    whole,    ///< it was the same at the end as at the beginning
    changed,  ///< it was not
    gone,     ///< there is nothing that belongs to the tree
};

EntryType type_of(mode_t mode) {
    switch (mode & S_IFMT) {
        case S_IFDIR: return EntryType::directory;
        case S_IFLNK: return EntryType::symlink;
        case S_IFBLK: return EntryType::block_device;
        case S_IFCHR: return EntryType::character_device;
        case S_IFIFO: return EntryType::fifo;
        case S_IFSOCK: return EntryType::socket;
        default: return EntryType::file;
    }
}

Entry entry_of(const sys::FileStatus& status, const std::string& path) {
    Entry entry;
    entry.path = path;
    entry.type = type_of(status.mode);
    entry.mode = status.mode & 07777U;
    entry.owner = status.owner;
    entry.group = status.group;
    entry.modified = status.modified;
    if (entry.type == EntryType::file) entry.size = status.size;
    if (entry.type == EntryType::block_device || entry.type == EntryType::character_device) {
        entry.device_major = major(status.special_device);
        entry.device_minor = minor(status.special_device);
    }
    return entry;
}

bool is_same(const sys::FileStatus& a, const sys::FileStatus& b) {
    return a.device == b.device && a.inode == b.inode && a.changed == b.changed &&
           a.modified == b.modified && a.size == b.size && a.mode == b.mode;
}

/// O_NONBLOCK: should it have become a FIFO meanwhile, opening must not wait.
Result<sys::Fd> open_to_read(const sys::Fd& parent, const std::string& name) {
    constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
    Result<sys::Fd> file = sys::openat(parent, name, kFlags | O_NOATIME);
    // Only its owner, and root, may leave the time of the last access as it is.
    if (!file && file.error().system_errno() == EPERM) return sys::openat(parent, name, kFlags);
    return file;
}

/// The digest of pieces that come one after the other; as long as they are those of what is KNOWN,
/// nothing is computed.
class Digest {
public:
    explicit Digest(const KnownContent* known) : known_(known) {}
    void add(std::string_view piece) {
        if (known_ != nullptr && !is_known(piece)) forget_known();
        if (known_ == nullptr) hash_.add(piece);
        size_ += piece.size();
    }
    tls::Sha256Digest finish() {
        if (known_ != nullptr && size_ == known_->text.size()) return known_->digest;
        forget_known();
        return hash_.finish();
    }

private:
    bool is_known(std::string_view piece) const {
        return std::string_view(known_->text).substr(size_, piece.size()) == piece;
    }
    void forget_known() {
        if (known_ != nullptr) hash_.add(std::string_view(known_->text).substr(0, size_));
        known_ = nullptr;
    }
    const KnownContent* known_;
    std::size_t size_ = 0;  ///< of what was added; while it is known, no more than that has
    tls::Sha256 hash_;
};

/// The digest of what FD has left; ENTRY.size becomes how much that was. Of a file that grows no
/// more is read than it had: its status tells.
Result<void> hash_content(const sys::Fd& fd, const KnownContent* known, Entry& entry) {
    const std::size_t expected = entry.size;
    const std::size_t room = std::clamp<std::size_t>(expected, 1, kReadSize);
    const auto buffer = std::make_unique_for_overwrite<char[]>(room);
    Digest digest(known);
    entry.size = 0;
    while (entry.size < expected) {
        DIM_TRY(const std::size_t count, sys::read(fd, {buffer.get(), room}));
        if (count == 0) break;
        digest.add({buffer.get(), count});
        entry.size += count;
    }
    entry.sha256 = digest.finish();
    return {};
}

/// The size of the largest file whose content is read; none: of no file.
using Largest = std::optional<std::uint64_t>;

/// Fills in the content and attributes of the file that STATUS is of.
Result<Look> read_file_once(const sys::Fd& parent, const std::string& name,
                            const sys::FileStatus& status, Largest largest,
                            const KnownContent* known, Entry& entry) {
    const Result<sys::Fd> file = open_to_read(parent, name);
    if (!file) {
        // Gone, or replaced by a link: the next look tells.
        if (file.error().code() == ErrorCode::not_found || file.error().system_errno() == ELOOP)
            return Look::changed;
        return fail(file.error());
    }
    DIM_TRY(const sys::FileStatus before, sys::fstat(*file));
    if (!is_same(status, before)) return Look::changed;
    if (largest && entry.size <= *largest) DIM_CHECK(hash_content(*file, known, entry));
    DIM_TRY(entry.attributes, sys::extended_attributes(*file));
    DIM_TRY(const sys::FileStatus after, sys::fstat(*file));
    return is_same(before, after) && entry.size == after.size ? Look::whole : Look::changed;
}

/// The same for what is no file.
Result<Look> read_other_once(const sys::Fd& parent, const std::string& name,
                             const sys::FileStatus& status, Entry& entry) {
    const auto read = [&]() -> Result<void> {
        if (entry.type == EntryType::symlink) {
            DIM_TRY(entry.target, sys::read_link(parent, name));
        }
        DIM_TRY(entry.attributes, sys::extended_attributes(parent, name));
        return {};
    };
    const Result<void> done = read();
    const Result<sys::FileStatus> after = sys::fstatat(parent, name);
    if (!after && after.error().code() == ErrorCode::not_found) return Look::gone;
    if (!after) return fail(after.error());
    if (!is_same(status, *after)) return Look::changed;
    if (!done) return fail(done.error());
    return Look::whole;
}

Result<Look> read_once(const sys::Fd& parent, const std::string& name, const std::string& path,
                       std::uint64_t device, Largest largest, const KnownContent* known,
                       ReadEntry& read) {
    const sys::FileTime looked = sys::current_file_time();
    const Result<sys::FileStatus> status = sys::fstatat(parent, name);
    if (!status && status.error().code() == ErrorCode::not_found) return Look::gone;
    if (!status) return fail(status.error());
    if (!S_ISDIR(status->mode) && status->device != device) return Look::gone;
    read = {.entry = entry_of(*status, path), .status = *status, .looked = looked};
    return S_ISREG(status->mode) ? read_file_once(parent, name, *status, largest, known, read.entry)
                                 : read_other_once(parent, name, *status, read.entry);
}

}  // namespace

Result<std::optional<ReadEntry>> read_entry(const sys::Fd& parent, const std::string& name,
                                            const std::string& path, std::uint64_t device,
                                            Content content, std::uint64_t largest,
                                            const KnownContent* known) {
    const Largest limit = content == Content::read ? Largest(largest) : std::nullopt;
    ReadEntry read;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const Result<Look> look = read_once(parent, name, path, device, limit, known, read);
        if (!look) return fail(Error(look.error()).with_context(escape(path)));
        switch (*look) {
            case Look::whole: return read;
            case Look::gone: return std::nullopt;
            case Look::changed: break;
        }
    }
    return fail(Error(ErrorCode::conflict, escape(path) + " changes all the time while it is read")
                    .with_cure("end what writes to it, and try again"));
}

Result<ReadEntry> read_root(const sys::Fd& root) {
    DIM_TRY(const sys::FileStatus status, sys::fstat(root));
    ReadEntry read{.entry = entry_of(status, ""), .status = status};
    DIM_TRY(read.entry.attributes, sys::extended_attributes(root, "."));
    return read;
}

}  // namespace dim::manifest
