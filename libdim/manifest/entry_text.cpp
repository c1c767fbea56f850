#include "libdim/manifest/entry_text.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/manifest/escaped_text.hpp"
#include "libdim/manifest/lines.hpp"
#include "libdim/manifest/manifest_text.hpp"

#include <algorithm>
#include <array>

namespace dim::manifest {

namespace {

constexpr std::string_view kRoot = ".";
constexpr std::uint32_t kModeLimit = 07777;
constexpr std::size_t kModeDigits = 4;

constexpr std::array<std::pair<EntryType, char>, 7> kTypeLetters{{
    {EntryType::file, 'f'},
    {EntryType::directory, 'd'},
    {EntryType::symlink, 'l'},
    {EntryType::block_device, 'b'},
    {EntryType::character_device, 'c'},
    {EntryType::fifo, 'p'},
    {EntryType::socket, 's'},
}};

bool is_device(EntryType type) {
    return type == EntryType::block_device || type == EntryType::character_device;
}

std::string octal_mode(std::uint32_t mode) {
    std::string text(kModeDigits, '0');
    for (std::size_t digit = kModeDigits; digit-- > 0; mode >>= 3)
        text[digit] = static_cast<char>('0' + (mode & 7));
    return text;
}

void append_word(std::string& text, std::string_view word) { text.append(" ").append(word); }

Result<EntryType> parse_type(std::string_view word) {
    for (const auto& [type, letter] : kTypeLetters)
        if (word == std::string_view(&letter, 1)) return type;
    return fail(ErrorCode::invalid_input, "'" + printable(word, 20) + "' is no type");
}

Result<std::uint32_t> parse_mode(std::string_view word) {
    DIM_TRY(const std::uint32_t mode, parse_number<std::uint32_t>(word, 0, kModeLimit, 8));
    if (octal_mode(mode) == word) return mode;
    return fail(ErrorCode::invalid_input, "'" + printable(word, 20) + "' is no mode");
}

int hex_digit(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

Result<tls::Sha256Digest> parse_digest(std::string_view word) {
    tls::Sha256Digest digest{};
    bool is_whole = word.size() == 2 * digest.size();
    for (std::size_t i = 0; is_whole && i < digest.size(); ++i) {
        const int high = hex_digit(word[2 * i]);
        const int low = hex_digit(word[2 * i + 1]);
        is_whole = high >= 0 && low >= 0;
        digest[i] = static_cast<unsigned char>(high * 16 + low);
    }
    if (is_whole) return digest;
    return fail(ErrorCode::invalid_input, "'" + printable(word, 80) + "' is no SHA-256");
}

Result<void> parse_content(Words& words, Entry& entry) {
    if (entry.type == EntryType::file) {
        DIM_TRY(entry.size, words.number("size", UINT64_MAX));
        DIM_TRY(const std::string_view digest, words.next("digest"));
        DIM_TRY(entry.sha256, parse_digest(digest));
    } else if (entry.type == EntryType::symlink) {
        DIM_TRY(const std::string_view target, words.next("target"));
        DIM_TRY(entry.target, unescape(target, kTargetLimit));
        if (entry.target.find('\0') != entry.target.npos)
            return fail(ErrorCode::invalid_input, "a NUL in the target of a link");
    } else if (is_device(entry.type)) {
        DIM_TRY(const std::uint64_t major, words.number("major number", UINT32_MAX));
        DIM_TRY(const std::uint64_t minor, words.number("minor number", UINT32_MAX));
        entry.device_major = static_cast<std::uint32_t>(major);
        entry.device_minor = static_cast<std::uint32_t>(minor);
    }
    return {};
}

Result<void> parse_attribute(std::string_view word, Entry& entry) {
    const std::size_t equals = word.find('=');
    if (equals == word.npos || equals == 0)
        return fail(ErrorCode::invalid_input, "'" + printable(word, 80) + "' is no attribute");
    DIM_TRY(std::string name, unescape(word.substr(0, equals), kAttributeNameLimit));
    DIM_TRY(std::string value, unescape(word.substr(equals + 1), kAttributeLimit));
    if (name.find('\0') != name.npos)
        return fail(ErrorCode::invalid_input, "a NUL in the name of an attribute");
    if (!entry.attributes.empty() && entry.attributes.rbegin()->first >= name)
        return fail(ErrorCode::invalid_input, "the attributes are not in order");
    if (entry.attributes.size() == kAttributesLimit)
        return fail(ErrorCode::limit_exceeded,
                    "more than " + std::to_string(kAttributesLimit) + " attributes");
    entry.attributes.emplace_hint(entry.attributes.end(), std::move(name), std::move(value));
    return {};
}

}  // namespace

Result<std::string> parse_path(std::string_view word) {
    if (word == kRoot) return std::string();
    DIM_TRY(std::string path, unescape(word, kPathLimit));
    for (const std::string_view component : split(path, '/')) {
        if (component.empty() || component == "." || component == ".." ||
            component.find('\0') != component.npos)
            return fail(ErrorCode::invalid_input,
                        "'" + std::string(word.substr(0, 80)) + "' is no path below a root");
    }
    return path;
}

void append_path(std::string& text, const std::string& path) {
    path.empty() ? void(text.append(kRoot)) : append_escaped(text, path);
}

void append_entry(std::string& text, const Entry& entry) {
    append_path(text, entry.path);
    append_word(text, std::string(1, std::ranges::find(kTypeLetters, entry.type,
                                                       &std::pair<EntryType, char>::first)
                                         ->second));
    append_word(text, octal_mode(entry.mode));
    append_word(text, std::to_string(entry.owner));
    append_word(text, std::to_string(entry.group));
    append_word(text, to_text(entry.modified));
    if (entry.type == EntryType::file) {
        append_word(text, std::to_string(entry.size));
        append_word(text, tls::to_hex(entry.sha256));
    } else if (entry.type == EntryType::symlink) {
        text += ' ';
        append_escaped(text, entry.target);
    } else if (is_device(entry.type)) {
        append_word(text, std::to_string(entry.device_major));
        append_word(text, std::to_string(entry.device_minor));
    }
    if (entry.link_group != 0) append_word(text, "=link=" + std::to_string(entry.link_group));
    for (const auto& [name, value] : entry.attributes) {
        text += ' ';
        append_escaped(text, name);
        text += '=';
        append_escaped(text, value);
    }
    text += '\n';
}

Result<Entry> parse_entry(std::string_view line) {
    constexpr std::string_view kLink = "=link=";
    Words words(line);
    Entry entry;
    DIM_TRY(const std::string_view path, words.next("path"));
    DIM_TRY(entry.path, parse_path(path));
    DIM_TRY(const std::string_view type, words.next("type"));
    DIM_TRY(entry.type, parse_type(type));
    DIM_TRY(const std::string_view mode, words.next("mode"));
    DIM_TRY(entry.mode, parse_mode(mode));
    DIM_TRY(const std::uint64_t owner, words.number("owner", UINT32_MAX));
    DIM_TRY(const std::uint64_t group, words.number("group", UINT32_MAX));
    entry.owner = static_cast<std::uint32_t>(owner);
    entry.group = static_cast<std::uint32_t>(group);
    DIM_TRY(const std::string_view modified, words.next("time"));
    DIM_TRY(entry.modified, parse_time(modified));
    DIM_CHECK(parse_content(words, entry));
    for (bool is_first = true; !words.is_over(); is_first = false) {
        DIM_TRY(const std::string_view word, words.next("attribute"));
        if (is_first && word.starts_with(kLink)) {
            Words number(word.substr(kLink.size()));
            DIM_TRY(const std::uint64_t link, number.number("link group", kEntriesLimit));
            if (link == 0) return fail(ErrorCode::invalid_input, "there is no link group 0");
            entry.link_group = static_cast<std::uint32_t>(link);
        } else {
            DIM_CHECK(parse_attribute(word, entry));
        }
    }
    return entry;
}

}  // namespace dim::manifest
