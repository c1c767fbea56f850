#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dim::model {

/// Which paths of a tree are meant: what `--exclude` takes. Names are compared as by fnmatch(3): *
/// is any characters, ? one, [a-z] one of these, and none of them a slash.
///
///   /proc/*      everything directly below /proc of the tree
///   lost+found   whatever has this name, anywhere
///   cache/*.deb  anywhere, where the last names fit
///
/// Who leaves out a directory leaves out what is below it.
class PathPattern {
public:
    /// Errors: invalid_input, limit_exceeded above 1024 bytes.
    static Result<PathPattern> parse(std::string_view text);

    /// PATH is from the tree's root, without a slash at its beginning: "var/lib/x"; any bytes.
    bool matches(std::string_view path) const;

    const std::string& text() const { return text_; }
    bool operator==(const PathPattern&) const = default;

private:
    std::string text_;
    std::vector<std::string> names_;
    bool is_from_root_ = false;
};

/// Patterns of one tree; a path that one of them matches is meant.
class PathPatterns {
public:
    static constexpr std::size_t kLimit = 256;

    /// Errors: those of PathPattern, limit_exceeded for more than kLimit.
    static Result<PathPatterns> parse(const std::vector<std::string>& texts);
    bool match(std::string_view path) const;

private:
    std::vector<PathPattern> patterns_;
};

}  // namespace dim::model
