#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"

#include <map>
#include <span>
#include <string>

namespace dim::server {

/// What DIM wrote into blade images, so that it knows again what is its own. Any thread may call.
class OverrideJournal {
public:
    struct Entry {
        std::string rule;    ///< that wrote it last
        std::string digest;  ///< of what was written; empty: nothing yet
        /// Of what was about to be written when the daemon was killed; empty: nothing.
        std::string pending;
        model::Timestamp written;

        bool wrote(std::string_view found) const { return found == digest || found == pending; }
    };
    /// Path → entry.
    using Entries = std::map<std::string, Entry>;
    struct Written {
        std::string path;
        std::string rule;
        std::string digest;
    };
    struct Image {
        model::ComponentName blade;
        model::ImageName image;
    };

    /// DATABASE outlives this.
    explicit OverrideJournal(Database& database) : database_(database) {}

    Result<Entries> entries(const Image& image);
    /// For a new image: nothing is in it yet.
    Result<void> forget(const Image& image);
    /// Before FILES are written.
    Result<void> intend(const Image& image, std::span<const Written> files, model::Timestamp now);
    /// After they are on the device.
    Result<void> record(const Image& image, std::span<const Written> files, model::Timestamp now);

private:
    Database& database_;
};

}  // namespace dim::server
