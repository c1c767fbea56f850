#include "libdim/changeset/staged_contents.hpp"

#include "libdim/base/begin_work.hpp"
#include "libdim/changeset/changeset_reader.hpp"
#include "libdim/manifest/escaped_text.hpp"
#include "libdim/sys/copy_file.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/file_attributes.hpp"
#include "libdim/sys/punch_zeros.hpp"
#include "libdim/sys/tree_writer.hpp"
#include "libdim/tls/sha256.hpp"

#include <algorithm>
#include <deque>
#include <future>
#include <span>
#include <string_view>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <thread>
#include <utility>
#include <vector>

namespace dim::changeset {

using manifest::Entry;
using manifest::EntryType;

namespace {

/// That are made at once.
constexpr unsigned kContents = 4;
/// Of the changeset, in bytes; as a whole it is in memory.
constexpr std::uint64_t kSmallContent = std::uint64_t{1} << 20;

Error wrong_content() {
    return {ErrorCode::invalid_input, "a content is not what its digest says"};
}

/// The content of a file, on its way there.
class WrittenContent {
public:
    explicit WrittenContent(const sys::Fd& file) : file_(file) {}
    Result<void> add(std::string_view bytes) {
        hash_.add(bytes);
        size_ += bytes.size();
        return sys::write_all(file_, bytes);
    }
    bool is(const Content& content) {
        return size_ == content.size && hash_.finish() == content.sha256;
    }

private:
    const sys::Fd& file_;
    tls::Sha256 hash_;
    std::uint64_t size_ = 0;
};

Result<void> write_whole(const Source& bytes, WrittenContent& written) {
    std::vector<char> piece(kPiece);
    for (;;) {
        DIM_TRY(const std::size_t count, bytes(piece));
        if (count == 0) return {};
        DIM_CHECK(written.add({piece.data(), count}));
    }
}

/// A file of the older tree, whatever stands there by now.
Result<sys::Fd> open_file(const StagedContents::OpenOlder& open_older, const std::string& path) {
    DIM_TRY(sys::Fd file, open_older(path));
    DIM_TRY(const sys::FileStatus status, sys::fstat(file));
    if (!S_ISREG(status.mode))
        return fail(ErrorCode::conflict, manifest::escape(path) + " is no file any more");
    return file;
}

sys::FileAttributes attributes_of(const Entry& entry, mode_t type) {
    return {.mode = type | entry.mode,
            .owner = entry.owner,
            .group = entry.group,
            .modified = entry.modified,
            .extended = entry.attributes};
}

}  // namespace

std::string StagedContents::name_of(const Entry& entry) { return tls::to_hex(entry.sha256); }

namespace {

Result<std::string> read_all(ChangesetReader& reader, std::uint64_t size) {
    std::string bytes(size, '\0');
    for (std::size_t done = 0; done < bytes.size();) {
        DIM_TRY(const std::size_t count, reader.read(std::span(bytes).subspan(done)));
        if (count == 0) return fail(wrong_content());
        done += count;
    }
    return bytes;
}

/// BYTES, piece by piece.
Source source_of(std::string bytes) {
    return [bytes = std::move(bytes),
            done = std::size_t{0}](std::span<char> buffer) mutable -> Result<std::size_t> {
        const std::size_t count = bytes.copy(buffer.data(), buffer.size(), done);
        done += count;
        return count;
    };
}

}  // namespace

/// Small contents are made by threads of their own, while the next ones are read.
Result<void> StagedContents::fill(ChangesetReader& reader, const OpenOlder& open_older,
                                  const Progress& progress) const {
    const std::size_t at_once = std::clamp(std::thread::hardware_concurrency(), 1U, kContents);
    const std::size_t count = needed_files(reader.outline()).size();
    std::deque<std::future<Result<void>>> unfinished;
    for (std::size_t done = 0;; ++done) {
        DIM_TRY(const auto content, reader.next());
        if (!content) break;
        progress("stage", done, count);
        if (content->bytes > kSmallContent) {
            DIM_CHECK(add(
                *content, [&](std::span<char> buffer) { return reader.read(buffer); }, open_older));
            continue;
        }
        DIM_TRY(std::string bytes, read_all(reader, content->bytes));
        unfinished.push_back(begin_work(
            [this, &open_older, content = *content, source = source_of(std::move(bytes))] {
                return add(content, source, open_older);
            }));
        if (unfinished.size() < at_once) continue;
        DIM_CHECK(unfinished.front().get());
        unfinished.pop_front();
    }
    for (std::future<Result<void>>& last : unfinished)
        DIM_CHECK(last.get());
    return {};
}

Result<void> StagedContents::add(const Content& content, const Source& bytes,
                                 const OpenOlder& open_older) const {
    DIM_TRY(const sys::Fd file,
            sys::openat(directory_, tls::to_hex(content.sha256), O_RDWR | O_CREAT | O_EXCL, 0600));
    WrittenContent written(file);
    bool is_right = false;
    switch (content.form) {
        case Form::whole:
            DIM_CHECK(write_whole(bytes, written));
            is_right = written.is(content);
            break;
        case Form::same: {
            DIM_TRY(const sys::Fd older, open_file(open_older, content.path));
            DIM_TRY([[maybe_unused]] const auto method, sys::copy_file(older, file));
            DIM_TRY(is_right, has_content(file, content));
            break;
        }
        case Form::delta: {
            DIM_TRY(const sys::Fd older, open_file(open_older, content.path));
            DIM_CHECK(apply_delta(older, bytes, content.size,
                                  [&](std::string_view piece) { return written.add(piece); }));
            is_right = written.is(content);
            break;
        }
    }
    if (!is_right) return fail(wrong_content());
    return sys::punch_zeros(file);
}

Result<bool> has_content(const sys::Fd& file, const Content& content) {
    std::vector<char> piece(kPiece);
    tls::Sha256 hash;
    std::uint64_t offset = 0;
    for (;;) {
        DIM_TRY(const std::size_t count, sys::read_at(file, piece, offset));
        if (count == 0) break;
        hash.add({piece.data(), count});
        offset += count;
    }
    return offset == content.size && hash.finish() == content.sha256;
}

Result<void> make_special(const Entry& entry, const sys::Fd& directory, const std::string& name) {
    DIM_TRY(sys::Fd same, sys::dup(directory));
    sys::TreeWriter writer(std::move(same), sys::TreeWriter::Links::refused);
    const dev_t device = ::makedev(entry.device_major, entry.device_minor);
    switch (entry.type) {
        case EntryType::symlink:
            return writer.symlink(name, entry.target, attributes_of(entry, S_IFLNK));
        case EntryType::block_device:
            return writer.special(name, device, attributes_of(entry, S_IFBLK));
        case EntryType::character_device:
            return writer.special(name, device, attributes_of(entry, S_IFCHR));
        case EntryType::fifo: return writer.special(name, 0, attributes_of(entry, S_IFIFO));
        case EntryType::socket: return writer.special(name, 0, attributes_of(entry, S_IFSOCK));
        case EntryType::file:
        case EntryType::directory: break;
    }
    return fail(ErrorCode::internal, "neither a file nor a directory is special");
}

Result<void> set_attributes(const sys::Fd& file, const Entry& entry) {
    return sys::replace_attributes(file, attributes_of(entry, S_IFREG));
}

}  // namespace dim::changeset
