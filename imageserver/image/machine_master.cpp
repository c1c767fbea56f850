#include "imageserver/image/machine_master.hpp"

#include "imageserver/image/disk_space.hpp"
#include "imageserver/image/generation_files.hpp"
#include "libdim/manifest/open_parents.hpp"
#include "libdim/manifest/scan_tree.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/sys/directory.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <sys/stat.h>
#include <utility>

namespace dim::server {

using manifest::Entry;
using manifest::EntryType;
using manifest::Manifest;

namespace {

/// By these names in ACLs become numbers.
constexpr std::array<std::string_view, 2> kAccounts{"etc/group", "etc/passwd"};

const ListedName* listed(const MachineList& list, std::string_view path) {
    const auto found = std::ranges::lower_bound(list.names, path, {}, &ListedName::path);
    return found != list.names.end() && found->path == path ? &*found : nullptr;
}

/// What is of another type, a link, is not found where only some of the tree is.
bool has_plain_accounts(const MachineList& list) {
    return std::ranges::all_of(kAccounts, [&](std::string_view path) {
        const ListedName* name = listed(list, path);
        return name == nullptr || S_ISREG(name->type);
    });
}

/// What the file system of HAVE must be given to have WANT.
void add_files(const Manifest& have, const Manifest& want, std::vector<Entry>& files) {
    for (const manifest::TreeChange::Put& put : plan_change(have, want).puts)
        if (put.link_to.empty() && put.entry->type != EntryType::directory)
            files.push_back(*put.entry);
}

/// The files of a tree by what they are, whatever their paths.
class FilesByContent {
public:
    explicit FilesByContent(const Manifest& tree) {
        for (const Entry& entry : tree.entries)
            if (entry.type == EntryType::file) by_digest_.emplace(entry.sha256, &entry);
    }
    /// One that is WANTED but for its path.
    const Entry* find(const Entry& wanted) const {
        const auto [first, last] = by_digest_.equal_range(wanted.sha256);
        for (auto each = first; each != last; ++each) {
            Entry same = *each->second;
            same.path = wanted.path;
            same.link_group = wanted.link_group;
            if (same == wanted) return each->second;
        }
        return nullptr;
    }

private:
    std::multimap<tls::Sha256Digest, const Entry*> by_digest_;
};

}  // namespace

Result<std::optional<FetchPlan::Wanted>> MachineMaster::begin(MachineList list) {
    list_ = std::move(list);
    if (!settings_.known || !has_plain_accounts(*list_)) return std::nullopt;
    is_partial_ = true;
    return look();
}

Result<FetchPlan::Wanted> MachineMaster::more(sys::Fd root, std::set<std::string> came) {
    DIM_TRY(manifest::ScannedTree scanned, manifest::scan_tree(root, {}));
    for (Entry& entry : scanned.manifest.entries)
        if (came.contains(entry.path)) fetched_.entries.insert_or_assign(entry.path, entry);
    add_root(std::move(root));
    return look();
}

/// What came twice counts as it came last.
void MachineMaster::add_root(sys::Fd root) { roots_.insert(roots_.begin(), std::move(root)); }

/// What has to come by what is known now.
Result<FetchPlan::Wanted> MachineMaster::look() {
    tree_ = {};
    tree_ = tree_of(*list_, *settings_.known, fetched_);
    if (!tree_.unknown.empty()) return wanted(std::exchange(tree_.unknown, {}));
    std::vector<std::string> missing;
    if (settings_.has_files) {
        DIM_TRY(missing, take_from_newest());
    }
    if (!missing.empty()) return wanted(std::move(missing));
    // That was the last look; the next image's may be as large.
    list_->names = {};
    settings_.known.reset();
    return Wanted{};
}

FetchPlan::Wanted MachineMaster::wanted(std::vector<std::string> paths) {
    if (!paths.empty())
        for (const std::string_view account : kAccounts)
            if (listed(*list_, account) != nullptr &&
                std::ranges::find(paths, account) == paths.end())
                paths.emplace_back(account);
    Wanted wanted;
    for (const std::string& path : paths) {
        fetched_.asked.insert(path);
        if (const ListedName* name = listed(*list_, path); name != nullptr && S_ISREG(name->type))
            wanted.bytes += std::min(name->size, UINT64_MAX - wanted.bytes);
    }
    wanted.paths = std::move(paths);
    return wanted;
}

/// What the next generation shall have and the newest one has not, and nothing that came either.
Result<std::vector<Entry>> MachineMaster::missing_files() const {
    DIM_TRY(const SplitTree want,
            split_tree(tree_.tree.manifest, settings_.shared, settings_.source));
    const TreeGenerations shared(ImagePart::shared, settings_.image, *paths_);
    const TreeGenerations golden(ImagePart::golden, settings_.image, *paths_);
    std::vector<Entry> files;
    DIM_TRY(const TreeRecord have_shared, shared.record(settings_.newest));
    DIM_TRY(const TreeRecord have_golden, golden.record(settings_.newest));
    add_files(have_shared.tree.manifest, want.shared, files);
    add_files(have_golden.tree.manifest, want.golden, files);
    std::erase_if(files, [&](const Entry& entry) {
        return fetched_.entries.contains(entry.path) || copied_.contains(entry.path);
    });
    return files;
}

/// Copies what the newest generation has at other paths, or in the other part, than the next one.
/// The paths of what that has not.
Result<std::vector<std::string>> MachineMaster::take_from_newest() {
    std::vector<std::string> missing;
    DIM_TRY(const std::vector<Entry> files, missing_files());
    if (files.empty()) return missing;
    const std::string directory =
        paths_->captured(settings_.image) + "/copied." + std::to_string(roots_.size());
    DIM_CHECK(sys::mkdir(directory, 0700));
    DIM_TRY(sys::Fd root, sys::open_directory(directory));
    GenerationFiles generations(settings_.image, settings_.newest, *paths_);
    DIM_TRY(GenerationTree * newest, generations.tree(settings_.newest, settings_.shared_now));
    const FilesByContent known(newest->manifest());
    std::vector<std::pair<const Entry*, const Entry*>> copies;
    std::uint64_t bytes = 0;
    for (const Entry& entry : files) {
        if (const Entry* same = known.find(entry)) {
            copies.emplace_back(same, &entry);
            bytes += same->size;
        } else {
            missing.push_back(entry.path);
        }
    }
    DIM_CHECK(check_space(paths_->images(), bytes));
    manifest::OpenParents parents(root);
    for (const auto& [same, entry] : copies) {
        DIM_TRY(const sys::Fd* parent, parents.make(entry->path));
        DIM_CHECK(newest->provide(*same, *parent, manifest::name_of(entry->path)));
        copied_.insert(entry->path);
    }
    add_root(std::move(root));
    DIM_CHECK(generations.close());
    return missing;
}

}  // namespace dim::server
