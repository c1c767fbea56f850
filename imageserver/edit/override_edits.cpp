#include "imageserver/edit/override_edits.hpp"

#include "libdim/api/limits.hpp"

#include <algorithm>

namespace dim::server {

using model::ComponentName;

namespace {

api::OverrideFile describe_file(const PlannedFile& file, const OverrideJournal::Entries& journal) {
    api::OverrideFile description{.path = "/" + file.wanted.path,
                                  .rule = file.wanted.rule,
                                  .state = std::string(to_string(file.state)),
                                  .is_secret = file.wanted.is_secret(),
                                  .instead_of = file.wanted.instead_of};
    if (!file.note.empty()) description.note = file.note;
    const auto entry = journal.find(file.wanted.path);
    if (entry != journal.end() && !entry->second.digest.empty())
        description.written = entry->second.written;
    return description;
}

/// What may be told of what a rule says.
std::optional<std::string> text_of(const PlannedFile& file) {
    if (file.state == OverrideState::leftover || file.state == OverrideState::problem)
        return std::nullopt;
    const std::string_view bytes = file.wanted.bytes.view();
    if (file.wanted.kind == WantedFile::Kind::directory || file.wanted.is_secret() ||
        bytes.contains('\0') || bytes.size() > api::limits::kOverrideTextBytes)
        return std::nullopt;
    return std::string(bytes);
}

std::string file_count(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " file" : " files");
}

}  // namespace

Result<Overrides::Plan> OverrideEdits::plan(const api::BladeImage& image) {
    DIM_TRY(const api::ImageSummary summary, images_.image(image.image, image.generation));
    DIM_CHECK(images_.ensure_ready(image.blade, image.image));
    return overrides_.plan(image.blade, summary, images_.mount_point(image.blade, image.image));
}

api::ImageOverrides OverrideEdits::describe(const api::BladeImage& image,
                                            const api::OverrideQuery& query) {
    api::ImageOverrides description{.blade = image.blade, .image = image.image};
    const auto planned = plan(image);
    if (!planned) {
        description.problem = api::to_problem(planned.error());
        return description;
    }
    for (const PlannedFile& file : planned->files) {
        if (query.path && *query.path != "/" + file.wanted.path) continue;
        description.files.push_back(describe_file(file, planned->journal));
        if (query.path) description.files.back().text = text_of(file);
    }
    for (const IdleRule& rule : planned->idle)
        description.idle.push_back({rule.rule, rule.reason});
    return description;
}

Result<api::OverrideList> OverrideEdits::look(const api::OverrideQuery& query) {
    DIM_CHECK(blades_.require(query.blades));
    DIM_TRY(const std::vector<api::BladeImage> images, images_.blade_images());
    api::OverrideList list;
    for (const api::BladeImage& image : images) {
        const bool is_asked = std::ranges::find(query.blades, image.blade) != query.blades.end();
        if (is_asked && (!query.image || *query.image == image.image))
            list.images.push_back(describe(image, query));
    }
    return list;
}

Result<Overrides::Outcome> OverrideEdits::write(const ComponentName& blade,
                                                const model::ImageName& image,
                                                Overrides::Changed changed,
                                                const std::string& why) {
    DIM_TRY(const api::BladeImage blade_image, images_.blade_image(blade, image));
    DIM_TRY(const api::ImageSummary summary, images_.image(image, blade_image.generation));
    DIM_CHECK(images_.ensure_ready(blade, image));
    DIM_TRY(Overrides::Outcome outcome,
            overrides_.apply(blade, summary, images_.mount_point(blade, image), changed));
    if (outcome.written != 0)
        DIM_CHECK(blades_.tell({&blade, 1}, file_count(outcome.written) + " of blade image " +
                                                to_string(image) + " written " + why));
    return outcome;
}

Result<void> OverrideEdits::renew(const ComponentName& blade, const model::ImageName& image) {
    if (!blades_.require({&blade, 1}) || !images_.blade_image(blade, image)) return {};
    auto outcome = write(blade, image, Overrides::Changed::kept,
                         "anew: a template or the cluster definition changed");
    if (!outcome) return fail(std::move(outcome).error().with_context(to_string(blade)));
    if (outcome->problems.empty()) return {};
    return fail(std::move(outcome->problems.front()).with_context(to_string(blade)));
}

Result<Edit> OverrideEdits::apply(const api::ApplyOverrides& request, const Progress& progress) {
    DIM_CHECK(blades_.require(request.blades));
    std::size_t done = 0;
    std::size_t written = 0;
    std::size_t kept = 0;
    std::vector<Error> problems;
    for (const ComponentName& blade : request.blades) {
        progress("overrides of " + to_string(blade), done++, request.blades.size());
        auto outcome =
            write(blade, request.image,
                  request.is_forced ? Overrides::Changed::replaced : Overrides::Changed::kept,
                  "by 'dim override apply'");
        if (!outcome) {
            problems.push_back(std::move(outcome).error().with_context(to_string(blade)));
            continue;
        }
        written += outcome->written;
        kept += outcome->kept;
        for (Error& problem : outcome->problems)
            problems.push_back(std::move(problem).with_context(to_string(blade)));
    }
    if (problems.size() > 1)
        return fail(std::move(problems.front())
                        .with_context(std::to_string(problems.size()) + " problems, the first"));
    if (!problems.empty()) return fail(std::move(problems.front()));
    std::string text = "overrides of " + to_string(request.image) + " on " +
                       blades_text(request.blades) + ": " + file_count(written) + " written";
    if (kept != 0) text += ", " + std::to_string(kept) + " kept as the blade changed them";
    return Edit{.done = std::move(text)};
}

}  // namespace dim::server
