#include "libdim/manifest/delta.hpp"

#include "libdim/base/text.hpp"
#include "libdim/manifest/entry_text.hpp"
#include "libdim/manifest/lines.hpp"
#include "libdim/manifest/manifest_text.hpp"

#include <algorithm>

namespace dim::manifest {

namespace {

constexpr std::string_view kFirstDeltaWords = "dim-manifest-delta 1 ";
constexpr std::string_view kRemoved = "- ";
constexpr std::string_view kPut = "+ ";
constexpr std::size_t kDigestDigits = 64;

bool is_digest(std::string_view text) {
    return text.size() == kDigestDigits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

Error no_delta_of(const std::string& path) {
    return Error(ErrorCode::invalid_input,
                 "it is no delta of this manifest: see '" + printable(path, 80) + "'");
}

Result<void> parse_delta_line(std::string_view line, Delta& delta) {
    if (line.starts_with(kRemoved)) {
        DIM_TRY(std::string path, parse_path(line.substr(kRemoved.size())));
        if (!delta.removed.empty() && delta.removed.back() >= path)
            return fail(ErrorCode::invalid_input, "the paths are not in order");
        delta.removed.push_back(std::move(path));
        return {};
    }
    if (!line.starts_with(kPut))
        return fail(ErrorCode::invalid_input, "it begins with neither '+' nor '-'");
    DIM_TRY(Entry entry, parse_entry(line.substr(kPut.size())));
    if (!delta.put.empty() && delta.put.back().path >= entry.path)
        return fail(ErrorCode::invalid_input, "the paths are not in order");
    delta.put.push_back(std::move(entry));
    return {};
}

}  // namespace

Delta delta_between(const Manifest& from, const Manifest& to) {
    Delta delta;
    auto old = from.entries.begin();
    for (const Entry& entry : to.entries) {
        for (; old != from.entries.end() && old->path < entry.path; ++old)
            delta.removed.push_back(old->path);
        const bool is_known = old != from.entries.end() && old->path == entry.path;
        if (!is_known || *old != entry) delta.put.push_back(entry);
        if (is_known) ++old;
    }
    for (; old != from.entries.end(); ++old)
        delta.removed.push_back(old->path);
    return delta;
}

Result<Manifest> apply(const Delta& delta, Manifest from) {
    Manifest to;
    to.entries.reserve(from.entries.size() + delta.put.size());
    auto removed = delta.removed.begin();
    auto put = delta.put.begin();
    for (Entry& entry : from.entries) {
        for (; put != delta.put.end() && put->path < entry.path; ++put)
            to.entries.push_back(*put);
        if (removed != delta.removed.end() && *removed < entry.path)
            return fail(no_delta_of(*removed));
        if (removed != delta.removed.end() && *removed == entry.path) {
            ++removed;
        } else if (put != delta.put.end() && put->path == entry.path) {
            to.entries.push_back(*put++);
        } else {
            to.entries.push_back(std::move(entry));
        }
    }
    if (removed != delta.removed.end()) return fail(no_delta_of(*removed));
    to.entries.insert(to.entries.end(), put, delta.put.end());
    return to;
}

std::string to_text(const Delta& delta, std::string_view from, std::string_view to) {
    std::string text(kFirstDeltaWords);
    text.append(from).append(" ").append(to).append("\n");
    for (const std::string& path : delta.removed) {
        text += kRemoved;
        append_path(text, path);
        text += '\n';
    }
    for (const Entry& entry : delta.put) {
        text += kPut;
        append_entry(text, entry);
    }
    append_end(text, delta.removed.size() + delta.put.size());
    return text;
}

Result<DeltaText> parse_delta(std::string_view text) {
    if (text.size() > kTextLimit)
        return fail(ErrorCode::limit_exceeded, "a delta of more than 2 GiB");
    DIM_TRY(Lines lines, open_lines(text));
    DeltaText parsed;
    if (lines.first.starts_with(kFirstDeltaWords)) {
        const std::string_view digests = lines.first.substr(kFirstDeltaWords.size());
        parsed.from = digests.substr(0, digests.find(' '));
        if (parsed.from.size() < digests.size()) parsed.to = digests.substr(parsed.from.size() + 1);
    }
    if (!is_digest(parsed.from) || !is_digest(parsed.to))
        return fail(ErrorCode::invalid_input,
                    "line 1: no delta of manifests, or one of a newer DIM");
    if (lines.count > 2 * kEntriesLimit)
        return fail(ErrorCode::limit_exceeded, "a delta of too many lines");
    bool is_putting = false;
    for (std::size_t number = 2; !lines.body.empty(); ++number) {
        const std::string_view line = take_line(lines.body);
        Result<void> taken = parse_delta_line(line, parsed.delta);
        if (taken && is_putting && line.starts_with(kRemoved))
            taken = fail(ErrorCode::invalid_input, "what is removed should come first");
        is_putting = line.starts_with(kPut);
        if (!taken)
            return fail(std::move(taken).error().with_context("line " + std::to_string(number)));
    }
    return parsed;
}

}  // namespace dim::manifest
