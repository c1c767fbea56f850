#include "libdim/manifest/manifest_text.hpp"

#include "libdim/base/text.hpp"
#include "libdim/manifest/entry_text.hpp"

#include <algorithm>

namespace dim::manifest {

namespace {

constexpr std::string_view kFirstLine = "dim-manifest 1";
/// Makes room at once for what most entries take.
constexpr std::size_t kUsualLine = 160;
constexpr std::size_t kShortestLine = std::string_view("a f 0644 0 0 0.000000000").size();

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

/// That they are in order, and their link groups what they must be. The first line is none of them.
Result<void> check_entries(const std::vector<Entry>& entries) {
    const auto at_line = [](Error error, std::size_t index) {
        return fail(std::move(error).with_context("line " + std::to_string(index + 2)));
    };
    LinkGroups links;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (i > 0 && entries[i - 1].path >= entries[i].path) {
            return at_line(Error(ErrorCode::invalid_input,
                                 "the path should come before that of the line above"),
                           i);
        }
        if (auto linked = links.add(entries[i]); !linked)
            return at_line(std::move(linked).error(), i);
    }
    return links.finish();
}

}  // namespace

std::string to_text(const Manifest& manifest) {
    std::string text;
    text.reserve(kUsualLine * (manifest.entries.size() + 2));
    (void)write_text(manifest, appending_to(text));
    return text;
}

Result<std::string> write_text(const Manifest& manifest, const TextSink& sink) {
    LineWriter writer(kFirstLine, sink);
    for (const Entry& entry : manifest.entries) {
        append_entry(writer.text(), entry);
        DIM_CHECK(writer.end_line());
    }
    return writer.finish();
}

Result<Manifest> parse_manifest(std::string_view text) {
    if (text.size() > kTextLimit)
        return fail(ErrorCode::limit_exceeded, "a manifest of more than 2 GiB");
    DIM_TRY(const Lines lines, open_lines(text));
    if (lines.first != kFirstLine)
        return fail(ErrorCode::invalid_input, "line 1: '" + printable(lines.first, 40) +
                                                  "' should be '" + std::string(kFirstLine) +
                                                  "': no manifest, or one of a newer DIM");
    if (lines.count > kEntriesLimit)
        return fail(ErrorCode::limit_exceeded,
                    "a manifest of more than " + std::to_string(kEntriesLimit) + " entries");
    // Lines too short for entries are not given the memory of entries: one of them is wrong.
    const bool has_room = lines.body.size() >= lines.count * kShortestLine;
    Manifest manifest;
    manifest.entries.resize(has_room ? lines.count : 0);
    DIM_CHECK(for_each_line(lines, [&](std::size_t index, std::string_view line) -> Result<void> {
        DIM_TRY(Entry entry, parse_entry(line));
        if (has_room) manifest.entries[index] = std::move(entry);
        return {};
    }));
    DIM_CHECK(check_entries(manifest.entries));
    return manifest;
}

std::string digest_of(std::string_view text) { return std::string(digest_in(text)); }

}  // namespace dim::manifest
