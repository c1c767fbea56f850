#include "libdim/changeset/content.hpp"

#include "libdim/manifest/entry_text.hpp"
#include "libdim/manifest/lines.hpp"

#include <array>
#include <limits>
#include <utility>

namespace dim::changeset {

namespace {

constexpr std::string_view kWord = "=content ";
constexpr std::array<std::string_view, 3> kForms{"whole", "same", "delta"};

Result<Form> parse_form(std::string_view word) {
    for (std::size_t i = 0; i < kForms.size(); ++i)
        if (kForms.at(i) == word) return static_cast<Form>(i);
    return fail(ErrorCode::invalid_input, "content of an unknown form");
}

Result<tls::Sha256Digest> parse_digest(std::string_view word) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    tls::Sha256Digest digest{};
    if (word.size() != 2 * digest.size() || word.find_first_not_of(kDigits) != word.npos)
        return fail(ErrorCode::invalid_input, "content without a digest");
    for (std::size_t i = 0; i < digest.size(); ++i)
        digest.at(i) = static_cast<unsigned char>(kDigits.find(word[2 * i]) << 4 |
                                                  kDigits.find(word[2 * i + 1]));
    return digest;
}

}  // namespace

std::string to_line(const Content& content) {
    std::string line(kWord);
    line += tls::to_hex(content.sha256);
    line.append(" ").append(std::to_string(content.size));
    line.append(" ").append(kForms.at(static_cast<std::size_t>(content.form)));
    line.append(" ").append(std::to_string(content.bytes)).append(" ");
    manifest::append_path(line, content.path);
    return line;
}

Result<Content> parse_content(std::string_view line) {
    if (!line.starts_with(kWord)) return fail(ErrorCode::invalid_input, "no content");
    constexpr std::uint64_t kAny = std::numeric_limits<std::int64_t>::max();
    manifest::Words words(line.substr(kWord.size()));
    Content content;
    DIM_TRY(const std::string_view digest, words.next("digest"));
    DIM_TRY(content.sha256, parse_digest(digest));
    DIM_TRY(content.size, words.number("size", kAny));
    DIM_TRY(const std::string_view form, words.next("form"));
    DIM_TRY(content.form, parse_form(form));
    DIM_TRY(content.bytes, words.number("number of bytes", kAny));
    DIM_TRY(const std::string_view path, words.next("path"));
    DIM_TRY(content.path, manifest::parse_path(path));
    const bool is_right = content.form == Form::whole
                              ? content.bytes == content.size && content.path.empty()
                          : content.form == Form::same ? content.bytes == 0 && !content.path.empty()
                                                       : !content.path.empty();
    if (words.is_over() && is_right) return content;
    return fail(ErrorCode::invalid_input, "content of which the parts do not fit");
}

Amounts amounts_of(std::span<const Content> contents) {
    Amounts amounts;
    for (const Content& content : contents) {
        switch (content.form) {
            case Form::whole: ++amounts.whole; break;
            case Form::same: ++amounts.same; break;
            case Form::delta: ++amounts.deltas; break;
        }
        amounts.content_bytes += content.size;
        amounts.bytes += content.bytes;
    }
    return amounts;
}

}  // namespace dim::changeset
