#include "libdim/model/path_pattern.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <fnmatch.h>

namespace dim::model {

namespace {

constexpr std::size_t kPatternBytes = 1024;

Error wrong_pattern(std::string_view text, std::string cure) {
    return Error(ErrorCode::invalid_input, "'" + printable(text, 100) + "' is no pattern of paths")
        .with_cure(std::move(cure));
}

}  // namespace

Result<PathPattern> PathPattern::parse(std::string_view text) {
    if (text.size() > kPatternBytes)
        return fail(ErrorCode::limit_exceeded, "a pattern of paths is too long");
    if (text.empty() || text == "/") return fail(wrong_pattern(text, "write it as /var/cache/*"));
    if (text.ends_with('/'))
        return fail(wrong_pattern(text, "name a directory without a slash at its end"));
    if (text.find_first_of(std::string_view("\n\0", 2)) != text.npos)
        return fail(wrong_pattern(text, "write ? for a line feed"));
    PathPattern pattern;
    pattern.text_ = text;
    pattern.is_from_root_ = text.front() == '/';
    for (const std::string_view name : split(text.substr(pattern.is_from_root_ ? 1 : 0), '/')) {
        if (name.empty() || name == "." || name == "..")
            return fail(wrong_pattern(text, "write it without empty names, . and .."));
        pattern.names_.emplace_back(name);
    }
    return pattern;
}

bool PathPattern::matches(std::string_view path) const {
    std::vector<std::string_view> names = split(path, '/');
    if (names.size() < names_.size() || (is_from_root_ && names.size() != names_.size()))
        return false;
    names.erase(names.begin(), names.end() - static_cast<std::ptrdiff_t>(names_.size()));
    return std::ranges::equal(names_, names, [](const std::string& pattern, std::string_view name) {
        return ::fnmatch(pattern.c_str(), std::string(name).c_str(), 0) == 0;
    });
}

Result<PathPatterns> PathPatterns::parse(const std::vector<std::string>& texts) {
    if (texts.size() > kLimit) {
        return fail(ErrorCode::limit_exceeded,
                    "more than " + std::to_string(kLimit) + " patterns of paths");
    }
    PathPatterns patterns;
    for (const std::string& text : texts) {
        DIM_TRY(PathPattern pattern, PathPattern::parse(text));
        patterns.patterns_.push_back(std::move(pattern));
    }
    return patterns;
}

bool PathPatterns::match(std::string_view path) const {
    return std::ranges::any_of(patterns_,
                               [&](const PathPattern& pattern) { return pattern.matches(path); });
}

}  // namespace dim::model
