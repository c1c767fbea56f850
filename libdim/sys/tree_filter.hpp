#pragma once

#include "libdim/sys/fd.hpp"

#include <functional>
#include <string>

namespace dim::sys {

/// Which part of a tree is meant. What is not set answers no. Any thread may ask.
struct TreeFilter {
    /// Is PATH, from where the tree begins ("usr/lib/x"), left out, with all below it?
    std::function<bool(const std::string& path)> leaves_out = {};
    /// Does DIRECTORY, on which another file system is mounted, belong to the tree with what is in
    /// it? Else it is an empty directory.
    std::function<bool(const Fd& directory)> enters = {};
};

}  // namespace dim::sys
