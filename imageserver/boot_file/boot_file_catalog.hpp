#pragma once

#include "imageserver/boot_file/boot_file_variant.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// A boot file in use, and which generations of its image it is for.
struct KnownBootFile {
    api::BootFile file;  ///< its generation is the first
    /// Up to here they are known to have its kernel. What follows is unknown, or has a file of its
    /// own.
    model::Generation last_generation;
    std::string kernel_mark;  ///< kernel_mark() of them; empty: not known

    /// Whether GENERATION is known to have its kernel.
    bool covers(model::Generation generation) const;
};

/// Which of FILES is for GENERATION: the one with the last kernel up to it, otherwise the first;
/// nullptr when there is none. FILES: of one image, by their generations. One that does not cover
/// it is better than none: its kernel starts, with the modules that are in the file.
const KnownBootFile* file_for(const std::vector<KnownBootFile>& files,
                              model::Generation generation);

/// Whose kernel a boot file starts.
enum class KernelOwner {
    server,  ///< DIM's own: for all generations of the image
    image,   ///< the distribution's: each generation may have another one
};

/// What the database knows of boot files: the table boot_file.
class BootFileCatalog {
public:
    explicit BootFileCatalog(Database& database) : database_(&database) {}

    /// From now on KNOWN, which trusts what has the hash TRUST, is the one of its image from its
    /// generation on. Replaced is the one that was that, or all others of the image when the
    /// kernel is the server's.
    Result<void> make_current(const KnownBootFile& known, KernelOwner owner,
                              const std::string& trust, std::int64_t now_us);
    /// The generations up to LAST have its kernel, which MARK tells.
    Result<void> extend(const std::string& path, model::Generation last, const std::string& mark);
    /// The file of PATH is in use from GENERATION on, whatever took its place since.
    Result<void> keep(const std::string& path, model::Generation generation);
    /// Images that have a current file which trusts something else, or is of a version that did not
    /// note it.
    Result<std::vector<model::ImageName>> not_trusting(const std::string& trust);
    /// What was replaced after NOW_US was replaced now: the clock went back, and nothing would ever
    /// be an hour old.
    Result<void> clamp(std::int64_t now_us);
    /// Those of an image that are in use, by their generations.
    Result<std::vector<KnownBootFile>> current(const model::ImageName& image);
    /// Images that have any.
    Result<std::vector<model::ImageName>> images();
    /// When the file of PATH was replaced; in the far future for a current one; UNKNOWN_US for one
    /// that is not known.
    Result<std::int64_t> last_used_us(const std::string& path, std::int64_t unknown_us);
    Result<void> forget(const std::string& path);
    /// From now on FILE stands beside that of BASE, and is in use as long as that.
    Result<void> add_platform_file(const std::string& base, const PlatformBootFile& file);
    /// Those beside the file of BASE that are in use.
    Result<std::vector<PlatformBootFile>> platform_files(const std::string& base);
    /// Those of all images whose drivers are not among WANTED are in use no longer.
    Result<void> replace_platform_files(const std::set<std::vector<std::string>>& wanted,
                                        std::int64_t now_us);
    /// PATH is made of the file of BASE, a platform's or one for all, and in use as long as that.
    Result<void> add_variant(const std::string& path, const std::string& base);
    /// Those that are not among NAMED are in use no longer; those that are, are again.
    Result<void> replace_variants(const std::set<std::string>& named, std::int64_t now_us);
    /// It is in use for no generation any more.
    Result<void> replace(const std::string& path, std::int64_t now_us);
    /// None is one of IMAGE from now on.
    Result<void> retire(const model::ImageName& image, std::int64_t now_us);
    /// Those of images that had another name when they were built: their paths begin with it.
    Result<std::vector<api::BootFile>> misplaced();
    /// What is at FROM is at TO, too, and that takes its part; the other is replaced.
    Result<void> move(const std::string& from, const std::string& to, std::int64_t now_us);

private:
    /// The current ones for which CONDITION holds, in which ?1 is IMAGE.
    Result<std::vector<KnownBootFile>> current_where(std::string_view condition,
                                                     const std::string& image);
    Result<std::vector<model::ImageName>> images_where(std::string_view condition,
                                                       const std::string& trust);
    Database* database_;
};

}  // namespace dim::server
