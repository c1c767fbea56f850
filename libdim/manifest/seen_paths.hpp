#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/read_entry.hpp"
#include "libdim/sys/fd.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace dim::manifest {

/// What there was in a tree, to which somebody else writes, when it was looked at. A change takes
/// away only what is still as it was seen, and leaves the other paths: what becomes of those has to
/// be decided anew.
class SeenPaths {
public:
    /// A path that is not added was not there.
    void add(const ReadEntry& read);
    /// Whether NAME in DIRECTORY, which is PATH, is as it was seen; of a directory, whether it is
    /// the same one. Not of a file that was changed so short a time before the look that another
    /// change would have the same time. Errors: io.
    Result<bool> is_as_seen(std::string_view path, const sys::Fd& directory,
                            const std::string& name) const;

    /// Whether the directory PATH, open as DIRECTORY, has the mode, owner and attributes that were
    /// seen, or was not there. Errors: io.
    Result<bool> has_seen_attributes(std::string_view path, const sys::Fd& directory) const;

    void leave(std::string_view path) { left_.emplace(path); }
    /// What is in the directory PATH is not left with it.
    void leave_attributes(std::string_view path) { left_attributes_.emplace(path); }
    /// Whether PATH, or a directory that it is in, was left.
    bool is_left(std::string_view path) const;
    const std::set<std::string, std::less<>>& left() const { return left_; }
    const std::set<std::string, std::less<>>& left_attributes() const { return left_attributes_; }

private:
    struct Seen {
        sys::FileStatus status;
        std::map<std::string, std::string> attributes;  ///< of a directory
        bool is_fresh;
    };
    static bool is_same(const Seen& seen, const sys::FileStatus& now);

    std::map<std::string, Seen, std::less<>> seen_;
    std::set<std::string, std::less<>> left_;
    std::set<std::string, std::less<>> left_attributes_;
};

}  // namespace dim::manifest
