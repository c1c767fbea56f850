#include "libdim/sys/fanotify.hpp"

#include "libdim/sys/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <sys/fanotify.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace dim::sys {

namespace {

constexpr std::uint64_t kMask = FAN_CREATE | FAN_DELETE | FAN_MOVED_FROM | FAN_MOVED_TO |
                                FAN_MODIFY | FAN_CLOSE_WRITE | FAN_ATTRIB | FAN_ONDIR;
constexpr std::size_t kReadSize = std::size_t{256} << 10;
/// Of two handles, two file systems and a name.
constexpr std::size_t kLargestEvent = 4096;

/// Those of which inode_of() knows the file handles; statfs(2).
constexpr std::array<std::uint32_t, 3> kKnownFileSystems{0xef53, 0x58465342, 0x01021994};

/// What is AT in BYTES, which has as much.
template <class T>
T word_at(std::string_view bytes, std::size_t at) {
    T value;
    std::ranges::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), sizeof(T),
                        reinterpret_cast<char*>(&value));
    return value;
}

template <class T>
std::optional<T> take(std::string_view& bytes) {
    if (bytes.size() < sizeof(T)) return std::nullopt;
    const T value = word_at<T>(bytes, 0);
    bytes.remove_prefix(sizeof(T));
    return value;
}

/// Of a handle of one of kKnownFileSystems: fs/libfs.c (generic_encode_ino32_fh), fs/xfs
/// (xfs_fs_encode_fh), mm/shmem.c (shmem_encode_fh) of Linux.
std::optional<std::uint64_t> inode_of(int type, std::string_view handle) {
    constexpr int kInode32 = 1;
    constexpr int kXfsInode64 = 0x81;
    if (type == kInode32 && handle.size() == 8) return word_at<std::uint32_t>(handle, 0);
    if (type == kXfsInode64 && handle.size() == 12) return word_at<std::uint64_t>(handle, 0);
    if (type == kInode32 && handle.size() == 12) {
        return word_at<std::uint32_t>(handle, 4) | std::uint64_t{word_at<std::uint32_t>(handle, 8)}
                                                       << 32U;
    }
    return std::nullopt;
}

/// One record of an event into CHANGE; false when it is not understood.
bool take_record(std::string_view record, int type, FileChange& change) {
    static_assert(sizeof(file_handle) == 8);
    record.remove_prefix(sizeof(fanotify_event_info_header));
    const auto id = take<std::uint64_t>(record);
    const auto size = take<std::uint32_t>(record);
    const auto handle_type = take<std::int32_t>(record);
    if (!id || !size || !handle_type || record.size() < *size) return false;
    const auto inode = inode_of(*handle_type, record.substr(0, *size));
    if (!inode) return false;
    change.file_system = *id;
    if (type == FAN_EVENT_INFO_TYPE_FID) {
        change.object = *inode;
        return true;
    }
    change.directory = *inode;
    const std::string_view name = record.substr(*size);
    if (type == FAN_EVENT_INFO_TYPE_DFID) change.name = ".";
    if (type == FAN_EVENT_INFO_TYPE_DFID_NAME) change.name = name.substr(0, name.find('\0'));
    return !change.name.empty();
}

/// The records of one event; none when they are not understood.
std::optional<FileChange> take_event(std::string_view records) {
    FileChange change;
    while (records.size() >= sizeof(fanotify_event_info_header)) {
        const auto header = word_at<fanotify_event_info_header>(records, 0);
        if (header.len < sizeof header || header.len > records.size()) return std::nullopt;
        const std::string_view record = records.substr(0, header.len);
        records.remove_prefix(header.len);
        switch (header.info_type) {
            case FAN_EVENT_INFO_TYPE_FID:
            case FAN_EVENT_INFO_TYPE_DFID:
            case FAN_EVENT_INFO_TYPE_DFID_NAME:
                if (!take_record(record, header.info_type, change)) return std::nullopt;
                break;
            default: break;
        }
    }
    if (change.directory == 0 && change.object == 0) return std::nullopt;
    return change;
}

}  // namespace

FileChanges parse_file_changes(std::string_view bytes) {
    FileChanges changes;
    while (!bytes.empty()) {
        if (bytes.size() < sizeof(fanotify_event_metadata)) break;
        const auto event = word_at<fanotify_event_metadata>(bytes, 0);
        if (event.vers != FANOTIFY_METADATA_VERSION || event.metadata_len < sizeof event ||
            event.event_len < event.metadata_len || event.event_len > bytes.size())
            break;
        const std::string_view records =
            bytes.substr(event.metadata_len, event.event_len - event.metadata_len);
        bytes.remove_prefix(event.event_len);
        auto change = (event.mask & FAN_Q_OVERFLOW) == 0 ? take_event(records) : std::nullopt;
        if (change) {
            changes.changes.push_back(*std::move(change));
        } else {
            changes.is_incomplete = true;
        }
    }
    if (!bytes.empty()) changes.is_incomplete = true;
    return changes;
}

Result<Fd> fanotify_init() {
    Fd fd(::fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_FID |
                              FAN_REPORT_DFID_NAME,
                          O_RDONLY | O_CLOEXEC | O_LARGEFILE));
    if (!fd) return fail(Error::from_errno(errno, "fanotify_init"));
    return fd;
}

namespace {

/// That the handle of what FD is says its inode, as we read it.
Result<bool> is_handle_known(const Fd& fd, std::uint64_t inode) {
    union {
        file_handle handle;
        std::array<char, sizeof(file_handle) + MAX_HANDLE_SZ> room;
    } buffer{};
    buffer.handle.handle_bytes = MAX_HANDLE_SZ;
    int mount = 0;
    if (::name_to_handle_at(fd.get(), "", &buffer.handle, &mount, AT_EMPTY_PATH) != 0)
        return fail(Error::from_errno(errno, "name_to_handle_at"));
    const std::string_view handle(buffer.room.data() + sizeof(file_handle),
                                  buffer.handle.handle_bytes);
    return inode_of(buffer.handle.handle_type, handle) == inode;
}

}  // namespace

Result<MarkedFileSystem> fanotify_mark(const Fd& fanotify, const Fd& directory) {
    struct statfs info{};
    if (::fstatfs(directory.get(), &info) != 0) return fail(Error::from_errno(errno, "fstatfs"));
    DIM_TRY(const FileStatus status, fstat(directory));
    bool is_known = std::ranges::find(kKnownFileSystems, static_cast<std::uint32_t>(info.f_type)) !=
                    kKnownFileSystems.end();
    if (is_known) {
        DIM_TRY(is_known, is_handle_known(directory, status.inode));
    }
    if (!is_known)
        return fail(ErrorCode::invalid_input, "only ext2 to ext4, xfs and tmpfs can be watched");
    if (::fanotify_mark(fanotify.get(), FAN_MARK_ADD | FAN_MARK_FILESYSTEM, kMask, directory.get(),
                        nullptr) != 0)
        return fail(Error::from_errno(errno, "fanotify_mark"));
    static_assert(sizeof info.f_fsid == sizeof(std::uint64_t));
    MarkedFileSystem marked{.id = 0, .device = status.device};
    std::memcpy(&marked.id, &info.f_fsid, sizeof marked.id);
    return marked;
}

Result<bool> fanotify_has_mark(const Fd& fanotify, std::uint64_t device) {
    DIM_TRY(const std::string text,
            read_file("/proc/self/fdinfo/" + std::to_string(fanotify.get())));
    // As the kernel has it, proc(5): "fanotify sdev:800001 mflags:0 mask:3ce ignored_mask:0"
    std::array<char, 16> digits;
    const std::uint64_t number = std::uint64_t{major(device)} << 20U | minor(device);
    const auto end = std::to_chars(digits.begin(), digits.end(), number, 16).ptr;
    return text.contains("\nfanotify sdev:" + std::string(digits.begin(), end) + " ");
}

Result<void> fanotify_flush(const Fd& fanotify) {
    if (::fanotify_mark(fanotify.get(), FAN_MARK_FLUSH | FAN_MARK_FILESYSTEM, 0, AT_FDCWD,
                        nullptr) != 0)
        return fail(Error::from_errno(errno, "fanotify_mark"));
    return {};
}

Result<FileChanges> fanotify_read(const Fd& fanotify) {
    const auto buffer = std::make_unique_for_overwrite<char[]>(kReadSize);
    ssize_t count = 0;
    do {
        count = ::read(fanotify.get(), buffer.get(), kReadSize);
    } while (count < 0 && errno == EINTR);
    if (count < 0 && errno == EAGAIN) return FileChanges{};
    if (count < 0) return fail(Error::from_errno(errno, "fanotify"));
    const auto bytes = static_cast<std::size_t>(count);
    FileChanges changes = parse_file_changes({buffer.get(), bytes});
    // One that has no room any more waits for the next read.
    changes.has_more = bytes + kLargestEvent > kReadSize;
    return changes;
}

}  // namespace dim::sys
