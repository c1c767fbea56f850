#pragma once

#include "libdim/api/look_messages.hpp"
#include "tools/command.hpp"

#include <string>

namespace dim::tool {

/// The arguments of the commands about one file of a blade: BLADE PATH [--image IMAGE].
class FileOfBlade {
public:
    void add_options(CLI::App& app);

    /// Failures: usage for a wrong path or image; those of resolve_blade.
    Outcome<api::PathQuestion> resolve(const Context& context) const;

private:
    std::string blade_;
    std::string path_;
    std::string image_;
};

}  // namespace dim::tool
