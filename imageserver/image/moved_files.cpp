#include "imageserver/image/moved_files.hpp"

#include "libdim/sys/file.hpp"
#include "libdim/sys/file_attributes.hpp"
#include "libdim/sys/write_out.hpp"

namespace dim::server {

using manifest::Entry;
using manifest::EntryType;

namespace {

/// So many files are written out one by one. To sync a file system writes down its journal, too,
/// but gives the device the contents of many files in few pieces.
constexpr std::size_t kFewFiles = 16;

Result<void> make_file(const Entry& entry, std::string_view text, const sys::Fd& directory,
                       const std::string& name) {
    DIM_TRY(const sys::Fd file,
            sys::openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    DIM_CHECK(sys::write_all(file, text));
    return sys::replace_attributes(file, {.mode = entry.mode,
                                          .owner = entry.owner,
                                          .group = entry.group,
                                          .modified = entry.modified,
                                          .extended = entry.attributes});
}

}  // namespace

Result<void> MovedFiles::make(const Entry& entry, const sys::Fd& directory,
                              const std::string& name) {
    if (merged_.has(entry.path)) return merged_.provide(entry, directory, name);
    const manifest::KnownContent* content =
        entry.type == EntryType::file ? small_.find(entry.path) : nullptr;
    return content != nullptr && content->digest == entry.sha256
               ? make_file(entry, content->text, directory, name)
               : files_.provide(entry, directory, name);
}

Result<void> MovedFiles::provide(const Entry& entry, const sys::Fd& directory,
                                 const std::string& name) {
    DIM_CHECK(make(entry, directory, name));
    if (entry.type != EntryType::file || ++unsettled_ > kFewFiles) return {};
    DIM_TRY(sys::Fd file, sys::openat(directory, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW));
    written_.push_back(std::move(file));
    return {};
}

Result<void> MovedFiles::settle() {
    const bool are_few = std::exchange(unsettled_, 0) <= kFewFiles;
    const std::vector<sys::Fd> written = std::exchange(written_, {});
    if (!are_few) return sys::syncfs(root_);
    for (const sys::Fd& file : written)
        DIM_CHECK(sys::start_write_out(file));
    for (const sys::Fd& file : written)
        DIM_CHECK(sys::finish_write_out(file));
    return {};
}

}  // namespace dim::server
