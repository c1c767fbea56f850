#pragma once

#include "imageserver/boot_file/boot_file_assembly.hpp"
#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"

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

/// The files that blades load by TFTP, below STATE/boot: IMAGE/GENERATION/PLATFORM-SHA8/NAME, where
/// the platform is the architecture its kernel is for, and NAME boot_file_name(). The name tells
/// the content, so a file that a blade may be reading never changes; one that was replaced stays
/// for an hour.
class [[nodiscard]] BootFileStore final : public BootFiles {
public:
    /// How long a replaced file stays. A blade's firmware asks DHCP anew, and is told the new name,
    /// long before: its silence is failure after two minutes.
    static constexpr std::chrono::hours kKeepReplaced{1};

    struct Settings {
        std::string state_directory;
        BootFileMaterials materials;
        /// PEM of the authorities that blades are to trust, when a file is built.
        std::function<std::string()> authorities;
        model::ComponentName server;
    };

    /// Makes the directory, and removes or finishes what a killed predecessor left half done. In
    /// the table boot_file the image's name is that of now, whatever its paths begin with.
    static Result<BootFileStore> open(Settings settings, Database& database, Images& images);

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
    Result<DistributionKernel> kernel_of_newest(const model::ImageName& image);
    Result<api::BootFile> assemble(const api::ImageSummary& image, const BootFileOrder& order,
                                   const Progress& progress);
    BootFileStore(Settings settings, Database& database, Images& images)
        : settings_(std::move(settings)), database_(&database), images_(&images) {}
    Settings settings_;
    Database* database_;
    Images* images_;
    /// One work directory: held while a file is built, and while old ones are deleted.
    std::unique_ptr<std::mutex> work_ = std::make_unique<std::mutex>();
};

}  // namespace dim::server
