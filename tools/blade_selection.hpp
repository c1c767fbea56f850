#pragma once

#include "tools/command.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dim::tool {

/// The blades a command is about: names, or --all.
struct BladeSelection {
    std::vector<std::string> names;
    bool all = false;

    /// Adds BLADE... and --all to a command.
    void add_options(CLI::App& app);

    /// Errors: invalid_input for what is no name, for none and for both; what the daemon says.
    Result<std::vector<model::ComponentName>> resolve(const ApiClient& client) const;
};

/// IMAGE BLADE...: the arguments of every command that brings an image and blades together.
struct ImageAndBlades {
    std::string image;
    BladeSelection blades;

    void add_options(CLI::App& app);

    /// The request, once WHAT ("export the images of") is confirmed for that many blades.
    Result<api::ImageOfBlades> request(const Context& context, const std::string& what) const;
};

/// The action of a command that sends ImageAndBlades as a long request.
Action image_and_blades_job(CLI::App& app, http::Method method, const char* target,
                            const char* what);

}  // namespace dim::tool
