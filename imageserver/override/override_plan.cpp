#include "imageserver/override/override_plan.hpp"

#include "libdim/tls/sha256.hpp"

#include <algorithm>
#include <set>
#include <sys/stat.h>
#include <utility>

namespace dim::server {

namespace {

void set_problem(PlannedFile& file, const Error& error) {
    file.state = OverrideState::problem;
    file.note = to_string(error);
}

void keep(PlannedFile& file, std::string note) {
    file.state = OverrideState::changed;
    file.note = std::move(note);
}

void judge_directory(PlannedFile& file, const BladeRoot& root) {
    const auto status = root.status(file.wanted.path);
    if (!status) return set_problem(file, status.error());
    if (!*status) {
        file.state = OverrideState::missing;
        file.is_change = true;
    } else if (!S_ISDIR((*status)->mode)) {
        set_problem(file, Error(ErrorCode::conflict,
                                std::string(file_type_text((*status)->mode)) + " is in the way"));
    }
}

/// Something is there that is no file.
void judge_other(PlannedFile& file, const OverrideJournal::Entry* entry, mode_t mode,
                 Unrecorded unrecorded) {
    const std::string type(file_type_text(mode));
    if (S_ISDIR(mode))
        return set_problem(file, Error(ErrorCode::conflict, type + " is in the way"));
    file.is_change = true;
    const bool is_new = entry == nullptr || entry->digest.empty();
    if (is_new && unrecorded == Unrecorded::replaced) {
        file.state = OverrideState::missing;
    } else {
        keep(file, "the blade has " + type + " there");
    }
}

void judge_file(PlannedFile& file, const OverrideJournal::Entry* entry, const BladeRoot& root,
                Unrecorded unrecorded) {
    const auto status = root.status(file.wanted.path);
    if (!status) return set_problem(file, status.error());
    const bool is_new = entry == nullptr || entry->digest.empty();
    if (!*status) {
        file.is_change = true;
        file.state = OverrideState::missing;
        if (!is_new) keep(file, "the blade removed it");
        return;
    }
    if (!S_ISREG((*status)->mode)) return judge_other(file, entry, (*status)->mode, unrecorded);
    const auto now = root.read(file.wanted.path);
    if (!now && now.error().code() != ErrorCode::limit_exceeded)
        return set_problem(file, now.error());
    // One that is larger than anything DIM writes is none of DIM's.
    const std::string digest =
        now && *now ? override_digest((*now)->bytes.view(), (*now)->mode, (*now)->owner) : "";
    if (digest == file.digest) return;
    file.is_change = true;
    if (entry != nullptr && !digest.empty() && entry->wrote(digest)) {
        file.state = OverrideState::outdated;
    } else if (is_new && unrecorded == Unrecorded::replaced) {
        file.state = OverrideState::missing;
    } else {
        keep(file, is_new ? "the blade has one that DIM did not write" : "the blade changed it");
    }
}

}  // namespace

std::string_view to_string(OverrideState state) {
    switch (state) {
        case OverrideState::current: return "current";
        case OverrideState::missing: return "missing";
        case OverrideState::outdated: return "outdated";
        case OverrideState::changed: return "changed";
        case OverrideState::leftover: return "leftover";
        case OverrideState::problem: return "problem";
    }
    std::unreachable();
}

std::string override_digest(std::string_view bytes, mode_t mode, sys::FileOwner owner) {
    tls::Sha256 sum;
    sum.add(std::to_string(mode) + ' ' + std::to_string(owner.user) + ' ' +
            std::to_string(owner.group) + '\n');
    sum.add(bytes);
    return tls::to_hex(sum.finish());
}

Result<std::vector<PlannedFile>> plan_overrides(std::vector<WantedFile> wanted,
                                                const OverrideJournal::Entries& journal,
                                                const BladeRoot& root, Unrecorded unrecorded) {
    std::vector<PlannedFile> plan;
    std::set<std::string> paths;
    for (WantedFile& file : wanted) {
        paths.insert(file.path);
        const auto entry = journal.find(file.path);
        plan.push_back({.wanted = std::move(file)});
        PlannedFile& planned = plan.back();
        if (planned.wanted.problem) {
            set_problem(planned, *planned.wanted.problem);
        } else if (planned.wanted.kind == WantedFile::Kind::directory) {
            judge_directory(planned, root);
        } else {
            planned.digest = override_digest(planned.wanted.bytes.view(), planned.wanted.mode,
                                             planned.wanted.owner);
            judge_file(planned, entry == journal.end() ? nullptr : &entry->second, root,
                       unrecorded);
        }
    }
    for (const auto& [path, entry] : journal) {
        if (paths.contains(path) || entry.digest.empty()) continue;
        plan.push_back({.wanted = {.path = path, .rule = entry.rule},
                        .state = OverrideState::leftover,
                        .note = "no rule is for it any more"});
    }
    std::ranges::sort(
        plan, {}, [](const PlannedFile& file) -> const std::string& { return file.wanted.path; });
    return plan;
}

}  // namespace dim::server
