#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <span>
#include <string>
#include <vector>

namespace dim::server {

extern const Migration kImageRenameMigration;

/// Images that are getting another name: the table image_rename, and every row that has the name.
class ImageRenames {
public:
    struct Rename {
        model::ImageName name;
        model::ImageName new_name;
    };

    explicit ImageRenames(Database& database) : database_(&database) {}

    /// From now on the new name is taken, and no blade image of NAME is exported. Errors:
    /// not_found; already_exists; conflict while a blade image is exported or something is not
    /// finished.
    Result<void> begin(const Rename& rename);
    Result<std::vector<Rename>> unfinished();
    /// From now on it has the new name, in the tables of images and in TABLES, each of which has a
    /// column image.
    Result<void> finish(const Rename& rename, std::span<const std::string> tables);
    /// Nothing was renamed.
    Result<void> forget(const Rename& rename);

private:
    Database* database_;
};

}  // namespace dim::server
