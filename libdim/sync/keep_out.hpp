#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sync/path_pattern.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dim::sync {

/// "- PATTERN" or "PATTERN": what matches is kept out, a new generation does not touch it.
/// "+ PATTERN": what matches is not kept out, whatever the rules after this say.
struct KeepOutRule {
    std::string text;
    std::string
        origin;  ///< for people: "this command", "image granite", "the cluster definition, for x"
    bool operator==(const KeepOutRule&) const = default;
};

/// What all say that have something to say of a blade image.
struct KeepOutPlaces {
    struct Text {
        std::string rules;  ///< as split_rules() has them
        std::string place;  ///< "login"
    };
    std::vector<std::string> command = {};  ///< a rule each
    Text blade = {};                        ///< of the definition, for the blade or its group
    Text image = {};
    Text cluster = {};  ///< of the definition, for all
};

/// Which paths of a blade image replication leaves alone, by rules as rsync(1) filters with,
/// "FILTER RULES": the first that matches counts, and what is below a directory that is kept out is
/// kept out.
class KeepOut {
public:
    static constexpr std::size_t kMaximumRules = 1024;

    KeepOut() = default;  ///< keeps nothing out
    /// Errors, naming rule and origin: invalid_input, limit_exceeded.
    static Result<KeepOut> parse(std::vector<KeepOutRule> rules);

    /// The same with the rules of all PLACES, in the order in which they are there.
    static Result<KeepOut> of(const KeepOutPlaces& places);

    /// Whether PATH ("etc/motd", relative to the image's root) is kept out.
    bool keeps(std::string_view path, bool is_directory) const;
    /// The rule that says so, or that it is not; null when none matches. It lives as long as this.
    const KeepOutRule* decides(std::string_view path, bool is_directory) const;

private:
    struct Entry {
        KeepOutRule rule;
        PathPattern pattern;
        bool is_kept_out;
    };
    static Result<Entry> parse_rule(KeepOutRule rule);
    const Entry* first_match(std::string_view path, bool is_directory) const;
    const Entry* deciding(std::string_view path, bool is_directory) const;

    std::vector<Entry> entries_;
};

/// The property of a cluster definition that has a blade's rules.
inline constexpr std::string_view kKeepOutProperty = "keep-out";

/// The rules in the value of a property, "- /etc/motd; /var/lib/app/; + *.conf": separated by ';'
/// or line feeds, without the blanks around them. Errors: limit_exceeded.
Result<std::vector<std::string>> split_rules(std::string_view text);
/// The same with where they come from.
Result<std::vector<KeepOutRule>> rules_of(std::string_view text, const std::string& origin);

}  // namespace dim::sync
