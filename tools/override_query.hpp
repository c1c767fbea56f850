#pragma once

#include "libdim/api/override_messages.hpp"
#include "tools/blade_selection.hpp"

#include <optional>
#include <string>

namespace dim::tool {

/// The images of blades that a command about overrides is about.
struct OverrideSelection {
    BladeSelection blades;
    std::string image;

    /// Adds RANGE... and --image.
    void add_options(CLI::App& app);
};

/// Asks the daemon, some blades at a time. Failures: those of BladeSelection::resolve; usage for an
/// image that is none.
Outcome<api::OverrideList> look_at_overrides(const Context& context,
                                             const OverrideSelection& selection,
                                             const std::optional<std::string>& path = {});

/// Failure: conflict when an image of LIST could not be looked at.
Outcome<> check_looked(const api::OverrideList& list);

}  // namespace dim::tool
