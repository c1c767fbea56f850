#include "libdim/sync/path_pattern.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <utility>

namespace dim::sync {

namespace {

std::unexpected<Error> refuse_pattern(std::string message, std::string cure) {
    return fail(Error(ErrorCode::invalid_input, std::move(message)).with_cure(std::move(cure)));
}

Result<void> check_bytes(std::string_view text) {
    if (text.empty()) return refuse_pattern("it has no pattern", "write one, as /etc/motd");
    if (text.size() > PathPattern::kMaximumSize)
        return fail(Error(ErrorCode::limit_exceeded,
                          "its pattern has " + std::to_string(text.size()) + " bytes")
                        .with_cure("at most " + std::to_string(PathPattern::kMaximumSize) +
                                   " are possible"));
    constexpr unsigned char kFirstPrintable = ' ';
    if (std::ranges::any_of(text, [](unsigned char byte) { return byte < kFirstPrintable; }))
        return refuse_pattern("it has a control character", "write '?' in its place");
    return {};
}

Result<void> check_components(std::string_view text) {
    if (text.starts_with('/')) text.remove_prefix(1);
    for (const std::string_view component : split(text, '/')) {
        if (component.empty() || component == "." || component == "..")
            return refuse_pattern("no path matches it, since one of its components is '" +
                                      std::string(component) + "'",
                                  "write the path as it is below the image's root, as /etc/motd");
    }
    return {};
}

}  // namespace

Result<PathPattern> PathPattern::parse(std::string_view text) {
    DIM_CHECK(check_bytes(text));
    PathPattern pattern;
    pattern.is_for_directories_ = text.size() > 1 && text.ends_with('/');
    if (pattern.is_for_directories_) text.remove_suffix(1);
    DIM_CHECK(check_components(text));
    pattern.begins_with_star_star_ = text.starts_with("**");
    pattern.ends_with_three_stars_ = text.ends_with("***");
    pattern.is_for_last_component_ = !text.contains('/') && !text.contains("**");
    pattern.is_anchored_ = text.starts_with('/');
    pattern.begins_anywhere_ =
        !pattern.is_anchored_ && !pattern.is_for_last_component_ && !pattern.begins_with_star_star_;
    if (pattern.is_anchored_) text.remove_prefix(1);
    // Without a wildcard there is nothing to escape, and a backslash is a byte as others.
    if (text.find_first_of("*?[") == text.npos) {
        pattern.literal_ = text;
    } else {
        DIM_CHECK(pattern.parse_tokens(text));
    }
    return pattern;
}

Result<void> PathPattern::parse_tokens(std::string_view text) {
    while (!text.empty()) {
        if (text.front() == '[') {
            DIM_TRY(const ByteSet set, take_character_class(text));
            add_set(set);
        } else if (text.front() == '*') {
            const std::size_t count = std::min(text.find_first_not_of('*'), text.size());
            tokens_.push_back({count > 1 ? Token::Kind::star_star : Token::Kind::star});
            text.remove_prefix(count);
        } else if (text.front() == '?') {
            add_set(ByteSet().set().reset(index_of('/')));
            text.remove_prefix(1);
        } else {
            if (text.front() == '\\') text.remove_prefix(1);
            if (text.empty())
                return refuse_pattern("no path matches it, since it ends with a backslash",
                                      "write '\\\\' for the byte itself");
            tokens_.push_back({Token::Kind::byte, text.front()});
            text.remove_prefix(1);
        }
    }
    return {};
}

void PathPattern::add_set(const ByteSet& set) {
    tokens_.push_back({Token::Kind::set, 0, static_cast<std::uint16_t>(sets_.size())});
    sets_.push_back(set);
}

bool PathPattern::matches(std::string_view path, bool is_directory) const {
    if (path.empty() || (is_for_directories_ && !is_directory)) return false;
    if (is_for_last_component_) path.remove_prefix(path.rfind('/') + 1);
    return tokens_.empty() ? matches_literally(path) : matches_tokens(path, is_directory);
}

bool PathPattern::matches_literally(std::string_view path) const {
    if (!path.ends_with(literal_)) return false;
    path.remove_suffix(literal_.size());
    return path.empty() || (!is_anchored_ && path.ends_with('/'));
}

/// Follows all ways through the tokens at once, so that no byte is looked at twice: where in them
/// one may be after the bytes so far.
class PathPattern::Walk {
public:
    explicit Walk(const PathPattern& pattern) : pattern_(pattern) { enter(0); }

    /// The same with BYTE behind those so far.
    void step(char byte) {
        before_.swap(now_);
        now_.clear();
        if (byte == '/' && pattern_.begins_anywhere_) enter(0);
        for (const std::size_t state : before_) {
            if (state == pattern_.tokens_.size()) continue;
            if (is_star(state)) {
                if (byte != '/' || pattern_.tokens_[state].kind == Token::Kind::star_star)
                    enter(state);
            } else if (takes(pattern_.tokens_[state], byte)) {
                enter(state + 1);
            }
        }
    }
    bool is_at_end() const { return !now_.empty() && now_.back() == pattern_.tokens_.size(); }
    bool is_lost() const { return now_.empty() && !pattern_.begins_anywhere_; }

private:
    bool is_star(std::size_t state) const {
        return state < pattern_.tokens_.size() &&
               (pattern_.tokens_[state].kind == Token::Kind::star ||
                pattern_.tokens_[state].kind == Token::Kind::star_star);
    }
    bool takes(const Token& token, char byte) const {
        return token.kind == Token::Kind::byte ? token.byte == byte
                                               : pattern_.sets_[token.set].test(index_of(byte));
    }
    /// A star may take nothing, so that one is behind it as well. States come in ascending order,
    /// and all between two that belong together are there: one that is not above the last is there,
    /// too.
    void enter(std::size_t state) {
        add(state);
        if (is_star(state)) add(state + 1);
    }
    void add(std::size_t state) {
        if (now_.empty() || now_.back() < state) now_.push_back(state);
    }

    const PathPattern& pattern_;
    std::vector<std::size_t> now_;     ///< numbers of tokens that have matched, ascending
    std::vector<std::size_t> before_;  ///< those of the byte before; kept for its memory
};

bool PathPattern::matches_tokens(std::string_view path, bool is_directory) const {
    Walk walk(*this);
    if (begins_with_star_star_) walk.step('/');
    for (const char byte : path) {
        walk.step(byte);
        if (walk.is_lost()) return false;
    }
    if (ends_with_three_stars_ && is_directory) walk.step('/');
    return walk.is_at_end();
}

}  // namespace dim::sync
