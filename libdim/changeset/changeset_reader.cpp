#include "libdim/changeset/changeset_reader.hpp"

#include "libdim/changeset/compressed_stream.hpp"
#include "libdim/manifest/lines.hpp"
#include "libdim/manifest/manifest_text.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace dim::changeset {

using manifest::Entry;
using manifest::EntryType;

namespace {

constexpr std::size_t kLineLimit = 4 * manifest::kPathLimit + 256;
constexpr std::size_t kDigestDigits = 64;
constexpr std::string_view kEndWord = "=end ";

bool is_digest(std::string_view text) {
    return text.size() == kDigestDigits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

struct ChangesetReader::State {
    explicit State(const sys::Fd& file) : reader(file) {}

    Result<bool> refill() {
        if (used < filled) return true;
        DIM_TRY(filled, reader.read(buffer));
        used = 0;
        return filled != 0;
    }
    std::string_view there() const { return {buffer.data() + used, filled - used}; }

    /// The next line without its end.
    Result<std::string> line() {
        std::string line;
        for (;;) {
            DIM_TRY(const bool has_more, refill());
            if (!has_more) return fail(ErrorCode::invalid_input, "its end is missing");
            const std::string_view part = there();
            const std::size_t end = part.find('\n');
            line += part.substr(0, end);
            if (line.size() > kLineLimit)
                return fail(ErrorCode::limit_exceeded, "a line of it is too long");
            used += end == part.npos ? part.size() : end + 1;
            if (end == part.npos) continue;
            // The last line is not part of what it is the digest of.
            if (!line.starts_with(kEndWord)) hash.add(line + '\n');
            return line;
        }
    }
    Result<std::size_t> read(std::span<char> bytes, std::uint64_t& rest) {
        if (rest == 0) return 0;
        DIM_TRY(const bool has_more, refill());
        if (!has_more) return fail(ErrorCode::invalid_input, "its end is missing");
        const std::size_t count =
            static_cast<std::size_t>(std::min<std::uint64_t>({bytes.size(), filled - used, rest}));
        hash.add(there().substr(0, count));
        there().copy(bytes.data(), count);
        used += count;
        rest -= count;
        return count;
    }
    Result<manifest::Manifest> read_manifest() {
        constexpr std::string_view kWord = "=manifest ";
        DIM_TRY(const std::string head, line());
        if (!head.starts_with(kWord)) return fail(ErrorCode::invalid_input, "no manifest in it");
        manifest::Words words(std::string_view(head).substr(kWord.size()));
        DIM_TRY(std::uint64_t rest, words.number("size of a manifest", kOutlineLimit));
        std::string text;
        std::vector<char> piece(kPiece);
        while (rest != 0) {
            DIM_TRY(const std::size_t count, read(piece, rest));
            text.append(piece.data(), count);
        }
        return manifest::parse_manifest(text);
    }
    Result<void> read_outline() {
        constexpr std::string_view kFirst = "dim-changeset 1 ";
        DIM_TRY(const std::string first, line());
        if (!first.starts_with(kFirst))
            return fail(ErrorCode::invalid_input, "no changeset, or one of a newer DIM");
        manifest::Words words(std::string_view(first).substr(kFirst.size()));
        DIM_TRY(const std::string_view from, words.next("digest"));
        DIM_TRY(const std::string_view to, words.next("digest"));
        if (!is_digest(from) || !is_digest(to) || !words.is_over())
            return fail(ErrorCode::invalid_input, "no digests of the trees");
        outline.from = from;
        outline.to = to;
        DIM_TRY(outline.older, read_manifest());
        DIM_TRY(outline.newer, read_manifest());
        DIM_CHECK(check_outline(outline));
        for (const Entry* entry : needed_files(outline))
            if (needed.emplace(entry->sha256, entry->size).first->second != entry->size)
                return fail(ErrorCode::invalid_input, "one digest has two sizes");
        return {};
    }
    /// It is needed and did not come yet; what it is made of is in the older tree.
    Result<void> check(const Content& content) {
        const auto wanted = needed.find(content.sha256);
        if (wanted == needed.end() || wanted->second != content.size)
            return fail(ErrorCode::invalid_input, "it has a content twice, or that nothing needs");
        needed.erase(wanted);
        if (content.form == Form::whole) return {};
        const auto found =
            std::ranges::lower_bound(outline.older.entries, content.path, {}, &Entry::path);
        const bool is_there = found != outline.older.entries.end() && found->path == content.path &&
                              found->type == EntryType::file;
        const bool is_right =
            is_there && (content.form == Form::delta ||
                         (found->sha256 == content.sha256 && found->size == content.size));
        if (is_right) return {};
        return fail(ErrorCode::invalid_input, "a content of it is made of what is not there");
    }
    Result<void> end(const std::string& text) {
        const std::string digest = tls::to_hex(hash.finish());
        if (text != std::string(kEndWord) + std::to_string(contents) + ' ' + digest)
            return fail(ErrorCode::invalid_input, "it is damaged: its digest is another one");
        if (!needed.empty()) return fail(ErrorCode::invalid_input, "a content of it is missing");
        DIM_TRY(const bool has_more, refill());
        if (has_more) return fail(ErrorCode::invalid_input, "it goes on behind its end");
        is_over = true;
        return {};
    }

    CompressedReader reader;
    std::vector<char> buffer = std::vector<char>(kPiece);
    std::size_t used = 0;
    std::size_t filled = 0;
    tls::Sha256 hash;
    Outline outline;
    std::map<tls::Sha256Digest, std::uint64_t> needed;  ///< contents that are to come: their sizes
    std::size_t contents = 0;
    std::uint64_t left = 0;  ///< of the bytes of the last content
    bool is_over = false;
};

ChangesetReader::ChangesetReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ChangesetReader::ChangesetReader(ChangesetReader&&) noexcept = default;
ChangesetReader& ChangesetReader::operator=(ChangesetReader&&) noexcept = default;
ChangesetReader::~ChangesetReader() = default;

Result<ChangesetReader> ChangesetReader::open(const sys::Fd& file) {
    auto state = std::make_unique<State>(file);
    DIM_CHECK(state->read_outline());
    return ChangesetReader(std::move(state));
}

const Outline& ChangesetReader::outline() const { return state_->outline; }

Result<std::optional<Content>> ChangesetReader::next() {
    if (state_->is_over) return std::nullopt;
    std::vector<char> piece(kPiece);
    while (state_->left != 0) {
        DIM_TRY([[maybe_unused]] const std::size_t passed, read(piece));
    }
    DIM_TRY(const std::string line, state_->line());
    if (line.starts_with(kEndWord)) {
        DIM_CHECK(state_->end(line));
        return std::nullopt;
    }
    DIM_TRY(Content content, parse_content(line));
    DIM_CHECK(state_->check(content));
    ++state_->contents;
    state_->left = content.bytes;
    return content;
}

Result<std::size_t> ChangesetReader::read(std::span<char> buffer) {
    return state_->read(buffer, state_->left);
}

Result<CheckedChangeset> check_changeset(const sys::Fd& file) {
    CheckedChangeset checked;
    DIM_TRY(auto reader, ChangesetReader::open(file));
    for (;;) {
        DIM_TRY(auto content, reader.next());
        if (!content) break;
        checked.contents.push_back(*std::move(content));
    }
    checked.outline = reader.outline();
    return checked;
}

}  // namespace dim::changeset
