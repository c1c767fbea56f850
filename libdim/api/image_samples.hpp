#pragma once

#include "libdim/api/image_messages.hpp"
#include "libdim/api/pin_messages.hpp"
#include "libdim/api/rename_messages.hpp"
#include "libdim/api/value_samples.hpp"

/// Images, their generations, and blade images. See message_samples.hpp.
namespace dim::api::samples {

inline ImportImage import_image() {
    return {image(),
            model::Architecture::ppc64,
            *model::MasterSource::parse("/srv/tree"),
            std::vector<std::string>{"usr", "opt"},
            "/sbin/init",
            std::uint64_t{1} << 28,
            {"/proc/*", "lost+found"},
            true,
            model::FileSystem::xfs};
}
inline ImageSummary image_summary() {
    return {image(),
            model::Architecture::ppc64,
            generation(),
            {"usr"},
            "/sbin/init",
            std::uint64_t{1} << 28,
            time(),
            4'800'000,
            56,
            {},
            model::FileSystem::ext4,
            {model::ConflictPolicy::keep, "- /etc/motd; /srv/app/", "passwd,group"}};
}
inline ImageList image_list() {
    ImageSummary bare = image_summary();
    bare.zimage_bytes.reset();
    return {{image_summary(), bare}};
}
inline TreeSummary tree_summary() {
    return {"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 145'000, 120'000,
            std::uint64_t{3} << 30};
}
inline ImageSource image_source() {
    return {*model::MasterSource::parse("ssh://root@master:2222/srv/tree"),
            {"/proc/*", "lost+found"},
            false};
}
inline UpdateImage update_image() {
    return {image(),
            image_source(),
            "security fixes",
            std::vector<std::string>{"usr", "srv"},
            std::vector<std::string>{"/etc/passwd"},
            true};
}
inline UpdateImage bare_update_image() { return {image(), {}, ""}; }
inline RollBackImage roll_back_image() { return {image(), generation(), ""}; }
inline CollectGenerations collect_generations() { return {image(), 3, false, true}; }
inline SetImage set_image() {
    return {image(), "/lib/systemd/systemd",           "4.2",         30,
            8,       model::ConflictPolicy::overwrite, "- /etc/motd", "none"};
}
inline SetImage bare_set_image() {
    return {.name = image(),
            .init = {},
            .nfs_version = {},
            .nfs_actimeo_seconds = {},
            .nfs_nconnect = {}};
}
inline LabelGeneration label_generation() { return {image(), generation(), "good"}; }
inline ImageGenerationList image_generation_list() {
    return {{{generation(),
              time(),
              "good",
              "/srv/tree",
              tree_summary().digest,
              tree_summary().digest,
              56,
              4,
              {"usr", "opt"},
              std::uint64_t{2} << 30,
              std::uint64_t{3} << 20,
              1 << 20}}};
}
inline ImageDetails image_details() {
    return {image_summary(),        tree_summary(), tree_summary(), std::uint64_t{3} << 30,
            std::uint64_t{1} << 28, {blade()},      image_source()};
}
inline ImageDetails bare_image_details() {
    ImageDetails bare = image_details();
    bare.shared_root.reset();
    bare.golden_image.reset();
    bare.blades.clear();
    bare.source.reset();
    return bare;
}
inline TreeDifference tree_difference() {
    return {R"(usr/lib/a\20name)", "content", {"size", "content", "modified"}};
}
inline ImageCheck image_check() {
    return {image(), generation(), tree_summary().digest, 145'000, 1, {tree_difference()}};
}
inline GenerationDifference generation_difference() {
    return {image(), generation(), generation(), 2, {tree_difference()}};
}
inline ImageOfBlades image_of_blades() { return {image(), {blade()}}; }
inline ResizeBladeImages resize_blade_images() {
    return {image(), {blade()}, std::uint64_t{2} << 30};
}
inline BladeImage blade_image() {
    return {blade(),         image(), generation(), "/var/lib/dim/blades/s01c1b01/granite.img",
            1 << 28,         1 << 20, true,         false,
            "it is damaged", true};
}
inline PinBlades pin_blades() { return {image(), generation(), {blade()}}; }
inline RenameImage rename_image() { return {image(), *model::ImageName::parse("slate")}; }
inline BladeImageList blade_image_list() {
    BladeImage bare = blade_image();
    bare.cause.reset();
    return {{blade_image(), bare}};
}
inline TrashedBladeImage trashed_blade_image() {
    return {blade(), image(), generation(), "/var/lib/dim/trash/s01c1b01-granite-3.img",
            1 << 28, 1 << 20, time(),       "deleted by an administrator",
            90'000,  514'800};
}
inline TrashList trash_list() {
    TrashedBladeImage bare = trashed_blade_image();
    bare.seconds_left.reset();
    return {{trashed_blade_image(), bare}, 7};
}
inline UnknownFile unknown_file() {
    return {image(), generation(), blade(), "/var/lib/dim/blades/s01c1b01/granite.img",
            "it is damaged"};
}
inline UnknownFileList unknown_file_list() {
    UnknownFile bare = unknown_file();
    bare.generation.reset();
    bare.blade.reset();
    bare.problem.reset();
    return {{unknown_file(), bare}};
}
inline AdoptImage adopt_image() { return {image(), model::Architecture::ppc64, "/sbin/init"}; }

}  // namespace dim::api::samples
