#include "imageserver/image/change_notes.hpp"

#include <algorithm>

namespace dim::server {

void ChangeNotes::insert(std::uint64_t inode, const std::string& name) {
    if (inode == 0 || is_too_much_) return;
    notes_.emplace(inode, name);
    if (notes_.size() <= kLimit) return;
    notes_.clear();
    is_too_much_ = true;
}

void ChangeNotes::add(const sys::FileChange& change) {
    insert(change.directory, change.name);
    insert(change.object, "");
}

void ChangeNotes::add(const sys::FileChange& change, std::span<const std::uint64_t> inodes) {
    if (std::ranges::binary_search(inodes, change.directory)) insert(change.directory, change.name);
    if (std::ranges::binary_search(inodes, change.object)) insert(change.object, "");
}

void ChangeNotes::keep(std::span<const std::uint64_t> inodes) {
    std::erase_if(
        notes_, [&](const auto& note) { return !std::ranges::binary_search(inodes, note.first); });
}

manifest::ChangedPaths ChangeNotes::paths(const manifest::ScannedTree& tree) const {
    manifest::ChangedPaths paths;
    if (notes_.empty()) return paths;
    for (std::size_t i = 0; i < tree.inodes.size(); ++i) {
        const manifest::Entry& entry = tree.manifest.entries[i];
        auto note = notes_.lower_bound({tree.inodes[i], ""});
        for (; note != notes_.end() && note->first == tree.inodes[i]; ++note) {
            const std::string& name = note->second;
            if (entry.type != manifest::EntryType::directory) {
                // Also when another directory has the inode meanwhile.
                paths.add(entry.path);
            } else if (name.empty() || name == ".") {
                paths.add_entry(entry.path);
            } else {
                paths.add(entry.path.empty() ? name : entry.path + "/" + name);
            }
        }
    }
    return paths;
}

}  // namespace dim::server
