#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"

#include <map>
#include <optional>
#include <span>

namespace dim::server {

/// Which image a blade gets when it boots next, kept in the database. Any thread may call.
class Assignments {
public:
    /// DATABASE outlives this.
    explicit Assignments(Database& database) : database_(database) {}

    Result<std::map<model::ComponentName, model::ImageName>> all();
    Result<std::optional<model::ImageName>> image_of(const model::ComponentName& blade);
    Result<void> assign(std::span<const model::ComponentName> blades, const model::ImageName& image,
                        model::Timestamp now);
    /// Blades without an image are left as they are.
    Result<void> unassign(std::span<const model::ComponentName> blades);

private:
    Database& database_;
};

}  // namespace dim::server
