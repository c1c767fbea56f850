#pragma once

#include "libdim/api/image_messages.hpp"
#include "libdim/sys/spool_file.hpp"
#include "tools/failure.hpp"

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace dim::tool {

/// The words and options that say what an image is made of.
struct MasterArguments {
    std::string source;
    std::vector<std::string> exclude;
    bool no_default_exclude = false;
    bool one_file_system = false;

    bool has_options() const { return !exclude.empty() || no_default_exclude || one_file_system; }
};

/// The word SOURCE; more is said of it after what it can be.
CLI::Option* add_source(CLI::App& app, MasterArguments& arguments, const std::string& more = "");
void add_master_options(CLI::App& app, MasterArguments& arguments);

/// A path is meant as seen from here; "-" is standard input, see read_standard_input().
Outcome<api::ImageSource> parse_master(const MasterArguments& arguments);

/// What standard input holds becomes the SOURCE of the request, if "-" is said; it is there as long
/// as what is returned. After all words were found to be right.
Outcome<std::optional<sys::SpoolFile>> read_standard_input(const MasterArguments& arguments,
                                                           model::MasterSource& source);

}  // namespace dim::tool
