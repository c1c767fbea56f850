#include "imageserver/image/image_inspection.hpp"

#include "imageserver/image/tree_record.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/manifest/escaped_text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <span>

namespace dim::server {

namespace {

Result<std::optional<api::TreeSummary>> summarize(const std::string& stem) {
    DIM_TRY(const std::optional<TreeRecord> record, read_tree_record(stem));
    if (!record) return std::nullopt;
    const manifest::Totals sum = manifest::totals(record->tree.manifest);
    return api::TreeSummary{
        .digest = record->digest, .entries = sum.entries, .files = sum.files, .bytes = sum.bytes};
}

std::uint64_t bytes_on_disk(const std::string& file) {
    const auto status = sys::stat(file);
    return status ? status->allocated : 0;
}

}  // namespace

std::string path_text(const std::string& path) {
    std::string text = path.empty() ? "." : manifest::escape(path);
    if (text.size() > api::limits::kTreePathBytes) {
        constexpr std::string_view kCut = "...";
        text.resize(api::limits::kTreePathBytes - kCut.size());
        text += kCut;
    }
    return text;
}

std::vector<api::TreeDifference>
tell_differences(const std::vector<manifest::Difference>& differences) {
    std::vector<api::TreeDifference> told;
    const std::size_t count = std::min(differences.size(), api::limits::kTreeDifferences);
    for (const manifest::Difference& difference : std::span(differences).first(count)) {
        told.push_back({.path = path_text(difference.path),
                        .kind = std::string(to_string(difference.kind)),
                        .aspects = difference.aspects});
    }
    return told;
}

Result<api::ImageDetails> inspect_image(const model::ImageName& name, const ImagePaths& paths,
                                        ImageCatalog& catalog) {
    DIM_TRY(api::ImageSummary image, catalog.image(name));
    const model::Generation generation = image.generation;
    api::ImageDetails details{.image = std::move(image),
                              .shared_root = {},
                              .golden_image = {},
                              .shared_root_disk_bytes = bytes_on_disk(paths.shared_file(name)),
                              .golden_image_disk_bytes = bytes_on_disk(paths.golden_file(name)),
                              .blades = {},
                              .source = {}};
    DIM_TRY(details.shared_root, summarize(paths.shared_record(name, generation)));
    DIM_TRY(details.golden_image, summarize(paths.golden_record(name, generation)));
    DIM_TRY(details.source, catalog.last_master(name));
    DIM_TRY(const auto records, catalog.blade_images());
    for (const BladeImageRecord& record : records)
        if (record.image == name && record.state == BladeImageState::ready)
            details.blades.push_back(record.blade);
    return details;
}

Result<api::ImageCheck> check_shared_root(const api::ImageSummary& image, const ImagePaths& paths) {
    DIM_TRY(const std::optional<TreeRecord> record,
            read_tree_record(paths.shared_record(image.name, image.generation)));
    if (!record) {
        return fail(Error(ErrorCode::conflict, "image " + image.name.text() +
                                                   " has no manifest: it is of a time before them")
                        .with_cure("import its tree again under another name: dim image import"));
    }
    DIM_TRY(const sys::Fd root, sys::open_directory(paths.shared(image.name, image.generation)));
    DIM_TRY(const auto differences, check_tree(root, *record));
    return api::ImageCheck{.image = image.name,
                           .generation = image.generation,
                           .digest = record->digest,
                           .entries = record->tree.manifest.entries.size(),
                           .difference_count = differences.size(),
                           .differences = tell_differences(differences)};
}

}  // namespace dim::server
