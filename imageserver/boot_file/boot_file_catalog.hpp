#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// What the database knows of boot files: the table boot_file.
class BootFileCatalog {
public:
    explicit BootFileCatalog(Database& database) : database_(&database) {}

    /// From now on FILE, which trusts what has the hash TRUST, is the one of its image; the others
    /// are replaced.
    Result<void> make_current(const api::BootFile& file, const std::string& trust,
                              std::int64_t now_us);
    /// Images whose current file trusts something else, or is of a version that did not note it.
    Result<std::vector<model::ImageName>> not_trusting(const std::string& trust);
    /// What was replaced after NOW_US was replaced now: the clock went back, and nothing would ever
    /// be an hour old.
    Result<void> clamp(std::int64_t now_us);
    /// The one of an image, of whatever generation it was built for: it holds nothing of the tree.
    Result<std::optional<api::BootFile>> current(const model::ImageName& image);
    /// When the file of PATH was replaced; in the far future for a current one; UNKNOWN_US for one
    /// that is not known.
    Result<std::int64_t> last_used_us(const std::string& path, std::int64_t unknown_us);
    Result<void> forget(const std::string& path);
    /// PATH is made of the file of BASE, and in use as long as that.
    Result<void> add_variant(const std::string& path, const std::string& base);
    /// None is the one of IMAGE from now on.
    Result<void> retire(const model::ImageName& image, std::int64_t now_us);
    /// Those of images that had another name when they were built: their paths begin with it.
    Result<std::vector<api::BootFile>> misplaced();
    /// What is at FROM is at TO, too, and that is the one of its image; the other is replaced.
    Result<void> move(const std::string& from, const std::string& to, std::int64_t now_us);

private:
    /// The current ones for which CONDITION holds, in which ?1 is IMAGE.
    Result<std::vector<api::BootFile>> current_where(std::string_view condition,
                                                     const std::string& image);
    Database* database_;
};

}  // namespace dim::server
