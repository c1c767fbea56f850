#include "imageserver/image/split_tree.hpp"

#include "libdim/manifest/join.hpp"
#include "libdim/manifest/tree_change.hpp"

#include <algorithm>

namespace dim::server {

using manifest::Entry;
using manifest::EntryType;
using manifest::Manifest;

std::string_view top_of(std::string_view path) { return path.substr(0, path.find('/')); }

Result<void> check_shared(const Manifest& tree, const std::vector<std::string>& shared,
                          const std::string& source) {
    for (const std::string& name : shared) {
        const auto found = std::ranges::lower_bound(tree.entries, name, {}, &Entry::path);
        if (found != tree.entries.end() && found->path == name &&
            found->type == EntryType::directory)
            continue;
        return fail(Error(ErrorCode::not_found, name + " in " + source + " is no directory")
                        .with_cure("blades share it: it must be one in the master, too"));
    }
    return {};
}

Result<SplitTree> split_tree(Manifest tree, const std::vector<std::string>& shared,
                             const std::string& source) {
    DIM_CHECK(check_shared(tree, shared, source));
    SplitTree split;
    for (Entry& entry : tree.entries) {
        const bool is_shared = std::ranges::find(shared, top_of(entry.path)) != shared.end();
        const bool is_top = !entry.path.contains('/');
        // The root, and the shared directories themselves, are in both parts.
        if (entry.path.empty() || (is_shared && is_top)) split.shared.entries.push_back(entry);
        Manifest& part = is_shared && !is_top ? split.shared : split.golden;
        part.entries.push_back(std::move(entry));
    }
    renumber_links(split.shared);
    renumber_links(split.golden);
    return split;
}

Manifest whole_tree(const SplitTree& split) {
    manifest::Join whole;
    auto shared = split.shared.entries.begin();
    for (const Entry& entry : split.golden.entries) {
        for (; shared != split.shared.entries.end() && shared->path < entry.path; ++shared)
            whole.add(split.shared, *shared);
        // The root, and the shared directories themselves, are in both parts.
        if (shared == split.shared.entries.end() || shared->path != entry.path)
            whole.add(split.golden, entry);
    }
    for (; shared != split.shared.entries.end(); ++shared)
        whole.add(split.shared, *shared);
    return whole.take();
}

std::vector<manifest::Difference> differences_of(const SplitTree& from, const SplitTree& to) {
    return manifest::compare(whole_tree(from), whole_tree(to));
}

}  // namespace dim::server
