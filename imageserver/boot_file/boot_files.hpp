#pragma once

#include "imageserver/image/image_store.hpp"
#include "imageserver/service/progress.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace dim::server {

extern const Migration kBootFileMigration;

/// The zImages that blades load by TFTP, below STATE/boot: IMAGE/GENERATION/PLATFORM-SHA8/zImage,
/// where the platform is the architecture its kernel is for. The name tells the content, so a file
/// that a blade may be reading never changes; one that was replaced stays for an hour.
class BootFiles {
public:
    /// How long a replaced file stays. A blade's firmware asks DHCP anew, and is told the new name,
    /// long before: its silence is failure after two minutes.
    static constexpr std::chrono::hours kKeepReplaced{1};

    struct Settings {
        std::string state_directory;
        std::string kernel_kit;      ///< directory made by scripts/build-kernel
        std::string agent;           ///< the static initagent
        std::string ca_certificate;  ///< PEM file of the cluster's CA
        model::ComponentName server;
    };

    /// Makes the directory and removes what a killed predecessor left half done.
    static Result<BootFiles> open(Settings settings, Database& database, const ImageStore& images);

    /// Assembles the zImage of the image's newest generation; from then on current() tells it. The
    /// same inputs give the same file. Blocks for seconds. Errors: not_found; invalid_input for a
    /// word that a kernel command line cannot hold; limit_exceeded when the zImage is larger than
    /// the firmware takes.
    Result<api::BootFile> build(const api::BuildBootFile& request, const Progress& progress);
    /// Nothing when none was built for the image's newest generation.
    Result<std::optional<api::BootFile>> current(const model::ImageName& image) const;

    /// Deletes what was replaced longer ago than kKeepReplaced. To be called only when the DHCP
    /// server has named the current files for as long. Not while build() runs.
    Result<void> collect();

    /// What the TFTP server serves.
    std::string directory() const;

private:
    BootFiles(Settings settings, Database& database, const ImageStore& images)
        : settings_(std::move(settings)), database_(&database), images_(&images) {}
    Settings settings_;
    Database* database_;
    const ImageStore* images_;
};

}  // namespace dim::server
