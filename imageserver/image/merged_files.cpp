#include "imageserver/image/merged_files.hpp"

#include "libdim/manifest/escaped_text.hpp"
#include "libdim/sync/merge.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/file_attributes.hpp"
#include "libdim/tls/sha256.hpp"

#include <utility>

namespace dim::server {

using manifest::Entry;

namespace {

/// The content of the file that ENTRY is of; nothing is read of another.
Result<std::string> content_of(const sys::Fd& root, const Entry& entry) {
    const auto read = [&]() -> Result<std::string> {
        DIM_TRY(const sys::Fd file,
                sys::open_beneath(root, entry.path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
        DIM_TRY(std::string text, sys::read_all(file, static_cast<std::size_t>(entry.size)));
        tls::Sha256 hash;
        hash.add(text);
        if (hash.finish() == entry.sha256) return text;
        return fail(Error(ErrorCode::conflict, "it is written to")
                        .with_cure("try again when nothing writes to it"));
    };
    auto text = read();
    if (!text) return fail(std::move(text).error().with_context(manifest::escape(entry.path)));
    return text;
}

/// What only one side changed is as that side says; where both did, as the blade does.
template <class Value>
const Value& either(const Value& older, const Value& newer, const Value& blade) {
    return blade == older ? newer : blade;
}

Entry merged_entry(const Entry& older, const Entry& newer, const Entry& blade,
                   const std::string& text) {
    Entry entry = blade;
    entry.link_group = 0;
    entry.mode = either(older.mode, newer.mode, blade.mode);
    entry.owner = either(older.owner, newer.owner, blade.owner);
    entry.group = either(older.group, newer.group, blade.group);
    entry.attributes = either(older.attributes, newer.attributes, blade.attributes);
    tls::Sha256 hash;
    hash.add(text);
    const tls::Sha256Digest digest = hash.finish();
    if (digest == blade.sha256) return entry;
    entry.sha256 = digest;
    entry.size = text.size();
    entry.modified = sys::current_file_time();
    return entry;
}

}  // namespace

Result<std::optional<changeset::ThreeWayRules::Merged>>
MergedFiles::merge(const Entry& older, const Entry& newer, const Entry& blade) {
    const auto kind = sync::merge_for(blade.path);
    if (!kind) return std::nullopt;
    for (const Entry* entry : {&older, &newer, &blade})
        if (entry->size > sync::kMergeLimit) return std::nullopt;
    DIM_TRY(const std::string older_text, content_of(older_, older));
    DIM_TRY(const std::string newer_text, content_of(newer_, newer));
    DIM_TRY(const std::string blade_text, content_of(root_, blade));
    auto merged = sync::merge(*kind, older_text, newer_text, blade_text);
    if (!merged) return std::nullopt;
    Entry entry = merged_entry(older, newer, blade, merged->text);
    texts_.insert_or_assign(blade.path, std::move(merged->text));
    return changeset::ThreeWayRules::Merged{.entry = std::move(entry),
                                            .conflicts = std::move(merged->conflicts)};
}

Result<void> MergedFiles::provide(const Entry& entry, const sys::Fd& directory,
                                  const std::string& name) {
    DIM_TRY(const sys::Fd file,
            sys::openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    DIM_CHECK(sys::write_all(file, texts_.at(entry.path)));
    return sys::replace_attributes(file, {.mode = entry.mode,
                                          .owner = entry.owner,
                                          .group = entry.group,
                                          .modified = entry.modified,
                                          .extended = entry.attributes});
}

}  // namespace dim::server
