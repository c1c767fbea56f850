#pragma once

#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"
#include "linuxrc/ramdisk.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace dim::server {

extern const Migration kBootFileMigration;
extern const Migration kBootFileTrustMigration;
extern const Migration kBootFileVariantMigration;
extern const Migration kBootFileKernelMigration;

/// The zImages that blades load by TFTP, below STATE/boot: IMAGE/GENERATION/PLATFORM-SHA8/zImage,
/// where the platform is the architecture its kernel is for. The name tells the content, so a file
/// that a blade may be reading never changes; one that was replaced stays for an hour.
class [[nodiscard]] BootFileStore final : public BootFiles {
public:
    /// How long a replaced file stays. A blade's firmware asks DHCP anew, and is told the new name,
    /// long before: its silence is failure after two minutes.
    static constexpr std::chrono::hours kKeepReplaced{1};

    struct Settings {
        std::string state_directory;
        std::string kernel_kit;  ///< directory made by scripts/build-kernel
        std::string agent;       ///< the static initagent
        /// PEM of the authorities that blades are to trust, when a file is built.
        std::function<std::string()> authorities;
        model::ComponentName server;
    };

    /// Makes the directory, and removes or finishes what a killed predecessor left half done. In
    /// the table boot_file the image's name is that of now, whatever its paths begin with.
    static Result<BootFileStore> open(Settings settings, Database& database, const Images& images);

    Result<api::BootFile> build(const api::BuildBootFile& request,
                                const Progress& progress) override;
    Result<std::optional<api::BootFile>> current(const model::ImageName& image) const override;
    Result<std::string> with_arguments(const api::BootFile& file,
                                       const std::vector<std::string>& words) const override;
    Result<std::vector<model::ImageName>> outdated() const override;
    Result<api::BootFile> rebuild(const model::ImageName& image, const Progress& progress) override;
    Result<void> retire(const model::ImageName& image) override;
    Result<void> follow_names() override;

    /// Deletes what was replaced longer ago than kKeepReplaced. To be called only when the DHCP
    /// server has named the current files for as long.
    Result<void> collect();

    /// What the TFTP server serves.
    std::string directory() const;

private:
    Result<api::BootFile> assemble(const api::ImageSummary& image, linuxrc::RamdiskKind kind,
                                   std::string command_line, const Progress& progress);
    BootFileStore(Settings settings, Database& database, const Images& images)
        : settings_(std::move(settings)), database_(&database), images_(&images) {}
    Settings settings_;
    Database* database_;
    const Images* images_;
    /// One work directory: held while a file is built, and while old ones are deleted.
    std::unique_ptr<std::mutex> work_ = std::make_unique<std::mutex>();
};

}  // namespace dim::server
