#include "imageserver/look/asked_path.hpp"
#include "imageserver/look/blade_looks.hpp"
#include "imageserver/look/blade_view.hpp"
#include "imageserver/override/blade_root.hpp"
#include "libdim/manifest/compare.hpp"
#include "libdim/manifest/escaped_text.hpp"
#include "libdim/model/path_pattern.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace dim::server {

using manifest::Entry;
using manifest::EntryType;

namespace {

std::string mode_text(std::uint32_t mode) {
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), mode, 8).ptr;
    const std::string text(digits.begin(), end);
    return std::string(text.size() < 4 ? 4 - text.size() : 0, '0') + text;
}

void describe_entry(const Entry& entry, api::PathExplanation& explanation) {
    explanation.type = std::string(to_string(entry.type));
    explanation.mode = mode_text(entry.mode);
    explanation.owner = entry.owner;
    explanation.group = entry.group;
    if (entry.type == EntryType::file) explanation.size = entry.size;
    if (entry.type == EntryType::symlink) explanation.target = manifest::escape(entry.target);
    // A blade may have set a time that no calendar has.
    constexpr std::int64_t kMostSeconds = std::int64_t{1} << 40;
    if (entry.modified.seconds < 0 || entry.modified.seconds > kMostSeconds) return;
    const auto time = model::Timestamp::from_microseconds(entry.modified.seconds * 1'000'000 +
                                                          entry.modified.nanoseconds / 1000);
    if (time) explanation.modified = *time;
}

/// The aspects in which NOW is not as THEN; as far as one name tells.
std::vector<std::string> aspects_of(Entry then, Entry now) {
    then.link_group = 0;
    now.link_group = 0;
    auto differences = manifest::compare({{std::move(then)}}, {{std::move(now)}});
    if (differences.empty()) return {};
    return std::move(differences.front().aspects);
}

}  // namespace

/// By which pattern PATH, or a directory that it is in, was left out when its generation was made.
Result<std::optional<std::string>> BladeLooks::exclusion_of(const api::BladeImage& image,
                                                            const std::string& path) {
    DIM_TRY(const auto records, catalog_.generations_of(image.image));
    const auto record = std::ranges::find(records, image.generation, &GenerationRecord::generation);
    if (record == records.end() || !record->master) return std::nullopt;
    for (const std::string& text : record->master->exclude) {
        DIM_TRY(const model::PathPattern pattern, model::PathPattern::parse(text));
        for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
            if (pattern.matches(std::string_view(path).substr(0, end))) return text;
            if (end == std::string::npos) break;
        }
    }
    return std::nullopt;
}

Result<void> BladeLooks::tell_absence(const api::BladeImage& image, const std::string& path,
                                      api::PathExplanation& explanation) {
    DIM_TRY(explanation.pattern, exclusion_of(image, path));
    explanation.state = explanation.pattern ? "kept out" : "absent";
    return {};
}

Result<void> BladeLooks::compare_with_override(const api::BladeImage& image,
                                               const std::string& path,
                                               const OverrideJournal::Entry& entry,
                                               api::PathExplanation& explanation) {
    explanation.rule = entry.rule;
    explanation.written = entry.written;
    explanation.state = "changed";
    if (!explanation.type) {
        explanation.state = "removed";
    } else if (*explanation.type == to_string(EntryType::file)) {
        DIM_TRY(const BladeRoot root,
                BladeRoot::open(images_.mount_point(image.blade, image.image)));
        const auto now = root.read(path);
        // One that is larger than anything DIM writes is none of DIM's.
        if (!now && now.error().code() != ErrorCode::limit_exceeded) return fail(now.error());
        if (now && *now &&
            entry.wrote(override_digest((*now)->bytes.view(), (*now)->mode, (*now)->owner)))
            explanation.state = "override";
    }
    return {};
}

Result<void> BladeLooks::compare_with_generation(const api::BladeImage& image,
                                                 const std::string& path, const sys::Fd& tree,
                                                 api::PathExplanation& explanation) {
    DIM_TRY(const Golden golden, golden_of(image));
    const auto& entries = golden.manifest.entries;
    const auto then = std::ranges::lower_bound(entries, path, {}, &Entry::path);
    const bool was_there = then != entries.end() && then->path == path;
    if (!explanation.type) {
        if (!was_there) return tell_absence(image, path, explanation);
        explanation.state = "removed";
        return {};
    }
    explanation.state = "created";
    if (!was_there) return {};
    const bool is_undecided =
        explanation.size && then->type == EntryType::file && explanation.size == then->size;
    auto now =
        entry_at(tree, path, is_undecided ? manifest::Content::read : manifest::Content::left_out);
    // What changes while it is read is not as it was; it differs without a digest.
    if (!now && now.error().code() == ErrorCode::conflict)
        now = entry_at(tree, path, manifest::Content::left_out);
    if (!now) return fail(std::move(now).error());
    explanation.state = "removed";
    if (!*now) return {};
    explanation.aspects = aspects_of(*then, **std::move(now));
    explanation.state = explanation.aspects.empty() ? "generation" : "changed";
    return {};
}

Result<void> BladeLooks::explain_private(const api::BladeImage& image, const std::string& path,
                                         const sys::Fd& tree, api::PathExplanation& explanation) {
    DIM_TRY(const auto written, overrides_.written(image.blade, image.image));
    const auto entry = written.find(path);
    if (entry != written.end())
        return compare_with_override(image, path, entry->second, explanation);
    return compare_with_generation(image, path, tree, explanation);
}

Result<api::PathExplanation> BladeLooks::explain(const api::PathQuestion& question) {
    DIM_TRY(const std::string path, parse_asked_path(question.path));
    DIM_TRY(const api::BladeImage image, choose(question.blade, question.image));
    DIM_TRY(const BladeView view, BladeView::open(images_, image));
    const bool is_shared = view.is_shared(path);
    const sys::Fd& tree = view.tree_of(path);
    DIM_TRY(const std::optional<Entry> now, entry_at(tree, path, manifest::Content::left_out));
    api::PathExplanation explanation{.blade = image.blade,
                                     .image = image.image,
                                     .generation = image.generation,
                                     .path = asked_path_text(path),
                                     .part = is_shared ? "shared" : "private",
                                     .state = "generation"};
    if (now) describe_entry(*now, explanation);
    if (!is_shared) {
        DIM_CHECK(explain_private(image, path, tree, explanation));
    } else if (!now) {
        DIM_CHECK(tell_absence(image, path, explanation));
    }
    return explanation;
}

}  // namespace dim::server
