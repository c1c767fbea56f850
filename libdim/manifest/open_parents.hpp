#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dim::manifest {

/// What a path is in, "" for the tree's root, and its name there.
std::string_view parent_of(std::string_view path);
std::string name_of(std::string_view path);

/// ERROR of what was done to PATH of a tree.
Error at_path(Error error, std::string_view path);

/// Whether ERROR of sys::open_beneath says that there is no such directory, or a link on the way.
bool is_no_directory(const Error& error);

/// Opens the directories that paths of a tree are in, in any order, but quickly in that of a
/// manifest. Errors: those of sys::open_beneath.
class OpenParents {
public:
    /// ROOT outlives this.
    explicit OpenParents(const sys::Fd& root) : root_(&root) {}
    /// Good until the next call.
    Result<const sys::Fd*> of(std::string_view path);
    /// What was opened may be another directory by now.
    void forget() { open_.reset(); }
    /// Makes what is missing of the directories that PATH is in.
    Result<const sys::Fd*> make(std::string_view path);

private:
    const sys::Fd* root_;
    std::string path_;
    std::optional<sys::Fd> open_;
};

}  // namespace dim::manifest
