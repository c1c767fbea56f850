#pragma once

#include "libdim/api/image_samples.hpp"
#include "libdim/api/look_messages.hpp"
#include "libdim/api/override_messages.hpp"
#include "libdim/api/source_messages.hpp"
#include "libdim/api/value_samples.hpp"

/// Overrides, and looks into blade images. See message_samples.hpp.
namespace dim::api::samples {

inline OverrideQuery override_query() { return {{blade()}, image(), "/etc/motd"}; }
inline OverrideFile override_file() {
    return {"/etc/motd",          "group/gpu/etc/motd",   "changed", false,
            {"cluster/etc/motd"}, "the blade changed it", time(),    "welcome\n"};
}
inline ImageOverrides image_overrides() {
    return {blade(), image(), {override_file()}, {{"built-in fstab", "switched off"}}, problem()};
}
inline OverrideList override_list() {
    OverrideFile bare = override_file();
    bare.note.reset();
    bare.written.reset();
    bare.text.reset();
    return {{image_overrides(), {blade(), image(), {bare}, {}, {}}}};
}
inline ApplyOverrides apply_overrides() { return {image(), {blade()}, true}; }
inline BladeQuestion blade_question() { return {blade(), image()}; }
inline BladeDifference blade_difference() {
    return {blade(),
            image(),
            generation(),
            3,
            {{"etc/hosts", "content", {"size", "content"}, "built-in hosts"},
             {R"(var/a\20name)", "created", {}, {}}}};
}
inline SourceDifference source_difference() {
    return {image(), generation(), "/srv/tree", 2, {tree_difference()}};
}
inline SourceDifferenceLine source_difference_line() {
    return {"looking", 1, 2, source_difference(), problem()};
}
inline BladeDifferenceLine blade_difference_line() {
    return {"look at the blade image", 3, 10, blade_difference(), problem()};
}
inline PathQuestion path_question() { return {blade(), image(), "/etc/motd"}; }
inline PathExplanation path_explanation() {
    return {.blade = blade(),
            .image = image(),
            .generation = generation(),
            .path = "/etc/motd",
            .part = "private",
            .state = "changed",
            .aspects = {"target", "mode"},
            .type = "symlink",
            .target = "../run/motd",
            .size = 12,
            .mode = "0644",
            .owner = 0,
            .group = 100,
            .modified = time(),
            .rule = "group/gpu/etc/motd",
            .written = time(),
            .pattern = "/etc/*"};
}
inline PathExplanation bare_path_explanation() {
    return {.blade = blade(),
            .image = image(),
            .generation = generation(),
            .path = "/usr/bin/true",
            .part = "shared",
            .state = "absent"};
}
inline BladeFileText blade_file_text() { return {"/etc/motd", "welcome\n"}; }
inline CheckBladeImages check_blade_images() { return {image(), {blade()}, true}; }
inline BladeImageCheck blade_image_check() {
    return {blade(), image(), time(), "damaged", "Inode 12 is a zero-length directory"};
}
inline BladeImageCheckList blade_image_check_list() {
    return {{blade_image_check(), {blade(), image(), time(), "clean", {}}}, 30};
}

}  // namespace dim::api::samples
