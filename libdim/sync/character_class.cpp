#include "libdim/sync/character_class.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace dim::sync {

namespace {

constexpr char kLastControl = 0x1f;
constexpr char kDelete = 0x7f;
constexpr std::string_view kNameBegin = "[:";
constexpr std::string_view kNameEnd = ":]";

bool is_between(char byte, char first, char last) { return byte >= first && byte <= last; }
bool is_digit(char byte) { return is_between(byte, '0', '9'); }
bool is_lower(char byte) { return is_between(byte, 'a', 'z'); }
bool is_upper(char byte) { return is_between(byte, 'A', 'Z'); }
bool is_letter(char byte) { return is_lower(byte) || is_upper(byte); }
bool is_letter_or_digit(char byte) { return is_letter(byte) || is_digit(byte); }
bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }
bool is_space(char byte) { return byte == ' ' || is_between(byte, '\t', '\r'); }
bool is_control(char byte) { return is_between(byte, 0, kLastControl) || byte == kDelete; }
bool is_visible(char byte) { return is_between(byte, '!', '~'); }
bool is_visible_or_blank(char byte) { return is_between(byte, ' ', '~'); }
bool is_punctuation(char byte) { return is_visible(byte) && !is_letter_or_digit(byte); }
bool is_hexadecimal(char byte) {
    return is_digit(byte) || is_between(byte, 'a', 'f') || is_between(byte, 'A', 'F');
}

struct NamedClass {
    std::string_view name;
    bool (*contains)(char);
};
constexpr std::array<NamedClass, 12> kNamedClasses{{{"alnum", is_letter_or_digit},
                                                    {"alpha", is_letter},
                                                    {"blank", is_blank},
                                                    {"cntrl", is_control},
                                                    {"digit", is_digit},
                                                    {"graph", is_visible},
                                                    {"lower", is_lower},
                                                    {"print", is_visible_or_blank},
                                                    {"punct", is_punctuation},
                                                    {"space", is_space},
                                                    {"upper", is_upper},
                                                    {"xdigit", is_hexadecimal}}};

std::unexpected<Error> refuse_class(std::string message, std::string cure) {
    return fail(Error(ErrorCode::invalid_input, std::move(message)).with_cure(std::move(cure)));
}

/// The name in "[:digit:]" at the beginning of TEXT.
std::optional<std::string_view> name_at_front(std::string_view text) {
    if (!text.starts_with(kNameBegin)) return std::nullopt;
    text.remove_prefix(kNameBegin.size());
    const std::size_t end = text.find(']');
    if (end == text.npos || end == 0 || text[end - 1] != ':') return std::nullopt;
    return text.substr(0, end - 1);
}

class ClassReader {
public:
    explicit ClassReader(std::string_view rest) : rest_(rest) {}

    /// All up to the bracket that ends it; one that is the first byte is a byte as others.
    Result<ByteSet> read() {
        do {
            const auto name = name_at_front(rest_);
            DIM_CHECK(name ? add_named(*name) : add_byte_or_range());
        } while (!rest_.starts_with(']'));
        rest_.remove_prefix(1);
        return set_;
    }
    std::string_view rest() const { return rest_; }

private:
    Result<void> add_named(std::string_view name) {
        const auto named = std::ranges::find(kNamedClasses, name, &NamedClass::name);
        if (named == kNamedClasses.end())
            return refuse_class("there is no class [:" + std::string(name) + ":]",
                                "write one of rsync(1), as in [[:digit:]]");
        for (std::size_t i = 0; i < kByteValues; ++i)
            if (named->contains(static_cast<char>(i))) set_.set(i);
        rest_.remove_prefix(kNameBegin.size() + name.size() + kNameEnd.size());
        before_.reset();
        return {};
    }

    Result<void> add_byte_or_range() {
        const bool is_range =
            before_ && rest_.size() > 1 && rest_.front() == '-' && rest_[1] != ']';
        if (is_range) rest_.remove_prefix(1);
        if (rest_.starts_with('\\')) rest_.remove_prefix(1);
        if (rest_.empty())
            return refuse_class("'[' begins a class that does not end",
                                "write ']' behind it, or '\\[' for the byte itself");
        const char last = rest_.front();
        if (last == '/')
            return refuse_class("a slash is in a class, which never matches one",
                                "write the slash outside '[...]'");
        for (std::size_t i = index_of(is_range ? *before_ : last); i <= index_of(last); ++i)
            set_.set(i);
        rest_.remove_prefix(1);
        before_ = is_range ? std::nullopt : std::optional(last);
        return {};
    }

    std::string_view rest_;
    ByteSet set_;
    std::optional<char> before_;  ///< what a range may begin with
};

}  // namespace

Result<ByteSet> take_character_class(std::string_view& rest) {
    rest.remove_prefix(1);
    const bool is_negated = rest.starts_with('!') || rest.starts_with('^');
    if (is_negated) rest.remove_prefix(1);
    ClassReader reader(rest);
    DIM_TRY(ByteSet set, reader.read());
    rest = reader.rest();
    if (is_negated) set.flip();
    return set.reset(index_of('/'));
}

}  // namespace dim::sync
