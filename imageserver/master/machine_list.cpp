#include "imageserver/master/machine_list.hpp"

#include "imageserver/master/entry_path.hpp"
#include "libdim/base/parse_number.hpp"
#include "libdim/base/take_word.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <unordered_set>
#include <utility>

namespace dim::server {

namespace {

/// A path, and six numbers.
constexpr std::size_t kRecordBytes = 4096 + 256;
constexpr std::size_t kDigitsOfNanoseconds = 9;

Error no_list(std::string_view record) {
    return Error(ErrorCode::invalid_input,
                 "the machine listed something else: '" + printable(record, 100) + "'")
        .with_cure("its shell must say nothing by itself: look at what 'ssh HOST true' prints");
}

/// By find's letter; none for what is left out: tar does not have it, either.
std::optional<mode_t> type_of(std::string_view letter) {
    if (letter == "f") return S_IFREG;
    if (letter == "d") return S_IFDIR;
    if (letter == "l") return S_IFLNK;
    if (letter == "b") return S_IFBLK;
    if (letter == "c") return S_IFCHR;
    if (letter == "p") return S_IFIFO;
    return std::nullopt;
}

/// "1700000000.1234567890": find writes more digits than there are.
Result<sys::FileTime> parse_find_time(std::string_view text) {
    const std::size_t point = std::min(text.find('.'), text.size());
    DIM_TRY(const auto seconds, parse_number<std::int64_t>(text.substr(0, point)));
    std::string fraction(point == text.size() ? "" : text.substr(point + 1));
    fraction.resize(kDigitsOfNanoseconds, '0');
    DIM_TRY(const auto nanoseconds, parse_number<std::uint32_t>(fraction, 0, 999'999'999));
    return sys::FileTime{.seconds = seconds, .nanoseconds = nanoseconds};
}

std::string_view above(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? std::string_view{} : path.substr(0, slash);
}

/// A directory that PATH is in is left out.
bool is_in_left_out(std::string_view path, const sys::TreeFilter& filter) {
    for (path = above(path); !path.empty(); path = above(path))
        if (filter.leaves_out(std::string(path))) return true;
    return false;
}

Result<std::vector<ListedName>> tree_of(std::vector<ListedName> names,
                                        const sys::TreeFilter& filter) {
    std::ranges::sort(names, {}, &ListedName::path);
    std::size_t kept = 0;
    std::unordered_set<std::string_view> directories;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const ListedName& name = names[i];
        // Where a disk is mounted both find it.
        if (kept != 0 && names[kept - 1].path == name.path) continue;
        const bool is_root = name.path.empty();
        if (!is_root && filter.leaves_out && filter.leaves_out(name.path)) continue;
        if (!is_root && !directories.contains(above(name.path))) {
            if (filter.leaves_out && is_in_left_out(name.path, filter)) continue;
            return fail(ErrorCode::invalid_input, "the machine listed " +
                                                      printable(name.path, 200) +
                                                      " in what is no directory");
        }
        if (is_root && !S_ISDIR(name.type)) break;
        if (kept != i) names[kept] = std::move(names[i]);
        // It stays in this place.
        if (S_ISDIR(names[kept].type)) directories.insert(names[kept].path);
        ++kept;
    }
    if (kept == 0) return fail(ErrorCode::invalid_input, "the machine listed no directory at all");
    names.resize(kept);
    return names;
}

}  // namespace

Result<void> ListReader::feed(std::string_view bytes) {
    list_.bytes += bytes.size();
    if (list_.bytes > limits_.bytes)
        return fail(ErrorCode::limit_exceeded, "the machine's list is too long");
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\0');
        const std::string_view piece = bytes.substr(0, end);
        if (partial_.size() + piece.size() > kRecordBytes)
            return fail(no_list(partial_ + std::string(piece)));
        partial_ += piece;
        if (end == bytes.npos) return {};
        DIM_CHECK(take(partial_));
        partial_.clear();
        bytes.remove_prefix(end + 1);
    }
    return {};
}

Result<void> ListReader::take(std::string_view record) {
    if (!has_title_) {
        if (!record.starts_with(kListTitle)) return fail(no_list(record));
        const auto began = parse_number<std::int64_t>(record.substr(kListTitle.size()), 0);
        if (!began) return fail(no_list(record));
        list_.began = *began;
        has_title_ = true;
        return {};
    }
    if (status_) return fail(no_list(record));
    if (!record.starts_with(kListEnd)) return take_name(record);
    const auto status = parse_number<int>(record.substr(kListEnd.size()), 0, 255);
    if (!status) return fail(no_list(record));
    status_ = *status;
    return {};
}

Result<void> ListReader::take_name(std::string_view record) {
    if (list_.names.size() >= limits_.names) {
        return fail(ErrorCode::limit_exceeded,
                    "the machine has more than " + std::to_string(limits_.names) + " files");
    }
    const std::string_view whole = record;
    const std::string_view letter = take_word(record);
    const auto size = parse_number<std::uint64_t>(take_word(record));
    const auto device = parse_number<std::uint64_t>(take_word(record));
    const auto inode = parse_number<std::uint64_t>(take_word(record));
    const auto modified = parse_find_time(take_word(record));
    const auto changed = parse_find_time(take_word(record));
    if (letter.size() != 1 || !size || !device || !inode || !modified || !changed)
        return fail(no_list(whole));
    DIM_TRY(std::string path, entry_path(record));
    const auto type = type_of(letter);
    if (!type) return {};
    list_.names.push_back({.path = std::move(path),
                           .type = *type,
                           .size = *size,
                           .device = *device,
                           .inode = *inode,
                           .modified = *modified,
                           .changed = *changed});
    return {};
}

Result<MachineList> ListReader::finish(const sys::TreeFilter& filter) && {
    if (!status_ || !partial_.empty()) {
        return fail(Error(ErrorCode::unavailable, "the machine's list was cut short after " +
                                                      std::to_string(count()) + " names")
                        .with_cure("is it still up? Try again"));
    }
    DIM_TRY(list_.names, tree_of(std::move(list_.names), filter));
    return std::move(list_);
}

}  // namespace dim::server
