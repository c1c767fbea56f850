#include "imageserver/image/image_settings.hpp"

#include "imageserver/image/tree_generations.hpp"
#include "libdim/api/image_request.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sync/keep_out.hpp"
#include "libdim/sync/merge_selection.hpp"

#include <algorithm>

namespace dim::server {

using manifest::Entry;
using manifest::EntryType;
using manifest::Manifest;

namespace {

constexpr int kMostLinks = 40;  // path_resolution(7)

const Entry* entry_at(const Manifest& manifest, const std::string& path) {
    const auto found = std::ranges::lower_bound(manifest.entries, path, {}, &Entry::path);
    return found != manifest.entries.end() && found->path == path ? &*found : nullptr;
}

/// The words of PATH, and then those of REST, as a stack: the first one is the last.
std::vector<std::string> words_of(const std::string& path, std::vector<std::string> rest) {
    std::vector<std::string> words;
    for (const std::string_view word : split(path, '/'))
        if (!word.empty() && word != ".") words.emplace_back(word);
    rest.insert(rest.end(), words.rbegin(), words.rend());
    return rest;
}

/// What IMAGE has after REQUEST.
Result<api::SyncPolicy> policy_of(const api::SetImage& request, const api::ImageSummary& image) {
    api::SyncPolicy policy = image.sync;
    policy.on_conflict = request.on_conflict.value_or(policy.on_conflict);
    policy.keep_out = request.keep_out.value_or(policy.keep_out);
    policy.merge = request.merge.value_or(policy.merge);
    return check_policy(policy, request.name);
}

}  // namespace

Result<api::SyncPolicy> check_policy(api::SyncPolicy policy, const model::ImageName& image) {
    DIM_CHECK(sync::KeepOut::of({.image = {policy.keep_out, to_string(image)}}));
    DIM_TRY(const auto merged, sync::MergeSelection::parse(policy.merge));
    policy.merge = merged.to_text();
    return policy;
}

bool has_program(const Manifest& golden, const Manifest& shared, const std::string& path) {
    int links = 0;
    std::string at;
    for (std::vector<std::string> words = words_of(path, {}); !words.empty();) {
        const std::string word = std::move(words.back());
        words.pop_back();
        if (word == "..") {
            at.resize(at.contains('/') ? at.rfind('/') : 0);
            continue;
        }
        const std::string next = at.empty() ? word : at + "/" + word;
        const Entry* entry = entry_at(shared, next);
        if (entry == nullptr) entry = entry_at(golden, next);
        if (entry == nullptr) return false;
        if (entry->type == EntryType::symlink) {
            if (++links > kMostLinks) return false;
            if (entry->target.starts_with('/')) at.clear();
            words = words_of(entry->target, std::move(words));
        } else if (entry->type == EntryType::directory) {
            at = next;
        } else {
            return words.empty() && entry->type == EntryType::file && (entry->mode & 0111) != 0;
        }
    }
    return false;
}

Result<void> set_image(const api::SetImage& request, const ImagePaths& paths,
                       ImageCatalog& catalog) {
    DIM_CHECK(api::check_settings(request));
    DIM_TRY(const api::ImageSummary image, catalog.image(request.name));
    if (request.init) {
        const auto record_of = [&](ImagePart part) {
            return TreeGenerations(part, request.name, paths).record(image.generation);
        };
        DIM_TRY(const TreeRecord golden, record_of(ImagePart::golden));
        DIM_TRY(const TreeRecord shared, record_of(ImagePart::shared));
        if (!has_program(golden.tree.manifest, shared.tree.manifest, *request.init)) {
            return fail(Error(ErrorCode::not_found,
                              "image " + request.name.text() + " has no program " + *request.init)
                            .with_cure("name the distribution's init as it is seen from its root"));
        }
    }
    DIM_TRY(const api::SyncPolicy sync, policy_of(request, image));
    return catalog.set_settings(
        request.name,
        {.init = request.init.value_or(image.init),
         .nfs = {.version = request.nfs_version.value_or(image.nfs.version),
                 .actimeo_seconds = request.nfs_actimeo_seconds.value_or(image.nfs.actimeo_seconds),
                 .nconnect = request.nfs_nconnect.value_or(image.nfs.nconnect)},
         .sync = sync});
}

}  // namespace dim::server
