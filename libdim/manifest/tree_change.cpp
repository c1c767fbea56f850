#include "libdim/manifest/tree_change.hpp"

#include "libdim/manifest/open_parents.hpp"
#include "libdim/manifest/puts.hpp"
#include "libdim/manifest/removals.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/tree_copy.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace dim::manifest {

namespace {

bool is_directory(const Entry& entry) { return entry.type == EntryType::directory; }

/// Whether an inode that is what OLD says is what WANTED says.
bool is_same_file(const Entry& old, const Entry& wanted) {
    return old.type == wanted.type && old.mode == wanted.mode && old.owner == wanted.owner &&
           old.group == wanted.group && old.modified == wanted.modified &&
           old.size == wanted.size && old.sha256 == wanted.sha256 &&
           old.device_major == wanted.device_major && old.device_minor == wanted.device_minor &&
           old.target == wanted.target && old.attributes == wanted.attributes;
}

/// Which inode of the old tree each file of the new one is. An inode can be one file only, and a
/// file one inode: who comes first has it.
class InodeClaims {
public:
    /// Whether WANTED, which is the same file as OLD, may stay what it is.
    bool claim(const Entry& old, const Entry& wanted) {
        if (old.link_group == 0 && wanted.link_group == 0) return true;
        const auto [file, is_first_of_inode] =
            old.link_group == 0 ? std::pair(files_.end(), true)
                                : files_.try_emplace(old.link_group, name_of_file(wanted));
        if (!is_first_of_inode && file->second != name_of_file(wanted)) return false;
        if (wanted.link_group == 0) return true;
        const auto [inode, is_first_of_file] =
            inodes_.try_emplace(wanted.link_group, name_of_inode(old));
        if (is_first_of_file) leaders_.emplace(wanted.link_group, wanted.path);
        return is_first_of_file || inode->second == name_of_inode(old);
    }
    /// A name of the file of WANTED; it becomes that of WANTED when there is none.
    std::string_view leader(const Entry& wanted) {
        if (wanted.link_group == 0) return {};
        const auto [leader, is_new] = leaders_.try_emplace(wanted.link_group, wanted.path);
        return is_new ? std::string_view{} : leader->second;
    }

private:
    using Name = std::pair<std::uint32_t, std::string_view>;
    static Name name_of_file(const Entry& wanted) {
        return wanted.link_group == 0 ? Name(0, wanted.path) : Name(wanted.link_group, "");
    }
    static Name name_of_inode(const Entry& old) {
        return old.link_group == 0 ? Name(0, old.path) : Name(old.link_group, "");
    }
    std::unordered_map<std::uint32_t, Name> files_;   ///< by link group of the old tree
    std::unordered_map<std::uint32_t, Name> inodes_;  ///< by link group of the new one
    std::unordered_map<std::uint32_t, std::string_view> leaders_;
};

/// A link where that can be made.
Result<void> link_or_copy(const sys::Fd& from, const std::string& name, const sys::Fd& to,
                          const std::string& to_name) {
    Result<void> linked = sys::linkat(from, name, to, to_name);
    if (linked) return {};
    const int number = linked.error().system_errno();
    if (number != EXDEV && number != EMLINK) return linked;
    return sys::copy_node(from, name, to, to_name);
}

Result<void> set_directories(const TreeChange& change, const sys::Fd& root, Removals& removals) {
    for (auto entry = change.directories.rbegin(); entry != change.directories.rend(); ++entry) {
        const Entry& directory = **entry;
        if (removals.is_left(directory.path)) continue;
        const auto set = [&]() -> Result<void> {
            DIM_TRY(const sys::Fd fd,
                    directory.path.empty()
                        ? sys::dup(root)
                        : sys::open_beneath(root, directory.path, O_RDONLY | O_DIRECTORY));
            DIM_TRY(const bool is_free, removals.may_set_attributes(directory.path, fd));
            if (!is_free) return {};
            return sys::replace_attributes(fd, {.mode = directory.mode,
                                                .owner = directory.owner,
                                                .group = directory.group,
                                                .modified = directory.modified,
                                                .extended = directory.attributes});
        };
        Result<void> done = set();
        if (done || removals.leave_unreachable(directory.path, done.error())) continue;
        return fail(at_path(std::move(done).error(), directory.path));
    }
    return {};
}

/// The two entries of each path that either manifest has; null where one has none.
template <class Each>
void for_each_path(const Manifest& have, const Manifest& want, Each each) {
    auto old = have.entries.begin();
    auto wanted = want.entries.begin();
    while (old != have.entries.end() || wanted != want.entries.end()) {
        const bool has_old = old != have.entries.end() &&
                             (wanted == want.entries.end() || old->path <= wanted->path);
        const bool has_wanted = wanted != want.entries.end() &&
                                (old == have.entries.end() || wanted->path <= old->path);
        each(has_old ? &*old : nullptr, has_wanted ? &*wanted : nullptr);
        if (has_old) ++old;
        if (has_wanted) ++wanted;
    }
}

std::vector<const Entry*> directories_at(const std::set<std::string_view>& paths,
                                         const Manifest& manifest) {
    std::vector<const Entry*> directories;
    for (const Entry& entry : manifest.entries)
        if (is_directory(entry) && paths.contains(entry.path)) directories.push_back(&entry);
    return directories;
}

}  // namespace

TreeChange plan_change(const Manifest& have, const Manifest& want) {
    TreeChange change;
    InodeClaims claims;
    std::vector<std::pair<const Entry*, bool>> puts;
    std::set<std::string_view> touched;
    const auto lose = [&](const Entry& old) {
        if (!is_directory(old)) change.lost.push_back(&old);
    };
    for_each_path(have, want, [&](const Entry* old, const Entry* wanted) {
        const std::string_view path = old != nullptr ? old->path : wanted->path;
        if (wanted == nullptr) {
            change.removed.push_back(old);
            lose(*old);
            touched.insert(parent_of(path));
            return;
        }
        if (old != nullptr && is_directory(*old) && is_directory(*wanted)) {
            if (!is_same_file(*old, *wanted)) touched.insert(path);
            return;
        }
        if (old != nullptr && is_same_file(*old, *wanted) && claims.claim(*old, *wanted)) return;
        if (old != nullptr) lose(*old);
        puts.emplace_back(wanted, old != nullptr && (is_directory(*old) || is_directory(*wanted)));
        touched.insert(parent_of(path));
        if (is_directory(*wanted)) touched.insert(path);
    });
    change.puts.reserve(puts.size());
    for (const auto& [entry, is_replacing] : puts)
        change.puts.push_back({entry, claims.leader(*entry), is_replacing});
    change.directories = directories_at(touched, want);
    return change;
}

Result<void> TreeSource::provide(const Entry& entry, const sys::Fd& directory,
                                 const std::string& name) {
    const std::string own_name = name_of(entry.path);
    for (const sys::Fd& root : roots_) {
        const std::string_view parent = parent_of(entry.path);
        const auto from = parent.empty() ? sys::dup(root)
                                         : sys::open_beneath(root, parent, O_RDONLY | O_DIRECTORY);
        if (!from) continue;
        const auto status = sys::fstatat(*from, own_name);
        if (!status || S_ISDIR(status->mode)) continue;
        return take_ == Take::links ? link_or_copy(*from, own_name, directory, name)
                                    : sys::copy_node(*from, own_name, directory, name);
    }
    return fail(ErrorCode::not_found, "is not there");
}

Result<void> keep_lost(const TreeChange& change, const sys::Fd& root, const sys::Fd& keep) {
    OpenParents from(root);
    OpenParents to(keep);
    for (const Entry* entry : change.lost) {
        const auto keep_it = [&]() -> Result<void> {
            DIM_TRY(const sys::Fd* source, from.of(entry->path));
            DIM_TRY(const sys::Fd* target, to.make(entry->path));
            const std::string name = name_of(entry->path);
            return link_or_copy(*source, name, *target, name);
        };
        Result<void> kept = keep_it();
        if (!kept) return fail(at_path(std::move(kept).error(), entry->path));
    }
    return {};
}

Result<void> carry_out(const TreeChange& change, const sys::Fd& root, FileSource& source,
                       const std::function<void(std::uint64_t)>& progress, SeenPaths* seen) {
    Removals removals(root, change.removed, seen);
    DIM_TRY(Puts puts, Puts::begin(root, source, removals));
    std::uint64_t count = 0;
    for (const TreeChange::Put& put : change.puts) {
        DIM_CHECK(puts.put(put));
        if (progress) progress(++count);
    }
    DIM_CHECK(puts.finish());
    DIM_CHECK(removals.remove_all());
    return set_directories(change, root, removals);
}

Result<void> remove_unfinished(const sys::Fd& root, const Manifest& wanted) {
    std::set<std::string_view> directories;
    for (const Entry& entry : wanted.entries)
        directories.insert(parent_of(entry.path));
    for (const std::string_view path : directories) {
        const auto directory =
            path.empty() ? sys::dup(root) : sys::open_beneath(root, path, O_RDONLY | O_DIRECTORY);
        if (!directory) continue;
        // Whoever writes to the tree may have filled it.
        DIM_CHECK(sys::visit_names(*directory, [&](const std::string& name) {
            // A directory of that name is not ours, and stays.
            if (Puts::is_waiting_name(name)) (void)sys::unlinkat(*directory, name);
            return true;
        }));
    }
    return {};
}

void renumber_links(Manifest& part) {
    std::map<std::uint32_t, std::uint32_t> names;  // of the link groups
    for (const Entry& entry : part.entries)
        if (entry.link_group != 0) ++names[entry.link_group];
    std::map<std::uint32_t, std::uint32_t> numbers;
    for (Entry& entry : part.entries) {
        if (entry.link_group == 0) continue;
        const auto next = static_cast<std::uint32_t>(numbers.size() + 1);
        entry.link_group = names.at(entry.link_group) == 1
                               ? 0
                               : numbers.try_emplace(entry.link_group, next).first->second;
    }
}

Manifest select_entries(const Manifest& manifest,
                        const std::function<bool(const Entry&)>& is_wanted) {
    Manifest selected;
    std::ranges::copy_if(manifest.entries, std::back_inserter(selected.entries), is_wanted);
    renumber_links(selected);
    return selected;
}

}  // namespace dim::manifest
