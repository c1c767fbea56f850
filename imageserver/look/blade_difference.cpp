#include "imageserver/image/image_inspection.hpp"
#include "imageserver/look/blade_looks.hpp"
#include "imageserver/look/blade_view.hpp"
#include "libdim/manifest/compare.hpp"
#include "libdim/manifest/scan_tree.hpp"

#include <algorithm>

namespace dim::server {

using manifest::Entry;
using manifest::EntryType;
using manifest::Manifest;

namespace {

/// A blade can fill its image with names alone; a distribution's private part has some thousands.
constexpr std::uint64_t kNames = 1'000'000;
constexpr std::uint64_t kNamesBytes = std::uint64_t{256} << 20;
/// Blades that boot need the others.
constexpr unsigned kThreads = 2;
constexpr std::uint64_t kReadsInterval = 100;

const Entry* find_entry(const Manifest& manifest, const std::string& path) {
    const auto found = std::ranges::lower_bound(manifest.entries, path, {}, &Entry::path);
    return found != manifest.entries.end() && found->path == path ? &*found : nullptr;
}

Result<manifest::ScannedTree> scan_names(const sys::Fd& root, const TreeRecord& newest,
                                         std::size_t expected, const Progress& progress) {
    manifest::ScanSettings settings;
    // A clone has the inodes of the golden image, and what was not touched its times.
    settings.previous = &newest.tree;
    settings.threads = kThreads;
    settings.content = manifest::Content::left_out;
    settings.entries_limit = kNames;
    settings.names_limit = kNamesBytes;
    settings.progress = [&](std::uint64_t entries) {
        progress("look at the blade image", entries, std::max<std::uint64_t>(entries, expected));
    };
    return manifest::scan_tree(root, settings);
}

/// Whether only the content of FILE tells if it is as THEN.
bool is_to_read(const Entry& file, const Entry* then) {
    return file.type == EntryType::file && file.sha256 == tls::Sha256Digest{} && then != nullptr &&
           then->type == EntryType::file && then->size == file.size;
}

/// Reads what decides: files of which THEN has one of the same size.
Result<void> read_undecided(const sys::Fd& root, const Manifest& then, Manifest& now,
                            const Progress& progress) {
    std::uint64_t count = 0;
    for (Entry& file : now.entries) {
        if (!is_to_read(file, find_entry(then, file.path))) continue;
        if (count++ % kReadsInterval == 0) progress("read what may have changed", count, 0);
        auto read = entry_at(root, file.path, manifest::Content::read);
        // What changes while it is read is not as it was; it differs without a digest.
        if (!read && read.error().code() == ErrorCode::conflict) continue;
        if (!read) return fail(std::move(read).error());
        if (!*read) continue;
        (*read)->link_group = file.link_group;
        file = **std::move(read);
    }
    return {};
}

/// Every ext4 has that directory, which no manifest of a golden image has.
void drop_lost_and_found(std::vector<manifest::Difference>& differences) {
    std::erase_if(differences, [](const manifest::Difference& difference) {
        return difference.path == "lost+found" &&
               difference.kind == manifest::DifferenceKind::created;
    });
}

}  // namespace

Result<api::BladeDifference> BladeLooks::difference(const api::BladeQuestion& question,
                                                    const Progress& progress) {
    DIM_TRY(const api::BladeImage image, choose(question.blade, question.image));
    DIM_TRY(const Golden golden, golden_of(image));
    DIM_TRY(const sys::Fd root, open_private_root(images_, image));
    const Manifest& then = golden.manifest;
    DIM_TRY(manifest::ScannedTree now,
            scan_names(root, golden.newest, then.entries.size(), progress));
    DIM_CHECK(read_undecided(root, then, now.manifest, progress));
    std::vector<manifest::Difference> differences = manifest::compare(then, now.manifest);
    drop_lost_and_found(differences);
    DIM_TRY(const auto written, overrides_.written(image.blade, image.image));
    api::BladeDifference told{.blade = image.blade,
                              .image = image.image,
                              .generation = image.generation,
                              .difference_count = differences.size(),
                              .differences = {}};
    std::vector<api::TreeDifference> first = tell_differences(differences);
    for (std::size_t i = 0; i < first.size(); ++i) {
        told.differences.push_back({.path = std::move(first[i].path),
                                    .kind = std::move(first[i].kind),
                                    .aspects = std::move(first[i].aspects),
                                    .rule = {}});
        const auto entry = written.find(differences[i].path);
        if (entry != written.end()) told.differences.back().rule = entry->second.rule;
    }
    return told;
}

}  // namespace dim::server
