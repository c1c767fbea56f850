#include "imageserver/override/overrides.hpp"

#include "imageserver/override/builtin_overrides.hpp"
#include "imageserver/override/override_levels.hpp"
#include "imageserver/override/override_tree.hpp"
#include "libdim/override/template_text.hpp"
#include "libdim/sys/directory.hpp"

#include <algorithm>
#include <map>
#include <sys/stat.h>

namespace dim::server {

using model::ComponentName;

namespace {

/// The templates that are for a blade, the more special in place of the more general.
struct MergedTemplates {
    struct Entry {
        Template wanted;
        std::vector<std::string> instead_of = {};
    };
    std::map<std::string, Entry> entries = {};
    overrides::Settings settings = {};
};

void merge(MergedTemplates& merged, OverrideTree tree) {
    merged.settings.take(tree.settings);
    for (Template& entry : tree.templates) {
        const auto [known, is_new] = merged.entries.try_emplace(entry.path);
        // The most general of several directories says how it is made: they are all the same place.
        const bool are_directories =
            !is_new && entry.is_directory && known->second.wanted.is_directory;
        if (!is_new) known->second.instead_of.push_back(known->second.wanted.source);
        if (are_directories) known->second.instead_of.pop_back();
        known->second.wanted = std::move(entry);
    }
}

/// Whoever may write there would be root on the blades.
Result<void> check_owner(const sys::Fd& top, const std::string& directory) {
    DIM_TRY(const sys::FileStatus status, sys::fstat(top));
    if (status.owner == 0 && (status.mode & (S_IWGRP | S_IWOTH)) == 0) return {};
    return fail(
        Error(ErrorCode::permission_denied, directory + " can be written to by others than root")
            .with_cure("chown root:root " + directory + "; chmod go-w " + directory));
}

Result<MergedTemplates> read_templates(const std::string& directory,
                                       const std::vector<std::string>& levels) {
    MergedTemplates merged;
    const auto top = sys::open_directory(directory);
    if (!top && top.error().code() == ErrorCode::not_found) return merged;
    if (!top) return fail(top.error());
    DIM_CHECK(check_owner(*top, directory));
    for (const std::string& level : levels) {
        auto tree = read_override_tree(*top, level);
        if (!tree) return fail(std::move(tree).error().with_context(directory));
        merge(merged, std::move(*tree));
    }
    return merged;
}

/// A shared directory is mounted over what a blade image has of that name.
Result<void> check_not_shared(const Template& wanted, const api::ImageSummary& image) {
    const std::string first = wanted.path.substr(0, wanted.path.find('/'));
    if (std::ranges::find(image.shared, first) == image.shared.end()) return {};
    return fail(Error(ErrorCode::invalid_input, wanted.source + ": /" + first +
                                                    " is shared by all blades of image " +
                                                    image.name.text())
                    .with_cure("put it into the image itself, or into a directory that is not "
                               "shared"));
}

Result<WantedFile> substituted(MergedTemplates::Entry entry, const overrides::Words& words) {
    Template& source = entry.wanted;
    WantedFile wanted{.kind = source.is_directory ? WantedFile::Kind::directory
                                                  : WantedFile::Kind::file,
                      .path = std::move(source.path),
                      .rule = source.source,
                      .instead_of = std::move(entry.instead_of),
                      .bytes = std::move(source.bytes),
                      .mode = source.mode,
                      .owner = source.owner};
    if (source.is_directory || source.is_verbatim) return wanted;
    DIM_TRY(std::string text, overrides::substitute(wanted.bytes.view(), words, source.source));
    wanted.bytes = tls::SecretText(std::move(text));
    return wanted;
}

std::vector<OverrideJournal::Written> written_of(const std::vector<const PlannedFile*>& files) {
    std::vector<OverrideJournal::Written> written;
    for (const PlannedFile* file : files)
        if (file->wanted.kind == WantedFile::Kind::file)
            written.push_back({file->wanted.path, file->wanted.rule, file->digest});
    return written;
}

Result<void> write_planned(const PlannedFile& file, const BladeRoot& root, sys::Sync sync) {
    const WantedFile& wanted = file.wanted;
    if (wanted.kind == WantedFile::Kind::directory)
        return root.make_directory(wanted.path, wanted.mode, wanted.owner);
    return root.write(wanted.path, wanted.bytes.view(),
                      {.mode = wanted.mode, .owner = wanted.owner, .sync = sync});
}

Error problem_of(const PlannedFile& file) {
    return Error(ErrorCode::conflict, "/" + file.wanted.path + ": " + file.note)
        .with_cure("see what is there, or switch off what is written there");
}

}  // namespace

Result<WantedFiles> Overrides::render(const ComponentName& blade, const api::ImageSummary& image,
                                      const BladeRoot& root) {
    DIM_TRY(const RosterEntry entry, roster_.find(blade));
    const auto definition = roster_.definition();
    DIM_TRY(
        MergedTemplates templates,
        read_templates(settings_.directory, override_levels(*definition, entry.blade, image.name)));
    DIM_TRY(WantedFiles builtins,
            builtin_overrides(*definition, entry.blade, templates.settings, root, identities_));
    const overrides::Words words = override_words(*definition, entry.blade, image.name);
    WantedFiles wanted{.files = {}, .idle = std::move(builtins.idle)};
    for (WantedFile& file : builtins.files) {
        const auto stronger = templates.entries.find(file.path);
        if (stronger == templates.entries.end()) {
            wanted.files.push_back(std::move(file));
        } else {
            auto& instead_of = stronger->second.instead_of;
            instead_of.insert(instead_of.begin(), file.rule);
        }
    }
    for (auto& [path, merged] : templates.entries) {
        DIM_CHECK(check_not_shared(merged.wanted, image));
        DIM_TRY(WantedFile file, substituted(std::move(merged), words));
        wanted.files.push_back(std::move(file));
    }
    return wanted;
}

Result<Overrides::Plan> Overrides::plan(const ComponentName& blade, const api::ImageSummary& image,
                                        const std::string& mount_point) {
    DIM_TRY(const BladeRoot root, BladeRoot::open(mount_point));
    DIM_TRY(auto journal, journal_.entries({blade, image.name}));
    DIM_TRY(WantedFiles wanted, render(blade, image, root));
    DIM_TRY(auto files, plan_overrides(std::move(wanted.files), journal, root,
                                       journal.empty() ? Unrecorded::kept : Unrecorded::replaced));
    return Plan{
        .files = std::move(files), .idle = std::move(wanted.idle), .journal = std::move(journal)};
}

Result<void> Overrides::write(const ComponentName& blade, const api::ImageSummary& image,
                              const std::string& mount_point) {
    const OverrideJournal::Image key{blade, image.name};
    DIM_CHECK(journal_.forget(key));
    DIM_TRY(const BladeRoot root, BladeRoot::open(mount_point));
    DIM_TRY(const bool has_etc, root.has_directory("etc"));
    if (!has_etc)
        return fail(Error(ErrorCode::conflict, "the image has no directory /etc of its own")
                        .with_cure("import a tree in which /etc is a directory"));
    DIM_TRY(WantedFiles wanted, render(blade, image, root));
    DIM_TRY(const auto plan,
            plan_overrides(std::move(wanted.files), {}, root, Unrecorded::replaced));
    std::vector<const PlannedFile*> files;
    for (const PlannedFile& file : plan) {
        if (file.state == OverrideState::problem) return fail(problem_of(file));
        files.push_back(&file);
        if (file.is_change) DIM_CHECK(write_planned(file, root, sys::Sync::by_caller));
    }
    DIM_CHECK(root.sync());
    return journal_.record(key, written_of(files), clock_.now());
}

Result<Overrides::Outcome> Overrides::apply(const ComponentName& blade,
                                            const api::ImageSummary& image,
                                            const std::string& mount_point, Changed changed) {
    const OverrideJournal::Image key{blade, image.name};
    DIM_TRY(const BladeRoot root, BladeRoot::open(mount_point));
    DIM_TRY(const Plan planned, plan(blade, image, mount_point));
    Outcome outcome;
    std::vector<const PlannedFile*> to_write;
    std::vector<const PlannedFile*> good;
    for (const PlannedFile& file : planned.files) {
        switch (file.state) {
            case OverrideState::current: good.push_back(&file); break;
            case OverrideState::missing:
            case OverrideState::outdated: to_write.push_back(&file); break;
            case OverrideState::changed:
                if (changed == Changed::replaced) {
                    to_write.push_back(&file);
                } else {
                    ++outcome.kept;
                }
                break;
            case OverrideState::leftover: break;
            case OverrideState::problem: outcome.problems.push_back(problem_of(file)); break;
        }
    }
    DIM_CHECK(journal_.intend(key, written_of(to_write), clock_.now()));
    for (const PlannedFile* file : to_write) {
        if (auto written = write_planned(*file, root, sys::Sync::now); !written) {
            outcome.problems.push_back(std::move(written).error());
        } else {
            good.push_back(file);
            ++outcome.written;
        }
    }
    // Those that are as they should be already keep their date.
    std::erase_if(good, [&](const PlannedFile* file) {
        const auto entry = planned.journal.find(file->wanted.path);
        return entry != planned.journal.end() && entry->second.digest == file->digest &&
               entry->second.rule == file->wanted.rule && entry->second.pending.empty() &&
               file->state == OverrideState::current;
    });
    DIM_CHECK(journal_.record(key, written_of(good), clock_.now()));
    return outcome;
}

}  // namespace dim::server
