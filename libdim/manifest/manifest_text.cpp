#include "libdim/manifest/manifest_text.hpp"

#include "libdim/base/text.hpp"
#include "libdim/manifest/entry_text.hpp"
#include "libdim/manifest/lines.hpp"

#include <algorithm>

namespace dim::manifest {

namespace {

constexpr std::string_view kFirstLine = "dim-manifest 1";
/// Makes room at once for what most entries take.
constexpr std::size_t kUsualLine = 160;

/// What the link groups of a manifest must be, as its entries come.
class LinkGroups {
public:
    Result<void> add(const Entry& entry) {
        if (entry.link_group == 0) return {};
        if (entry.type == EntryType::directory)
            return fail(ErrorCode::invalid_input, "a directory with a second name");
        if (entry.link_group == members_.size() + 1) {
            members_.push_back({entry, 0});
        } else if (entry.link_group > members_.size()) {
            return fail(ErrorCode::invalid_input, "the link group " +
                                                      std::to_string(members_.size() + 1) +
                                                      " should come first");
        }
        Member& member = members_[entry.link_group - 1];
        ++member.names;
        member.first.path = entry.path;
        if (member.first == entry) return {};
        return fail(ErrorCode::invalid_input,
                    "it differs from another name of the same file (link group " +
                        std::to_string(entry.link_group) + ")");
    }
    /// Errors: when one has a single name.
    Result<void> finish() const {
        const auto alone = std::ranges::find(members_, 1U, &Member::names);
        if (alone == members_.end()) return {};
        return fail(ErrorCode::invalid_input, "the link group " +
                                                  std::to_string(alone->first.link_group) +
                                                  " has one name only");
    }

private:
    struct Member {
        Entry first;
        std::uint32_t names;
    };
    std::vector<Member> members_;
};

Error at_line(Error error, std::size_t number) {
    return std::move(error).with_context("line " + std::to_string(number));
}

}  // namespace

std::string to_text(const Manifest& manifest) {
    std::string text(kFirstLine);
    text.reserve(kUsualLine * (manifest.entries.size() + 2));
    text += '\n';
    for (const Entry& entry : manifest.entries)
        append_entry(text, entry);
    append_end(text, manifest.entries.size());
    return text;
}

Result<Manifest> parse_manifest(std::string_view text) {
    if (text.size() > kTextLimit)
        return fail(ErrorCode::limit_exceeded, "a manifest of more than 2 GiB");
    DIM_TRY(Lines lines, open_lines(text));
    if (lines.first != kFirstLine)
        return fail(ErrorCode::invalid_input, "line 1: '" + printable(lines.first, 40) +
                                                  "' should be '" + std::string(kFirstLine) +
                                                  "': no manifest, or one of a newer DIM");
    if (lines.count > kEntriesLimit)
        return fail(ErrorCode::limit_exceeded,
                    "a manifest of more than " + std::to_string(kEntriesLimit) + " entries");
    Manifest manifest;
    manifest.entries.reserve(lines.count);
    LinkGroups links;
    for (std::size_t number = 2; !lines.body.empty(); ++number) {
        Result<Entry> entry = parse_entry(take_line(lines.body));
        if (!entry) return fail(at_line(std::move(entry).error(), number));
        if (!manifest.entries.empty() && manifest.entries.back().path >= entry->path) {
            return fail(at_line(Error(ErrorCode::invalid_input,
                                      "the path should come before that of the line above"),
                                number));
        }
        if (auto linked = links.add(*entry); !linked)
            return fail(at_line(std::move(linked).error(), number));
        manifest.entries.push_back(*std::move(entry));
    }
    DIM_CHECK(links.finish());
    return manifest;
}

std::string digest_of(std::string_view text) { return std::string(digest_in(text)); }

}  // namespace dim::manifest
