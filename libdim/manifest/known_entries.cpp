#include "libdim/manifest/known_entries.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <sys/stat.h>

namespace dim::manifest {

namespace {

std::size_t hash_of(std::string_view path) { return std::hash<std::string_view>{}(path); }

}  // namespace

KnownEntries::KnownEntries(const ScannedTree* tree, bool few) : tree_(tree) {
    if (tree_ == nullptr || tree_->cache.size() != tree_->manifest.entries.size()) tree_ = nullptr;
    if (tree_ == nullptr || few) return;
    const std::vector<Entry>& entries = tree_->manifest.entries;
    places_.resize(std::bit_ceil(2 * entries.size() + 1));
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (!tree_->cache[i]) continue;
        std::size_t place = hash_of(entries[i].path) & (places_.size() - 1);
        while (places_[place] != 0)
            place = (place + 1) & (places_.size() - 1);
        places_[place] = static_cast<std::uint32_t>(i + 1);
    }
}

std::optional<std::size_t> KnownEntries::index_of(std::string_view path) const {
    const std::vector<Entry>& entries = tree_->manifest.entries;
    if (places_.empty()) {
        const auto found = std::ranges::lower_bound(entries, path, {}, &Entry::path);
        if (found == entries.end() || found->path != path) return std::nullopt;
        return static_cast<std::size_t>(found - entries.begin());
    }
    std::size_t place = hash_of(path) & (places_.size() - 1);
    while (places_[place] != 0 && entries[places_[place] - 1].path != path)
        place = (place + 1) & (places_.size() - 1);
    if (places_[place] == 0) return std::nullopt;
    return places_[place] - 1;
}

std::optional<std::size_t> KnownEntries::find(std::string_view path,
                                              const sys::FileStatus& status) const {
    if (tree_ == nullptr) return std::nullopt;
    const std::optional<std::size_t> index = index_of(path);
    if (!index || !tree_->cache[*index]) return std::nullopt;
    const Entry& entry = tree_->manifest.entries[*index];
    const Stamp& stamp = *tree_->cache[*index];
    const bool is_file = entry.type == EntryType::file;
    const bool is_true = stamp.inode == status.inode && stamp.changed == status.changed &&
                         entry.modified == status.modified && is_file == S_ISREG(status.mode) &&
                         (entry.type == EntryType::directory) == S_ISDIR(status.mode) &&
                         (!is_file || entry.size == status.size);
    return is_true ? index : std::nullopt;
}

}  // namespace dim::manifest
