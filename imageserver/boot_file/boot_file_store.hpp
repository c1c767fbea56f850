#pragma once

#include "imageserver/boot_file/boot_file_assembly.hpp"
#include "imageserver/boot_file/boot_file_catalog.hpp"
#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dim::server {

extern const Migration kBootFileMigration;
extern const Migration kBootFileTrustMigration;
extern const Migration kBootFileVariantMigration;
extern const Migration kBootFileKernelMigration;
extern const Migration kBootFileGenerationsMigration;

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
    Result<std::optional<api::BootFile>> of_generation(const model::ImageName& image,
                                                       model::Generation generation) const override;
    Result<std::optional<api::BootFile>> renew(const model::ImageName& image,
                                               const Progress& progress) override;
    Result<std::vector<model::ImageName>> unrenewed() const override;
    Result<std::string> with_arguments(const api::BootFile& file,
                                       const std::vector<std::string>& words) const override;
    Result<std::vector<model::ImageName>> outdated() const override;
    Result<void> rebuild(const model::ImageName& image, const Progress& progress) override;
    Result<void> retire(const model::ImageName& image) override;
    Result<void> follow_names() override;

    /// Deletes what was replaced longer ago than kKeepReplaced. To be called only when the DHCP
    /// server has named the current files for as long.
    Result<void> collect();

    /// What the TFTP server serves.
    std::string directory() const;

private:
    std::string trust_mark(const std::string& authorities) const;
    struct NewestKernel;
    struct Order;
    Result<NewestKernel> kernel_of_newest(const model::ImageName& image,
                                          const model::Platform& platform,
                                          const std::string& known_mark);
    Result<KnownBootFile> assemble(Order order, const Progress& progress);
    Result<void> rebuild_one(const KnownBootFile& known, linuxrc::RamdiskKind ramdisk,
                             const std::string& command_line, const Progress& progress);
    Result<std::vector<KnownBootFile>> needed(const model::ImageName& image) const;
    Result<void> retire_unneeded(const model::ImageName& image, std::int64_t now_us);
    /// The path of a file, and words behind its command line.
    using VariantKey = std::pair<std::string, std::vector<std::string>>;
    std::optional<std::string> known_variant(const VariantKey& key) const;
    void keep_variant(const VariantKey& key, const std::string& path) const;
    BootFileStore(Settings settings, Database& database, Images& images)
        : settings_(std::move(settings)), database_(&database), images_(&images) {}
    Settings settings_;
    Database* database_;
    Images* images_;
    /// One work directory: held while a file is built, and while old ones are deleted.
    std::unique_ptr<std::mutex> work_ = std::make_unique<std::mutex>();
    /// What with_arguments() made: asked for again whenever the DHCP server is told.
    struct Variants {
        std::mutex mutex;
        std::map<VariantKey, std::string> paths;
    };
    std::unique_ptr<Variants> variants_ = std::make_unique<Variants>();
};

}  // namespace dim::server
