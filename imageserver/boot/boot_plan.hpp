#pragma once

#include "libdim/api/agent_messages.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/ipv4.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dim::server {

/// Where blades find exports: at ADDRESS, on the bootnet, and ROOT stands before the path of each.
struct NfsPlace {
    model::Ipv4Address address;
    std::string root{};
};

/// What a boot plan is made of.
struct BootPlanFacts {
    model::ComponentName blade;
    NfsPlace server;
    std::optional<model::ImageName> assigned;
    Result<api::ImageSummary> image;      ///< the assigned one, in the blade image's generation
    Result<api::BladeImage> blade_image;  ///< the blade's, of that image
    Result<void> served;                  ///< mounted and offered by the NFS server
};

/// Which image the blade gets, before anything about it is looked up. Errors: not_found when none
/// is assigned.
Result<model::ImageName> assigned_image(const model::ComponentName& blade,
                                        const std::optional<model::ImageName>& assigned);

/// The plan without boot_id and token. Errors, with a cure for each: not_found when no image is
/// assigned or something of it is missing, conflict when it does not fit the blade, and why the
/// blade image is not served.
Result<api::BootPlan> plan_boot(const api::BootRequest& request, const BootPlanFacts& facts);

/// For how long who mounts with OPTIONS may see what a file was before: "rw,…,actimeo=3", nfs(5).
std::optional<std::uint32_t> actimeo_seconds(std::string_view options);

/// What a running blade mounts over the shared directories of FROM, to see those of TO, another
/// generation of the same image. Nothing when the two do not share the same directories: such a
/// blade must boot.
std::optional<api::SharedRoots> plan_move(const NfsPlace& server, const api::ImageSummary& from,
                                          const api::ImageSummary& to);

}  // namespace dim::server
