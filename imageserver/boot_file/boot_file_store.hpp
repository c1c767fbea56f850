#pragma once

#include "imageserver/boot_file/boot_file_assembly.hpp"
#include "imageserver/boot_file/boot_file_catalog.hpp"
#include "imageserver/boot_file/boot_file_tree.hpp"
#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/boot_file/kernel_wishes.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/platform_row.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace dim::server {

/// Of the boot files' tables, in their order.
std::span<const Migration> boot_file_migrations();

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
        /// How long what an image does not have is not looked for again in it.
        std::chrono::microseconds retry_after = std::chrono::hours(1);
    };

    /// Makes the directory, and removes or finishes what a killed predecessor left half done. In
    /// the table boot_file the image's name is that of now, whatever its paths begin with.
    static Result<BootFileStore> open(Settings settings, Database& database, Images& images);

    /// What blades here are of, and are told. Any thread may call.
    struct Blades {
        /// The rows.
        std::function<std::vector<model::PlatformRow>()> all = {};
        /// Those of blades that the image is assigned to.
        std::function<Result<std::vector<model::PlatformRow>>(const model::ImageName&)> of_image =
            {};
        /// The paths that the DHCP server is to name to them.
        std::function<Result<std::set<std::string>>()> paths = {};
    };
    /// Blades here are as BLADES tells. Until then they are of no row, and any path may be named to
    /// them. To be called before the others.
    void serve(Blades blades);

    Result<api::BootFile> build(const api::BuildBootFile& request,
                                const Progress& progress) override;
    Result<std::vector<Error>> build_earlier(const model::ImageName& image,
                                             const Progress& progress) override;
    Result<std::optional<api::BootFile>> current(const model::ImageName& image) const override;
    Result<std::optional<api::BootFile>> of_generation(const model::ImageName& image,
                                                       model::Generation generation) const override;
    Result<RenewedBootFiles> renew(const model::ImageName& image,
                                   const Progress& progress) override;
    Result<std::vector<model::ImageName>> unrenewed() const override;
    Result<std::string> variant_of(const api::BootFile& file,
                                   const BootFileVariant& variant) const override;
    Result<std::string> variant_path(const api::BootFile& file,
                                     const BootFileVariant& variant) const override;
    Result<std::vector<model::ImageName>> incomplete() const override;
    Result<CompletedBootFiles> complete(const model::ImageName& image,
                                        const Progress& progress) override;
    Result<std::vector<std::string>> lacks(const api::BootFile& file) const override;
    Result<std::vector<model::ImageName>> outdated() const override;
    Result<void> rebuild(const model::ImageName& image, const Progress& progress) override;
    Result<void> retire(const model::ImageName& image) override;
    Result<void> follow_names() override;

    /// Deletes what was replaced longer ago than kKeepReplaced; variants that are named to no blade
    /// are replaced. To be called only when the DHCP server has named the current files for as
    /// long.
    Result<void> collect();

    /// What the TFTP server serves.
    std::string directory() const;

private:
    std::string trust_mark(const std::string& authorities) const;
    /// What an image's own kernel brings to a boot file.
    struct TakenKernel {
        std::string mark;                         ///< kernel_mark()
        std::optional<DistributionKernel> taken;  ///< nothing: the mark was the one that is known
    };
    struct Order {
        api::ImageSummary image;  ///< of the generation that it is for
        BootFileOrder parts;
        KernelWishes wishes;
        model::Generation last_generation;
        std::string kernel_mark = {};
        /// The one in use for the generations before: enough when it would be the same.
        const KnownBootFile* before = nullptr;
    };
    Result<TakenKernel> kernel_of(const api::ImageSummary& image, const model::Platform& platform,
                                  const KernelWishes& wishes, const std::string& known_mark);
    Result<KnownBootFile> assemble(Order order, const Progress& progress);
    Result<BootFilePlace> install(const model::ImageName& image, model::Generation generation,
                                  const model::Platform& platform, const std::string& bytes) const;
    Result<std::vector<Error>> choose_earlier(const KnownBootFile& newest,
                                              const BootFileOrder& parts, const Progress& progress);
    Result<void> rebuild_one(const KnownBootFile& known, linuxrc::RamdiskKind ramdisk,
                             const std::string& command_line, const Progress& progress);

    Result<void> copy_file(const std::string& from, const BootFilePlace& to);
    Result<std::vector<KnownBootFile>> needed(const model::ImageName& image) const;
    Result<void> retire_unneeded(const model::ImageName& image, std::int64_t now_us);

    // boot_file_store_renewal.cpp
    bool is_there(const api::BootFile& file) const;
    Result<std::vector<model::Generation>> uncovered(const api::ImageSummary& image,
                                                     const std::vector<KnownBootFile>& files) const;
    Result<api::BootFile> renew_own(const KnownBootFile& lost, const Progress& progress);
    Result<std::optional<api::BootFile>> renew_generation(const api::ImageSummary& image,
                                                          const model::Platform& platform,
                                                          const Progress& progress);

    // boot_file_store_platforms.cpp
    std::set<std::vector<std::string>> known_drivers(model::Architecture architecture) const;
    Result<std::set<std::vector<std::string>>> wanted_drivers(const api::ImageSummary& image) const;
    std::string platforms_with(const std::vector<std::string>& drivers) const;
    Result<std::vector<std::vector<std::string>>>
    missing_beside(const KnownBootFile& base,
                   const std::set<std::vector<std::string>>& wanted) const;
    Result<PlatformBootFile> complete_one(const KnownBootFile& base,
                                          const std::vector<std::string>& drivers,
                                          const Progress& progress);
    /// An image's name, a path of its boot file, the generation that it is made of, and drivers;
    /// without drivers the boot file itself, without a path none that was there before.
    using PlatformKey =
        std::tuple<model::ImageName, std::string, model::Generation, std::vector<std::string>>;
    Result<TakenKernel> kernel_unless_failed(const PlatformKey& key, const api::ImageSummary& image,
                                             const model::Platform& platform,
                                             const KernelWishes& wishes,
                                             const std::string& known_mark,
                                             const Progress& progress);
    Result<PlatformBootFile> make_one(const PlatformKey& key, const KnownBootFile& base,
                                      const Progress& progress);
    std::optional<Error> lasting_failure(const PlatformKey& key) const;
    void keep_failure(const PlatformKey& key, const Error& error) const;
    void forget_failures(const model::ImageName& image) const;
    Result<PlatformBootFile> add_platform_file(const KnownBootFile& base, BootFileOrder parts,
                                               const std::vector<std::string>& drivers,
                                               const Progress& progress);
    Result<void> rebuild_platform_files(const KnownBootFile& old, const KnownBootFile& made,
                                        const model::Platform& platform, const Progress& progress);
    Result<void> move_platform_files(const std::string& from, const std::string& to,
                                     const std::string& parent);
    Result<std::string> platform_path(const api::BootFile& file,
                                      const std::vector<std::string>& drivers) const;

    // boot_file_store_variants.cpp
    /// The path of a file, and its command line.
    using VariantKey = std::pair<std::string, std::string>;
    enum class Varied { made, told };
    Result<std::string> vary(const api::BootFile& file, const BootFileVariant& variant,
                             Varied varied) const;
    Result<void> install_variant(const BootFilePlace& place, const std::string& bytes) const;
    std::optional<std::string> known_variant(const VariantKey& key) const;
    void keep_variant(const VariantKey& key, const std::string& path) const;
    Result<void> replace_variants(const std::set<std::string>& named, std::int64_t now_us);

    BootFileStore(Settings settings, Database& database, Images& images)
        : settings_(std::move(settings)), database_(&database), images_(&images) {}
    Settings settings_;
    Blades blades_;
    Database* database_;
    Images* images_;
    /// One work directory: held while a file is built, and while old ones are deleted.
    std::unique_ptr<std::mutex> work_ = std::make_unique<std::mutex>();
    /// Of the tree, and of the work directory of variants, which wait for no file that is built:
    /// held while one is made, and while a file comes into the tree or goes. Taken after work_.
    std::unique_ptr<std::mutex> tree_ = std::make_unique<std::mutex>();
    /// What variant_of() made: asked for again whenever the DHCP server is told.
    struct Variants {
        std::mutex mutex;
        std::map<VariantKey, std::string> paths;
    };
    std::unique_ptr<Variants> variants_ = std::make_unique<Variants>();
    /// What could not be made of an image as it is: not tried each minute.
    struct Failures {
        std::mutex mutex;
        std::map<PlatformKey, std::pair<Error, std::int64_t>> at_us;
    };
    std::unique_ptr<Failures> failures_ = std::make_unique<Failures>();
};

}  // namespace dim::server
