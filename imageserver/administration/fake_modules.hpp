#pragma once

#include "imageserver/administration/administration.hpp"
#include "imageserver/administration/service_applier.hpp"
#include "imageserver/blade/sample_cluster.hpp"

#include <map>
#include <set>
#include <utility>

namespace dim::server {

/// The modules behind Administration, in memory. An error that is set makes that module fail.
struct FakeModules {
    using Pair = std::pair<model::ComponentName, model::ImageName>;

    std::map<model::ImageName, api::ImageSummary> images;
    std::map<Pair, api::BladeImage> blade_images;
    std::map<model::ImageName, api::BootFile> boot_files;
    std::vector<api::DhcpHost> dhcp;  ///< applied last
    std::size_t dhcp_applied = 0;
    std::set<Pair> offered;  ///< by the NFS server
    std::optional<Error> exports_error;
    std::optional<Error> dhcp_error;
    double now = 100;

    void add_image(model::Architecture architecture = model::Architecture::ppc64) {
        const api::ImageSummary image{
            samples::image(), architecture, *model::Generation::from_number(1),
            {"usr"},          "/sbin/init", 1,
            samples::at(0),   std::nullopt, 0};
        images.insert_or_assign(image.name, image);
    }
    void add_blade_image(const model::ComponentName& blade) {
        blade_images.insert_or_assign({blade, samples::image()},
                                      api::BladeImage{blade, samples::image(),
                                                      *model::Generation::from_number(1), "/x", 1,
                                                      1, true, false, std::nullopt});
    }
    void add_boot_file(const std::string& path = "granite/1-0/zImage") {
        boot_files.insert_or_assign(
            samples::image(),
            api::BootFile{samples::image(), *model::Generation::from_number(1), path, 1, "", ""});
    }

    /// What ServiceApplier applies, for the hosts of ADMINISTRATION.
    ServiceApplier::Services services(Administration& administration) {
        return {.dhcp = [this, &administration]() -> Result<void> {
                    if (dhcp_error) return fail(*dhcp_error);
                    DIM_TRY(dhcp, administration.dhcp_hosts());
                    ++dhcp_applied;
                    return {};
                },
                .exports = [this] { return apply_exports(); }};
    }

    Administration::Modules modules() {
        return {.import_image = [this](const api::ImportImage& request,
                                       const Progress&) -> Result<void> {
                    if (images.contains(request.name))
                        return fail(ErrorCode::already_exists, "there is such an image");
                    add_image(request.architecture);
                    return {};
                },
                .image = [this](const model::ImageName& name) { return find(images, name); },
                .create_blade_image = [this](const model::ComponentName& blade,
                                             const model::ImageName& image,
                                             const Progress&) -> Result<void> {
                    if (blade_images.contains({blade, image}))
                        return fail(ErrorCode::already_exists, "it has one");
                    DIM_CHECK(find(images, image));
                    add_blade_image(blade);
                    return {};
                },
                .delete_blade_image = [this](const model::ComponentName& blade,
                                             const model::ImageName& image) -> Result<void> {
                    DIM_CHECK(find(blade_images, Pair(blade, image)));
                    blade_images.erase({blade, image});
                    return {};
                },
                .blade_image =
                    [this](const model::ComponentName& blade, const model::ImageName& image) {
                        return find(blade_images, Pair(blade, image));
                    },
                .set_exported = [this](const model::ComponentName& blade,
                                       const model::ImageName& image,
                                       bool is_exported) -> Result<void> {
                    DIM_CHECK(find(blade_images, Pair(blade, image)));
                    blade_images.at({blade, image}).is_exported = is_exported;
                    return {};
                },
                .build_boot_file = [this](const api::BuildBootFile& request,
                                          const Progress&) -> Result<api::BootFile> {
                    DIM_CHECK(find(images, request.image));
                    add_boot_file("granite/1-1/zImage");
                    return boot_files.at(request.image);
                },
                .boot_file =
                    [this](const model::ImageName& image) -> Result<std::optional<api::BootFile>> {
                    const auto found = boot_files.find(image);
                    return found == boot_files.end() ? std::nullopt : std::optional(found->second);
                },
                .now = [this] { return samples::at(now); }};
    }

private:
    Result<void> apply_exports() {
        if (exports_error) return fail(*exports_error);
        offered.clear();
        for (const auto& [pair, image] : blade_images)
            if (image.is_exported) offered.insert(pair);
        return {};
    }
    template <class Key, class Value>
    static Result<Value> find(const std::map<Key, Value>& map, const Key& key) {
        const auto found = map.find(key);
        if (found == map.end()) return fail(ErrorCode::not_found, "there is no such thing");
        return found->second;
    }
};

}  // namespace dim::server
