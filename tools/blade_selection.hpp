#pragma once

#include "libdim/api/image_messages.hpp"
#include "tools/command.hpp"
#include "tools/confirm.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dim::tool {

/// The blades a command is about: ranges (dim(1)).
struct BladeSelection {
    std::vector<std::string> ranges;

    /// Adds RANGE... to a command.
    void add_options(CLI::App& app);

    /// Their coordinate names, in the order of the cluster. Failures: usage for none and for what
    /// is no range; what the daemon says, and what is no blade; Failure::shares, those of
    /// check_served_here.
    Outcome<std::vector<model::ComponentName>> resolve(const Context& context) const;
    /// The same of any server's blades, whatever Context::blades says.
    Outcome<std::vector<model::ComponentName>> find(const Context& context) const;
};

/// The one blade that TEXT names. Errors: invalid_input when it names several.
Outcome<model::ComponentName> resolve_blade(const Context& context, const std::string& text);

/// confirm(), with the blades' names as a range.
Outcome<> confirm_blades(const Context& context, const std::string& what,
                         const std::vector<model::ComponentName>& blades,
                         std::size_t ask_above = kAskAbove);

/// The arguments of the commands that bring blades and an image together: RANGE... IMAGE.
class ImageAndBlades {
public:
    void add_options(CLI::App& app);
    bool is_empty() const { return words_.ranges.empty(); }

    /// Failures: usage for a missing or wrong image, and those of BladeSelection::resolve.
    Outcome<api::ImageOfBlades> resolve(const Context& context) const;

private:
    BladeSelection words_;  ///< the image with them, the last
    std::string image_;     ///< is there for --help
};

/// The action of a command that sends ImageAndBlades as a long request.
Action image_and_blades_job(CLI::App& app, http::Method method, const char* target,
                            const char* what);

}  // namespace dim::tool
