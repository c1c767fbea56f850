#pragma once

#include "libdim/api/admin_messages.hpp"
#include "tools/failure.hpp"

#include <CLI/CLI.hpp>
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

/// A path is meant as seen from here.
Outcome<api::ImageSource> parse_master(const MasterArguments& arguments);

}  // namespace dim::tool
