#include "imageserver/image/tree_generations.hpp"

#include "imageserver/image/loop_mount.hpp"
#include "imageserver/image/shared_root.hpp"
#include "libdim/manifest/delta.hpp"
#include "libdim/manifest/manifest_text.hpp"
#include "libdim/manifest/read_entry.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>

namespace dim::server {

using manifest::Entry;
using manifest::Manifest;
using manifest::TreeChange;
using manifest::TreeSource;
using model::Generation;

namespace {

/// Between two reports.
constexpr std::uint64_t kPutsInterval = 500;

std::string delta_file(const std::string& stem) { return stem + ".delta"; }

Result<void> remove_if_there(const std::string& path) {
    Result<void> done = sys::unlink(path);
    return !done && done.error().code() == ErrorCode::not_found ? Result<void>() : done;
}

Result<void> remove_directory_tree(const std::string& path) {
    const std::filesystem::path split(path);
    const auto parent = sys::open_directory(split.parent_path());
    if (!parent && parent.error().code() == ErrorCode::not_found) return {};
    if (!parent) return fail(parent.error());
    return sys::remove_tree(*parent, split.filename());
}

Result<manifest::DeltaText> read_delta(const std::string& path) {
    DIM_TRY(const std::string text, sys::read_file(path, manifest::kTextLimit));
    return manifest::parse_delta(text);
}

Result<Generation> next(Generation generation) {
    return Generation::from_number(generation.number() + 1);
}

/// The entry of PATH in a manifest that has it.
std::size_t index_of(const Manifest& manifest, const std::string& path) {
    return static_cast<std::size_t>(
        std::ranges::lower_bound(manifest.entries, path, {}, &Entry::path) -
        manifest.entries.begin());
}

/// What ENTRY of WANT is in fact, now that it is in the tree: its master may have changed since it
/// was looked at, unless its content IS_EXACT.
Result<void> read_back(const sys::Fd& root, std::uint64_t device, bool is_exact, Entry& entry) {
    const std::filesystem::path path(entry.path);
    DIM_TRY(const sys::Fd directory,
            path.has_parent_path()
                ? sys::open_beneath(root, path.parent_path().string(), O_RDONLY | O_DIRECTORY)
                : sys::dup(root));
    DIM_TRY(auto read,
            manifest::read_entry(directory, path.filename(), entry.path, device,
                                 is_exact ? manifest::Content::left_out : manifest::Content::read));
    if (!read) return fail(ErrorCode::conflict, entry.path + " went away");
    if (is_exact && read->entry.size == entry.size) read->entry.sha256 = entry.sha256;
    read->entry.link_group = entry.link_group;
    entry = std::move(read->entry);
    return {};
}

/// TREE is below ROOT as well, by other names: links change the time of an inode's last change, not
/// what it holds.
void renew_stamps(const sys::Fd& root, manifest::ScannedTree& tree) {
    tree.cache.assign(tree.manifest.entries.size(), std::nullopt);
    const std::int64_t before_us = sys::realtime_us() - manifest::kClockResolutionUs;
    for (std::size_t i = 0; i < tree.cache.size(); ++i) {
        const Entry& entry = tree.manifest.entries[i];
        const auto opened = entry.path.empty()
                                ? sys::dup(root)
                                : sys::open_beneath(root, entry.path, O_PATH | O_NOFOLLOW);
        const auto status = opened ? sys::fstat(*opened) : fail(opened.error());
        if (status &&
            status->changed.seconds * 1'000'000 + status->changed.nanoseconds / 1000 < before_us)
            tree.cache[i] = manifest::Stamp{.inode = status->inode, .changed = status->changed};
    }
}

}  // namespace

std::string TreeGenerations::tree(Generation generation) const {
    return part_ == ImagePart::shared ? paths_->shared(image_, generation) : paths_->golden(image_);
}

std::string TreeGenerations::past(Generation generation) const {
    return part_ == ImagePart::shared ? paths_->shared_past(image_, generation)
                                      : paths_->golden_past(image_, generation);
}

std::string TreeGenerations::stem(Generation generation) const {
    return part_ == ImagePart::shared ? paths_->shared_record(image_, generation)
                                      : paths_->golden_record(image_, generation);
}

Result<void> TreeGenerations::open_file_system() const {
    if (part_ == ImagePart::shared) {
        DIM_TRY([[maybe_unused]] const MountState before,
                mount_shared_file_system(image_, *paths_));
        return {};
    }
    DIM_TRY(const MountState state,
            inspect_mount(paths_->golden_file(image_), paths_->golden(image_)));
    if (state == MountState::mounted) return {};
    DIM_CHECK(unmount_below(paths_->golden(image_)));
    return mount_file(paths_->golden_file(image_), paths_->golden(image_));
}

Result<void> TreeGenerations::close_file_system() const {
    if (part_ == ImagePart::shared || !is_mount_point(paths_->golden(image_))) return {};
    DIM_CHECK(unmount_below(paths_->golden(image_)));
    return sys::fsync(paths_->golden_file(image_));
}

Result<sys::Fd> TreeGenerations::open_tree(Generation generation) const {
    return sys::open_directory(tree(generation));
}

Result<TreeRecord> TreeGenerations::record(Generation newest) const {
    DIM_TRY(std::optional<TreeRecord> found, read_tree_record(stem(newest)));
    if (found) return *std::move(found);
    return fail(Error(ErrorCode::conflict,
                      "image " + image_.text() + " has no manifest " + manifest_file(stem(newest)))
                    .with_cure("put the file back from a back-up"));
}

Result<Manifest> TreeGenerations::manifest_of(Generation number, Generation newest) const {
    DIM_TRY(TreeRecord newer, record(newest));
    Manifest manifest = std::move(newer.tree.manifest);
    std::string digest = newer.digest;
    for (std::uint32_t back = newest.number() - 1; back >= number.number(); --back) {
        DIM_TRY(const Generation generation, Generation::from_number(back));
        const std::string path = delta_file(stem(generation));
        // Of one that was collected there is none; the digests tell whether another one is missing.
        if (generation != number && !sys::stat(path)) continue;
        const auto apply_delta = [&]() -> Result<Manifest> {
            DIM_TRY(const manifest::DeltaText delta, read_delta(path));
            if (delta.from != digest)
                return fail(ErrorCode::invalid_input, "it is not the delta of the next generation");
            DIM_TRY(Manifest older, apply(delta.delta, std::move(manifest)));
            digest = manifest::digest_of(to_text(older));
            if (digest != delta.to)
                return fail(ErrorCode::invalid_input, "what it gives has another digest");
            return older;
        };
        Result<Manifest> older = apply_delta();
        if (!older) {
            return fail(std::move(older).error().with_context(path).with_cure(
                "put the file back from a back-up"));
        }
        manifest = *std::move(older);
    }
    return manifest;
}

/// The chain stays whole at each step: an older generation is had by way of NUMBER until its delta
/// says otherwise, and that of NUMBER goes after it.
Result<void> TreeGenerations::hand_down(const Collection& collection) const {
    DIM_TRY(const Manifest newer, manifest_of(collection.newer, collection.newest));
    const std::string newer_digest = manifest::digest_of(to_text(newer));
    const std::string path = delta_file(stem(*collection.older));
    DIM_TRY(const manifest::DeltaText known, read_delta(path));
    if (known.from == newer_digest) return {};
    DIM_TRY(const Manifest collected, manifest_of(collection.number, collection.newest));
    DIM_TRY(const Manifest older, manifest_of(*collection.older, collection.newest));
    const std::string keep_path = past(*collection.older);
    DIM_CHECK(sys::ensure_directory(keep_path, 0700));
    DIM_TRY(const sys::Fd keep, sys::open_directory(keep_path));
    TreeChange needed = plan_change(collected, newer);
    std::erase_if(needed.lost, [&](const Entry* entry) {
        const std::size_t at = index_of(older, entry->path);
        return at == older.entries.size() || older.entries[at].path != entry->path ||
               sys::open_beneath(keep, entry->path, O_PATH | O_NOFOLLOW).has_value();
    });
    if (!needed.lost.empty()) {
        DIM_TRY(const sys::Fd root, sys::open_directory(past(collection.number)));
        DIM_CHECK(keep_lost(needed, root, keep));
        DIM_CHECK(sys::syncfs(keep));
    }
    const manifest::Delta back = delta_between(newer, older);
    return sys::write_file_atomically(path, to_text(back, newer_digest, known.to), 0600);
}

Result<void> TreeGenerations::collect(const Collection& collection) const {
    if (part_ == ImagePart::shared) DIM_CHECK(open_file_system());
    if (collection.older && sys::stat(delta_file(stem(collection.number))))
        DIM_CHECK(hand_down(collection));
    DIM_CHECK(remove_if_there(delta_file(stem(collection.number))));
    DIM_CHECK(sys::fsync(paths_->image(image_)));
    DIM_CHECK(remove_directory_tree(past(collection.number)));
    if (part_ == ImagePart::golden) return {};
    DIM_CHECK(remove_directory_tree(tree(collection.number)));
    DIM_TRY(const sys::Fd root, open_tree(collection.newest));
    DIM_CHECK(sys::syncfs(root));
    sys::discard_unused(root);
    return {};
}

Result<std::vector<sys::Fd>> TreeGenerations::past_roots(Generation number,
                                                         Generation newest) const {
    // What the golden image lost is kept beside it.
    if (part_ == ImagePart::shared) DIM_CHECK(open_file_system());
    std::vector<sys::Fd> roots;
    for (Generation at = number; at < newest;) {
        Result<sys::Fd> root = sys::open_directory(past(at));
        // Nothing was replaced.
        if (!root && root.error().code() != ErrorCode::not_found)
            return fail(std::move(root).error());
        if (root) roots.push_back(*std::move(root));
        DIM_TRY(at, next(at));
    }
    return roots;
}

namespace {

/// Links every file of the tree FROM, which holds MANIFEST, into the empty directory TO.
Result<void> link_tree(std::vector<sys::Fd> from, const Manifest& manifest, const sys::Fd& to) {
    TreeSource links(std::move(from), TreeSource::Take::links);
    Manifest nothing{{manifest.entries.front()}};
    return carry_out(plan_change(nothing, manifest), to, links, {});
}

/// What of CACHE, of the tree OLD, is true of MADE as well: everything that was not touched.
manifest::ScanCache carry_over(const manifest::ScannedTree& old, const Manifest& made,
                               const TreeChange& change) {
    manifest::ScanCache cache(made.entries.size());
    if (old.cache.size() != old.manifest.entries.size()) return cache;
    std::size_t before = 0;
    for (std::size_t i = 0; i < cache.size(); ++i) {
        const auto& known = old.manifest.entries;
        while (before < known.size() && known[before].path < made.entries[i].path)
            ++before;
        if (before < known.size() && known[before].path == made.entries[i].path)
            cache[i] = old.cache[before];
    }
    for (const TreeChange::Put& put : change.puts)
        cache[index_of(made, put.entry->path)].reset();
    for (const Entry* directory : change.directories)
        cache[index_of(made, directory->path)].reset();
    return cache;
}

}  // namespace

/// Returns what the tree of advance.to holds then, unless that is what RECORD says.
Result<std::optional<manifest::ScannedTree>>
TreeGenerations::begin_tree(const Advance& advance, const TreeRecord& record) const {
    if (part_ == ImagePart::golden) return std::nullopt;
    const std::string from = tree(advance.from);
    const std::string to = tree(advance.to);
    if (!advance.is_from_in_use) {
        DIM_CHECK(sys::rename(from, to));
        return std::nullopt;
    }
    std::vector<sys::Fd> roots(1);
    DIM_TRY(roots.front(), sys::open_directory(from));
    // Links change every file's time of change: what was changed by hand is seen now or never.
    DIM_TRY(manifest::ScannedTree now, scan_image_tree(roots.front(), &record.tree));
    DIM_CHECK(sys::mkdir(to, 0755));
    DIM_TRY(const sys::Fd root, sys::open_directory(to));
    DIM_CHECK(link_tree(std::move(roots), now.manifest, root));
    renew_stamps(root, now);
    return now;
}

Result<void> TreeGenerations::rebuild(Generation number, Generation newest) const {
    const std::string wanted = tree(number);
    DIM_CHECK(open_file_system());
    if (sys::stat(wanted)) return {};
    DIM_TRY(const Manifest manifest, manifest_of(number, newest));
    DIM_TRY(std::vector<sys::Fd> roots, past_roots(number, newest));
    DIM_TRY(sys::Fd live, open_tree(newest));
    roots.push_back(std::move(live));
    const std::string unfinished = paths_->shared_file_system(image_) + "/unfinished";
    DIM_CHECK(remove_directory_tree(unfinished));
    DIM_CHECK(sys::mkdir(unfinished, 0755));
    DIM_TRY(const sys::Fd root, sys::open_directory(unfinished));
    DIM_CHECK(link_tree(std::move(roots), manifest, root));
    return sys::rename(unfinished, wanted);
}

Result<void> TreeGenerations::set_back(const sys::Fd& root, Generation number,
                                       Generation newest) const {
    DIM_TRY(const TreeRecord have, record(newest));
    DIM_TRY(const Manifest want, manifest_of(number, newest));
    DIM_TRY(std::vector<sys::Fd> roots, past_roots(number, newest));
    TreeSource source(std::move(roots), TreeSource::Take::copies);
    DIM_CHECK(carry_out(plan_change(have.tree.manifest, want), root, source, {}));
    return sys::syncfs(root);
}

namespace {

/// What of MANIFEST has a path of WANTED, and the directories that it is in.
Manifest with_directories(const Manifest& manifest, const std::vector<std::string>& wanted) {
    const std::set<std::string_view> files(wanted.begin(), wanted.end());
    std::set<std::string_view> directories{""};
    for (const std::string_view path : files)
        for (std::size_t slash = path.rfind('/'); slash != path.npos && slash != 0;
             slash = path.rfind('/', slash - 1))
            directories.insert(path.substr(0, slash));
    return select_entries(manifest, [&](const Entry& entry) {
        return (entry.type == manifest::EntryType::directory ? directories : files)
            .contains(entry.path);
    });
}

}  // namespace

Result<void> TreeGenerations::extract(const std::vector<std::string>& wanted, Generation number,
                                      Generation newest, const sys::Fd& to) const {
    DIM_TRY(const Manifest all, manifest_of(number, newest));
    const Manifest some = with_directories(all, wanted);
    const Manifest nothing{{some.entries.front()}};
    DIM_CHECK(open_file_system());
    const auto copy = [&]() -> Result<void> {
        DIM_TRY(std::vector<sys::Fd> roots, past_roots(number, newest));
        DIM_TRY(sys::Fd live, open_tree(newest));
        roots.push_back(std::move(live));
        TreeSource source(std::move(roots), TreeSource::Take::copies);
        return carry_out(plan_change(nothing, some), to, source, {});
    };
    Result<void> copied = copy();
    DIM_CHECK(close_file_system());
    return copied;
}

Result<TreeRecord> TreeGenerations::change_tree(Advance& advance, const manifest::ScannedTree& have,
                                                manifest::FileSource& source,
                                                const Progress& progress) const {
    DIM_TRY(const sys::Fd root, open_tree(advance.to));
    TreeRecord made{.tree = {.manifest = std::move(advance.want), .cache = {}}, .digest = {}};
    const TreeChange change = plan_change(have.manifest, made.tree.manifest);
    if (!change.lost.empty()) {
        DIM_CHECK(sys::ensure_directory(past(advance.from), 0700));
        DIM_TRY(const sys::Fd keep, sys::open_directory(past(advance.from)));
        DIM_CHECK(keep_lost(change, root, keep));
        // Kept is kept before anything is replaced, also after a power failure.
        DIM_CHECK(sys::syncfs(keep));
    }
    const std::string what =
        part_ == ImagePart::shared ? "change the shared root" : "change the golden image";
    DIM_CHECK(carry_out(change, root, source, [&](std::uint64_t puts) {
        if (puts % kPutsInterval == 0) progress(what, puts, change.puts.size());
    }));
    DIM_TRY(const sys::FileStatus status, sys::fstat(root));
    std::vector<Entry>& entries = made.tree.manifest.entries;
    for (const TreeChange::Put& put : change.puts)
        DIM_CHECK(read_back(root, status.device, source.is_exact(),
                            entries[index_of(made.tree.manifest, put.entry->path)]));
    made.tree.cache = carry_over(have, made.tree.manifest, change);
    return made;
}

Result<void> TreeGenerations::write_records(const Advance& advance, const TreeRecord& old,
                                            TreeRecord& made) const {
    DIM_TRY(made.digest, write_tree_record(made.tree, stem(advance.to)));
    const manifest::Delta back = delta_between(made.tree.manifest, old.tree.manifest);
    DIM_CHECK(
        write_record_file(delta_file(stem(advance.from)), to_text(back, made.digest, old.digest)));
    return sys::fsync(paths_->image(image_));
}

Result<std::string> TreeGenerations::advance(Advance advance, manifest::FileSource& source,
                                             const Progress& progress) const {
    DIM_TRY(const TreeRecord old, record(advance.from));
    DIM_CHECK(open_file_system());
    DIM_TRY(const std::optional<manifest::ScannedTree> now, begin_tree(advance, old));
    DIM_TRY(TreeRecord made, change_tree(advance, now ? *now : old.tree, source, progress));
    {
        DIM_TRY(const sys::Fd root, open_tree(advance.to));
        DIM_CHECK(sys::syncfs(root));
        // What was replaced in it shall not be cloned with it.
        if (part_ == ImagePart::golden) sys::discard_unused(root);
    }
    DIM_CHECK(close_file_system());
    DIM_CHECK(write_records(advance, old, made));
    return std::move(made.digest);
}

/// Makes what is there of TO the tree of FROM again.
Result<void> TreeGenerations::restore_tree(Generation from, Generation to) const {
    DIM_TRY(const TreeRecord old, record(from));
    const std::string changed = tree(to);
    if (part_ == ImagePart::shared) {
        const bool has_old = sys::stat(tree(from)).has_value();
        if (!sys::stat(changed)) return {};
        if (has_old) return remove_directory_tree(changed);
    }
    {
        DIM_TRY(const sys::Fd root, sys::open_directory(changed));
        DIM_TRY(const manifest::ScannedTree now, scan_image_tree(root, &old.tree));
        std::vector<sys::Fd> roots;
        if (auto kept = sys::open_directory(past(from))) roots.push_back(*std::move(kept));
        TreeSource source(std::move(roots), TreeSource::Take::links);
        DIM_CHECK(carry_out(plan_change(now.manifest, old.tree.manifest), root, source, {}));
        DIM_CHECK(sys::syncfs(root));
    }
    return part_ == ImagePart::shared ? sys::rename(changed, tree(from)) : Result<void>();
}

Result<void> TreeGenerations::retreat(Generation from, Generation to) const {
    DIM_CHECK(open_file_system());
    DIM_CHECK(restore_tree(from, to));
    DIM_CHECK(remove_directory_tree(past(from)));
    DIM_CHECK(close_file_system());
    DIM_CHECK(remove_tree_record(stem(to)));
    DIM_CHECK(remove_if_there(delta_file(stem(from))));
    return sys::fsync(paths_->image(image_));
}

Result<void> TreeGenerations::settle(Generation from) const {
    return remove_tree_record(stem(from));
}

}  // namespace dim::server
