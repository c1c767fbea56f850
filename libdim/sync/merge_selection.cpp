#include "libdim/sync/merge_selection.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sync/merge.hpp"

#include <algorithm>

namespace dim::sync {

namespace {

constexpr std::size_t kShownWordBytes = 40;

std::string names_of_files() {
    std::string names;
    for (const MergeFile& file : merge_files())
        names.append(names.empty() ? "" : ", ").append(file.name);
    return names;
}

}  // namespace

Result<MergeSelection> MergeSelection::parse(std::string_view text) {
    MergeSelection made;
    if (text == kAll) return made;
    made.has_all_ = false;
    if (text == kNone) return made;
    for (const std::string_view word : split(text, ',')) {
        const auto file = std::ranges::find(merge_files(), trim(word), &MergeFile::name);
        if (file == merge_files().end())
            return fail(Error(ErrorCode::invalid_input, "'" + printable(word, kShownWordBytes) +
                                                            "' is no file that is merged")
                            .with_cure("all, none, or some of these with ',' between: " +
                                       names_of_files()));
        made.files_ |= 1U << static_cast<unsigned>(file - merge_files().begin());
    }
    return made;
}

bool MergeSelection::has(std::string_view path) const {
    if (has_all_) return true;
    const auto file = std::ranges::find(merge_files(), path, &MergeFile::path);
    return file != merge_files().end() &&
           (files_ >> static_cast<unsigned>(file - merge_files().begin()) & 1U) != 0;
}

std::string MergeSelection::to_text() const {
    if (has_all_) return std::string(kAll);
    std::string text;
    for (const MergeFile& file : merge_files())
        if (has(file.path)) text.append(text.empty() ? "" : ",").append(file.name);
    return text.empty() ? std::string(kNone) : text;
}

}  // namespace dim::sync
