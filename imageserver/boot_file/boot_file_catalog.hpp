#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <cstdint>
#include <optional>
#include <string>
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

private:
    Database* database_;
};

}  // namespace dim::server
