#include "libdim/manifest/tree_change.hpp"

#include "libdim/manifest/escaped_text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/random.hpp"
#include "libdim/sys/remove_tree.hpp"
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

/// What is not whole yet has a name of this and so many hexadecimal digits.
constexpr std::string_view kUnfinished = ".dim-";
constexpr std::size_t kDigitsInName = 16;

bool is_unfinished(std::string_view name) {
    return name.starts_with(kUnfinished) && name.size() == kUnfinished.size() + kDigitsInName &&
           name.find_first_not_of("0123456789abcdef", kUnfinished.size()) == name.npos;
}

bool is_directory(const Entry& entry) { return entry.type == EntryType::directory; }

/// Whether an inode that is what OLD says is what WANTED says.
bool is_same_file(const Entry& old, const Entry& wanted) {
    return old.type == wanted.type && old.mode == wanted.mode && old.owner == wanted.owner &&
           old.group == wanted.group && old.modified == wanted.modified &&
           old.size == wanted.size && old.sha256 == wanted.sha256 &&
           old.device_major == wanted.device_major && old.device_minor == wanted.device_minor &&
           old.target == wanted.target && old.attributes == wanted.attributes;
}

std::string_view parent_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? std::string_view{} : path.substr(0, slash);
}

std::string name_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return std::string(slash == path.npos ? path : path.substr(slash + 1));
}

Error at_path(Error error, std::string_view path) {
    return std::move(error).with_context(path.empty() ? "." : escape(std::string(path)));
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

/// Opens the directories that paths of a tree are in, in any order, but quickly in that of a
/// manifest.
class OpenParents {
public:
    explicit OpenParents(const sys::Fd& root) : root_(root) {}
    Result<const sys::Fd*> of(std::string_view path) {
        const std::string_view parent = parent_of(path);
        if (parent.empty()) return &root_;
        if (!open_ || parent != path_) {
            DIM_TRY(open_, sys::open_beneath(root_, parent, O_RDONLY | O_DIRECTORY));
            path_ = parent;
        }
        return &*open_;
    }
    /// What was opened may be another directory by now.
    void forget() { open_.reset(); }
    /// Makes what is missing of the directories that PATH is in.
    Result<const sys::Fd*> make(std::string_view path) {
        const std::string_view parent = parent_of(path);
        auto opened = of(path);
        if (opened || opened.error().code() != ErrorCode::not_found) return opened;
        DIM_TRY(const sys::Fd* above, make(parent));
        auto made = sys::mkdirat(*above, name_of(parent), 0700);
        if (!made && made.error().code() != ErrorCode::already_exists)
            return fail(std::move(made).error());
        return of(path);
    }

private:
    const sys::Fd& root_;
    std::string path_;
    std::optional<sys::Fd> open_;
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

Result<void> unlink_if_there(const sys::Fd& directory, const std::string& name) {
    Result<void> done = sys::unlinkat(directory, name);
    if (!done && done.error().code() == ErrorCode::not_found) return {};
    return done;
}

/// Puts one entry after the other below a root.
class Puts {
public:
    static Result<Puts> begin(const sys::Fd& root, FileSource& source) {
        DIM_TRY(std::string random, sys::random_hex(kDigitsInName / 2));
        return Puts(root, source, std::string(kUnfinished) + std::move(random));
    }
    Result<void> put(const TreeChange::Put& put) {
        const std::string name = name_of(put.entry->path);
        if (put.is_replacing) {
            DIM_TRY(const sys::Fd* directory, parents_.of(put.entry->path));
            DIM_CHECK(sys::remove_tree(*directory, name));
            parents_.forget();
        }
        DIM_TRY(const sys::Fd* directory, parents_.of(put.entry->path));
        if (is_directory(*put.entry)) return sys::mkdirat(*directory, name, 0700);
        Result<void> made = make(put, *directory);
        if (made) made = sys::renameat(*directory, new_name_, *directory, name);
        // Renaming one name of a file to another one of it does nothing.
        Result<void> tidied = unlink_if_there(*directory, new_name_);
        return made ? tidied : made;
    }

private:
    Puts(const sys::Fd& root, FileSource& source, std::string new_name)
        : parents_(root), leaders_(root), source_(source), new_name_(std::move(new_name)) {}
    Result<void> make(const TreeChange::Put& put, const sys::Fd& directory) {
        if (put.link_to.empty()) return source_.provide(*put.entry, directory, new_name_);
        DIM_TRY(const sys::Fd* beside, leaders_.of(put.link_to));
        return sys::linkat(*beside, name_of(put.link_to), directory, new_name_);
    }
    OpenParents parents_;
    OpenParents leaders_;
    FileSource& source_;
    std::string new_name_;  ///< of what is not whole yet
};

Result<void> remove_names(const TreeChange& change, const sys::Fd& root) {
    OpenParents parents(root);
    // What is in a directory comes behind it.
    for (auto entry = change.removed.rbegin(); entry != change.removed.rend(); ++entry) {
        const auto remove = [&]() -> Result<void> {
            const auto directory = parents.of((*entry)->path);
            // Gone with what it was in, which is a file by now.
            if (!directory) return {};
            return sys::remove_tree(**directory, name_of((*entry)->path));
        };
        Result<void> removed = remove();
        if (!removed) return fail(at_path(std::move(removed).error(), (*entry)->path));
    }
    return {};
}

Result<void> set_directories(const TreeChange& change, const sys::Fd& root) {
    for (auto entry = change.directories.rbegin(); entry != change.directories.rend(); ++entry) {
        const Entry& directory = **entry;
        const auto set = [&]() -> Result<void> {
            DIM_TRY(const sys::Fd fd,
                    directory.path.empty()
                        ? sys::dup(root)
                        : sys::open_beneath(root, directory.path, O_RDONLY | O_DIRECTORY));
            return sys::replace_attributes(fd, {.mode = directory.mode,
                                                .owner = directory.owner,
                                                .group = directory.group,
                                                .modified = directory.modified,
                                                .extended = directory.attributes});
        };
        Result<void> done = set();
        if (!done) return fail(at_path(std::move(done).error(), directory.path));
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
                       const std::function<void(std::uint64_t)>& progress) {
    DIM_TRY(Puts puts, Puts::begin(root, source));
    std::uint64_t count = 0;
    for (const TreeChange::Put& put : change.puts) {
        Result<void> done = puts.put(put);
        if (!done) return fail(at_path(std::move(done).error(), put.entry->path));
        if (progress) progress(++count);
    }
    DIM_CHECK(remove_names(change, root));
    return set_directories(change, root);
}

Result<void> remove_unfinished(const sys::Fd& root, const Manifest& wanted) {
    std::set<std::string_view> directories;
    for (const Entry& entry : wanted.entries)
        directories.insert(parent_of(entry.path));
    for (const std::string_view path : directories) {
        const auto directory =
            path.empty() ? sys::dup(root) : sys::open_beneath(root, path, O_RDONLY | O_DIRECTORY);
        if (!directory) continue;
        DIM_TRY(const auto names, sys::list_names(*directory));
        for (const std::string& name : names)
            // A directory of that name is not ours, and stays.
            if (is_unfinished(name)) (void)sys::unlinkat(*directory, name);
    }
    return {};
}

Manifest select_entries(const Manifest& manifest,
                        const std::function<bool(const Entry&)>& is_wanted) {
    Manifest selected;
    std::map<std::uint32_t, std::uint32_t> names;  // of the link groups
    for (const Entry& entry : manifest.entries) {
        if (!is_wanted(entry)) continue;
        selected.entries.push_back(entry);
        if (entry.link_group != 0) ++names[entry.link_group];
    }
    std::map<std::uint32_t, std::uint32_t> numbers;
    for (Entry& entry : selected.entries) {
        if (entry.link_group == 0) continue;
        const auto next = static_cast<std::uint32_t>(numbers.size() + 1);
        entry.link_group = names.at(entry.link_group) == 1
                               ? 0
                               : numbers.try_emplace(entry.link_group, next).first->second;
    }
    return selected;
}

}  // namespace dim::manifest
