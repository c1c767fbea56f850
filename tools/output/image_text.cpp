#include "tools/output/image_text.hpp"

#include "tools/output/table.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/output/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dim::tool {

namespace {

std::string line(const char* name, const std::string& value) {
    return fmt::format("{:<14}{}\n", name, value);
}

std::string tree_text(const char* name, const std::optional<api::TreeSummary>& tree,
                      std::uint64_t disk_bytes) {
    const std::string on_disk = size_text(disk_bytes) + " on disk";
    if (!tree) return line(name, on_disk + "; no manifest: it was imported before there were any");
    return line(name, fmt::format("{} entries, {} files of {}, {}", tree->entries, tree->files,
                                  size_text(tree->bytes), on_disk)) +
           line("", "digest " + tree->digest);
}

std::string source_text(const std::optional<api::ImageSource>& source) {
    if (!source) return "";
    std::string text = to_string(source->source);
    if (source->one_file_system) text += ", one file system";
    if (!source->exclude.empty())
        text += fmt::format(", without {}", fmt::join(source->exclude, " "));
    return line("source", text);
}

std::string nfs_text(const api::NfsOptions& nfs) {
    return fmt::format("version {}, attributes are kept {} s, TCP connections: {}", nfs.version,
                       nfs.actimeo_seconds, nfs.nconnect);
}

/// "conflicts: ask; merged: all; kept out: - /etc/motd"
std::string sync_policy_text(const api::SyncPolicy& policy) {
    std::string text =
        fmt::format("conflicts: {}; merged: {}", to_string(policy.on_conflict), policy.merge);
    if (!policy.keep_out.empty()) text += "; kept out: " + policy.keep_out;
    return terminal_text(text);
}

std::string blades_text(const api::ImageDetails& details) {
    std::string text = fmt::format("{} of {}, {}", details.blades.size(),
                                   size_text(details.image.blade_image_bytes),
                                   to_string(details.image.file_system));
    const char* before = ": ";
    for (const model::ComponentName& blade : details.blades) {
        text.append(before).append(to_string(blade));
        before = ", ";
    }
    return text;
}

}  // namespace

std::string details_text(const api::ImageDetails& details) {
    const api::ImageSummary& image = details.image;
    return line("image", to_string(image.name) + ", generation " + to_string(image.generation)) +
           line("architecture", std::string(to_string(image.architecture))) +
           line("init", image.init) + line("NFS", nfs_text(image.nfs)) +
           line("syncs", sync_policy_text(image.sync)) +
           line("shared", fmt::format("{}", fmt::join(image.shared, ", "))) +
           source_text(details.source) + line("created", to_string(image.created).substr(0, 19)) +
           tree_text("shared root", details.shared_root, details.shared_root_disk_bytes) +
           tree_text("golden image", details.golden_image, details.golden_image_disk_bytes) +
           line("blade images", blades_text(details)) +
           line("boot file", image.zimage_bytes ? size_text(*image.zimage_bytes)
                                                : "none yet: 'dim buildzimage' makes it");
}

std::string difference_line(const api::TreeDifference& difference) {
    std::string text = fmt::format("{:<9} {}", difference.kind, difference.path);
    if (!difference.aspects.empty())
        text += fmt::format(" ({})", fmt::join(difference.aspects, ", "));
    return text;
}

std::string differences_text(const std::vector<api::TreeDifference>& differences,
                             std::uint64_t count) {
    std::string text;
    for (const api::TreeDifference& difference : differences)
        text += difference_line(difference) + '\n';
    if (count > differences.size())
        text += fmt::format("and {} more\n", count - differences.size());
    return text;
}

std::string generations_text(const api::ImageGenerationList& list) {
    constexpr std::size_t kShort = 8;  // as people can compare them
    Table table({"GENERATION", "CREATED", "BLADE IMAGES", "PINNED", "SIZE", "OWN", "RETIRED",
                 "DIGEST", "MADE OF", "LABEL"});
    for (const api::ImageGeneration& one : list.generations) {
        const std::string digest = one.shared_digest.substr(0, kShort) +
                                   (one.golden_digest.empty() ? "" : "+") +
                                   one.golden_digest.substr(0, kShort);
        table.add_row({to_string(one.generation), to_string(one.created).substr(0, 19),
                       std::to_string(one.blade_images), std::to_string(one.pinned),
                       one.bytes ? size_text(*one.bytes) : "?",
                       one.own_bytes ? size_text(*one.own_bytes) : "?",
                       size_text(one.retired_bytes), digest, terminal_text(one.source),
                       terminal_text(one.label)});
    }
    return table.text();
}

}  // namespace dim::tool
