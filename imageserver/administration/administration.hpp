#pragma once

#include "imageserver/administration/edit.hpp"
#include "imageserver/blade/assignments.hpp"
#include "imageserver/blade/blade_log.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dim::server {

/// What an administrator can ask for. Every call blocks; one at a time. Those that change something
/// return what the services must be told before it is done (ServiceApplier).
class Administration {
public:
    /// The modules behind, each as the one thing asked of it. May block.
    struct Modules {
        std::function<Result<void>(const api::ImportImage&, const Progress&)> import_image;
        std::function<Result<api::ImageSummary>(const model::ImageName&)> image;
        std::function<Result<void>(const model::ComponentName&, const model::ImageName&,
                                   const Progress&)>
            create_blade_image;
        std::function<Result<void>(const model::ComponentName&, const model::ImageName&)>
            delete_blade_image;
        std::function<Result<api::BladeImage>(const model::ComponentName&, const model::ImageName&)>
            blade_image;
        std::function<Result<void>(const model::ComponentName&, const model::ImageName&,
                                   bool is_exported)>
            set_exported;
        std::function<Result<api::BootFile>(const api::BuildBootFile&, const Progress&)>
            build_boot_file;
        std::function<Result<std::optional<api::BootFile>>(const model::ImageName&)> boot_file;
        std::function<model::Timestamp()> now;
    };

    /// The references outlive this.
    Administration(Modules modules, Roster& roster, Assignments& assignments, BladeLog& log)
        : modules_(std::move(modules)), roster_(roster), assignments_(assignments), log_(log) {}

    Result<Edit> import_image(const api::ImportImage& request, const Progress& progress);
    /// Blades that have one already keep it.
    Result<Edit> create_blade_images(const api::ImageOfBlades& request, const Progress& progress);
    /// Errors: conflict while the blade runs from it.
    Result<Edit> delete_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image);
    Result<Edit> export_images(const api::ImageOfBlades& request, const Progress& progress);
    /// Errors: conflict while a blade runs from its image.
    Result<Edit> unexport_images(const api::ImageOfBlades& request, const Progress& progress);
    /// What the blades boot next. Errors: say which command makes what is missing.
    Result<Edit> assign(const api::ImageOfBlades& request, const Progress& progress);
    Result<Edit> unassign(const api::Blades& request, const Progress& progress);
    Result<Edit> build_boot_file(const api::BuildBootFile& request, const Progress& progress);
    /// What the blades of ROSTER are told by DHCP.
    Result<std::vector<api::DhcpHost>> dhcp_hosts(const Roster& roster);
    Result<std::vector<api::DhcpHost>> dhcp_hosts() { return dhcp_hosts(roster_); }
    /// What NEXT does to blades of this server that are in use; IMAGES are all blade images.
    Result<std::vector<std::string>> warnings(const cluster::Definition& next,
                                              std::span<const api::BladeImage> images);

private:
    Result<void> check_assignable(const RosterEntry& entry, const api::ImageSummary& image);
    Result<void> check_unused(const model::ComponentName& blade, const model::ImageName& image);
    Result<std::function<void()>> set_exported(const api::ImageOfBlades& request, bool is_exported);
    Result<void> tell(std::span<const model::ComponentName> blades, std::string text);

    Modules modules_;
    Roster& roster_;
    Assignments& assignments_;
    BladeLog& log_;
};

}  // namespace dim::server
