#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sync/character_class.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dim::sync {

/// A pattern for paths as rsync(1) has them, "PATTERN MATCHING RULES".
class PathPattern {
public:
    static constexpr std::size_t kMaximumSize = 4096;  ///< bytes

    /// Errors: limit_exceeded; invalid_input, also for a pattern that no path can match.
    static Result<PathPattern> parse(std::string_view text);

    /// PATH is relative to the image's root: "etc/motd". Directories above it are paths of their
    /// own. Takes at most as many steps as PATH has bytes times those that the pattern has.
    bool matches(std::string_view path, bool is_directory) const;

private:
    struct Token {
        enum class Kind : std::uint8_t { byte, set, star, star_star };
        Kind kind;
        char byte = 0;
        std::uint16_t set = 0;  ///< in sets_
    };
    class Walk;

    Result<void> parse_tokens(std::string_view text);
    void add_set(const ByteSet& set);
    bool matches_literally(std::string_view path) const;
    bool matches_tokens(std::string_view path, bool is_directory) const;

    std::string literal_;        ///< the pattern when it has no wildcards
    std::vector<Token> tokens_;  ///< else these; two stars are never neighbours
    std::vector<ByteSet> sets_;
    bool is_anchored_ = false;            ///< "/etc": at the root alone
    bool is_for_directories_ = false;     ///< "cache/"
    bool is_for_last_component_ = false;  ///< "*.o"
    bool begins_anywhere_ = false;        ///< "x/*.o": behind any slash
    bool begins_with_star_star_ = false;  ///< "**/x": also x at the root
    bool ends_with_three_stars_ = false;  ///< "x/***": also the directory x
};

}  // namespace dim::sync
