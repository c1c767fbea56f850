#include "imageserver/image/image_store_state.hpp"
#include "imageserver/image/tree_generations.hpp"
#include "libdim/changeset/read_paths.hpp"
#include "libdim/manifest/escaped_text.hpp"
#include "libdim/manifest/open_parents.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace dim::server {

using manifest::Entry;
using manifest::Manifest;
using model::ImageName;

namespace {

/// With the directories that they are in, and the root.
std::set<std::string> with_parents(const std::vector<std::string>& paths) {
    std::set<std::string> all{""};
    for (const std::string& path : paths) {
        for (std::size_t end = path.find('/'); end != path.npos; end = path.find('/', end + 1))
            all.insert(path.substr(0, end));
        all.insert(path);
    }
    return all;
}

/// An outline whose paths are ALL, to look at.
changeset::Outline looking_at(const std::set<std::string>& all, const Manifest& wanted) {
    changeset::Outline outline;
    for (const std::string& path : all)
        outline.older.entries.emplace_back().path = path;
    outline.newer = wanted;
    return outline;
}

/// Null where it has none.
const Entry* known_entry(const Manifest& manifest, const std::string& path) {
    const auto found = std::ranges::lower_bound(manifest.entries, path, {}, &Entry::path);
    return found == manifest.entries.end() || found->path != path ? nullptr : &*found;
}

/// Whether DIRECTORY differs from WANTED as one does that was made and did not get all of that's
/// attributes yet (manifest::carry_out).
bool looks_new(const Entry& directory, const Entry& wanted) {
    constexpr std::uint32_t kNewDirectoryMode = 0700;
    const bool is_wanted_owner = directory.owner == wanted.owner && directory.group == wanted.group;
    const bool is_root_owned = directory.owner == 0 && directory.group == 0;
    if (directory.mode != kNewDirectoryMode || !(is_wanted_owner || is_root_owned)) return false;
    if (directory.mode == wanted.mode && is_wanted_owner &&
        directory.attributes == wanted.attributes)
        return false;
    return std::ranges::all_of(directory.attributes, [&](const auto& attribute) {
        const auto found = wanted.attributes.find(attribute.first);
        return found != wanted.attributes.end() && found->second == attribute.second;
    });
}

/// Whether the blade HAS at PATH what WANTED has; the attributes of directories do not count.
bool has_wanted(const Manifest& have, const Manifest& wanted, const std::string& path) {
    const Entry* of_blade = known_entry(have, path);
    const Entry* of_generation = known_entry(wanted, path);
    if (of_blade == nullptr || of_generation == nullptr) return false;
    if (of_blade->type == manifest::EntryType::directory && of_generation->type == of_blade->type)
        return true;
    Entry alike = *of_blade;
    alike.link_group = of_generation->link_group;
    return alike == *of_generation;
}

/// Whether the DIRECTORY that the blade HAS below ROOT may be one that was made for what is WANTED
/// by a call that was killed, or failed at a write, before it was done. Of one that a blade made
/// private on purpose it differs in that there is nothing else in it.
Result<bool> may_be_left(const sys::Fd& root, const std::string& directory, const Manifest& have,
                         const Manifest& wanted) {
    const Entry* of_blade = known_entry(have, directory);
    const Entry* of_generation = known_entry(wanted, directory);
    for (const Entry* entry : {of_blade, of_generation})
        if (entry == nullptr || entry->type != manifest::EntryType::directory) return false;
    if (directory.empty() || !looks_new(*of_blade, *of_generation)) return false;
    const auto opened = sys::open_beneath(root, directory, O_RDONLY | O_DIRECTORY);
    // The blade may have replaced it since.
    if (!opened && manifest::is_no_directory(opened.error())) return false;
    if (!opened) return fail(manifest::at_path(opened.error(), directory));
    DIM_TRY(const auto names, sys::first_names(*opened, wanted.entries.size() + 1));
    return std::ranges::all_of(names, [&](const std::string& name) {
        return has_wanted(have, wanted, directory + "/" + name);
    });
}

/// PATHS, and the directories of WANTED that those of them which it has are in and that the blade
/// (HAVE, below ROOT) has not, or not wholly; but what MOVE keeps out.
Result<std::set<std::string>> with_parents_to_make(const std::vector<std::string>& paths,
                                                   const sys::Fd& root, const Manifest& have,
                                                   const Manifest& wanted, const BladeMove& move) {
    std::set<std::string> all(paths.begin(), paths.end());
    for (const std::string& path : paths) {
        if (known_entry(wanted, path) == nullptr) continue;
        for (const std::string& parent : with_parents({path})) {
            if (all.contains(parent)) continue;
            if (known_entry(have, parent) == nullptr) {
                all.insert(parent);
                continue;
            }
            DIM_TRY(const bool is_left, may_be_left(root, parent, have, wanted));
            if (is_left && !(move.kept_out && move.kept_out(parent, true))) all.insert(parent);
        }
    }
    return all;
}

/// What makes the paths CHOSEN of what the blade HAS what the generation has (WANTED); all else
/// stays.
changeset::Outline outline_between(Manifest have, const Manifest& wanted,
                                   const std::set<std::string>& chosen) {
    std::map<std::string, Entry> newer;
    for (const Entry& entry : have.entries)
        if (!chosen.contains(entry.path)) newer.emplace(entry.path, entry);
    for (const Entry& entry : wanted.entries)
        if (chosen.contains(entry.path)) newer.insert_or_assign(entry.path, entry);
    changeset::Outline outline;
    outline.older = std::move(have);
    for (auto& [path, entry] : newer)
        outline.newer.entries.push_back(std::move(entry));
    return outline;
}

std::vector<std::string> files_in(const Manifest& manifest, const std::vector<std::string>& paths) {
    std::vector<std::string> files;
    for (const Entry& entry : manifest.entries)
        if (entry.type != manifest::EntryType::directory &&
            std::ranges::find(paths, entry.path) != paths.end())
            files.push_back(entry.path);
    return files;
}

bool tells(const std::vector<changeset::KeptPath>& kept, const std::string& path) {
    return std::ranges::find(kept, path, &changeset::KeptPath::path) != kept.end();
}

/// "0644"
std::string permissions_text(std::uint32_t mode) {
    std::string text;
    for (int shift = 9; shift >= 0; shift -= 3)
        text += static_cast<char>('0' + ((mode >> shift) & 7U));
    return text;
}

std::string entry_text(const Manifest& manifest, const std::string& path) {
    const Entry* found = known_entry(manifest, path);
    if (found == nullptr) return "nothing";
    std::string text = std::string(to_string(found->type)) + " " + permissions_text(found->mode) +
                       " " + std::to_string(found->owner) + ":" + std::to_string(found->group);
    if (found->type == manifest::EntryType::symlink)
        return text + " to " + manifest::escape(found->target);
    if (found->type != manifest::EntryType::file) return text;
    constexpr std::size_t kDigits = 8;
    return text + " " + std::to_string(found->size) + " bytes, " +
           tls::to_hex(found->sha256).substr(0, kDigits);
}

}  // namespace

Result<std::vector<ConflictSides>>
ImageStore::conflict_sides(const ImageName& image, std::span<const OpenConflict> conflicts) const {
    DIM_TRY(const api::ImageSummary newest, state_->catalog.image(image));
    const TreeGenerations golden(ImagePart::golden, image, state_->paths);
    std::map<model::Generation, Manifest> known;
    const auto side = [&](model::Generation generation, const std::string& path) -> std::string {
        if (!known.contains(generation)) {
            auto manifest = state_->catalog.image(image, generation)
                                ? golden.manifest_of(generation, newest.generation)
                                : fail(ErrorCode::not_found, "it was collected");
            if (!manifest) return "not known: " + manifest.error().message();
            known.emplace(generation, *std::move(manifest));
        }
        return entry_text(known.at(generation), path);
    };
    std::vector<ConflictSides> all;
    for (const OpenConflict& conflict : conflicts) {
        const auto root = sys::open_directory(mount_point(conflict.blade, image));
        const auto have =
            root ? read_paths(*root, looking_at({conflict.path}, {})) : fail(root.error());
        all.push_back({.older = side(conflict.older, conflict.path),
                       .newer = side(conflict.newer, conflict.path),
                       .blade = have ? entry_text(have->manifest, conflict.path)
                                     : "not known: " + have.error().message()});
    }
    return all;
}

Result<FoundConflicts> ImageStore::open_conflicts(const ImageName& image,
                                                  const ConflictSearch& search) const {
    return state_->catalog.conflicts().find(image, search);
}

Result<std::vector<ConflictCount>> ImageStore::count_conflicts(const ImageName& image) const {
    return state_->catalog.conflicts().count(image);
}

Result<void> ImageStore::close_conflicts(const model::ComponentName& blade, const ImageName& image,
                                         const std::vector<std::string>& paths) {
    return state_->catalog.conflicts().close(blade, image, paths);
}

Result<MovedBladeImage> ImageStore::take_generation(const BladeMove& move, const ImageName& image,
                                                    const std::vector<std::string>& paths) {
    DIM_TRY(const BladeImageRecord record, state_->catalog.blade_image(move.blade, image));
    DIM_TRY(const auto unfinished, unfinished_move(move.blade, image));
    if (unfinished)
        return fail(
            Error(ErrorCode::conflict, "the image " + image.text() + " of " + move.blade.text() +
                                           " is on its way to generation " + to_string(*unfinished))
                .with_cure("dim sync image " + image.text() + " " + move.blade.text()));
    DIM_CHECK(ensure_ready(move.blade, image));
    DIM_TRY(const api::ImageSummary newest, state_->catalog.image(image));
    const TreeGenerations golden(ImagePart::golden, image, state_->paths);
    DIM_TRY(const Manifest whole, golden.manifest_of(record.generation, newest.generation));
    const std::set<std::string> all = with_parents(paths);
    const Manifest wanted =
        select_entries(whole, [&](const Entry& entry) { return all.contains(entry.path); });
    DIM_TRY(const sys::Fd root, sys::open_directory(mount_point(move.blade, image)));
    // Of one that was killed.
    DIM_CHECK(manifest::remove_unfinished(root, wanted));
    DIM_TRY(auto have, read_paths(root, looking_at(all, wanted)));
    GenerationChange change(image, record.generation, record.generation);
    DIM_TRY(const std::set<std::string> chosen,
            with_parents_to_make(paths, root, have.manifest, wanted, move));
    change.outline = outline_between(std::move(have.manifest), wanted, chosen);
    change.directory = state_->paths.change(image, record.generation, record.generation);
    DIM_TRY(const sys::Fd parent, sys::open_directory(state_->paths.image(image)));
    const std::string name = std::filesystem::path(change.directory).filename();
    DIM_CHECK(sys::remove_tree(parent, name));
    DIM_CHECK(sys::mkdirat(parent, name, 0700));
    DIM_CHECK(sys::mkdir(change.older_files(), 0700));
    DIM_CHECK(sys::mkdir(change.newer_files(), 0700));
    DIM_TRY(const sys::Fd files, sys::open_directory(change.newer_files()));
    DIM_CHECK(golden.extract(files_in(wanted, paths), record.generation, newest.generation, files));
    DIM_TRY(MovedBladeImage moved, move_tree(root, change, move, false));
    std::vector<std::string> settled;
    for (const std::string& path : chosen)
        if (!tells(moved.conflicts, path) && !tells(moved.kept_out, path)) settled.push_back(path);
    DIM_CHECK(close_conflicts(move.blade, image, settled));
    return moved;
}

}  // namespace dim::server
