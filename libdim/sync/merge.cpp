#include "libdim/sync/merge.hpp"

#include "libdim/sync/account_line.hpp"
#include "libdim/sync/record_merge.hpp"
#include "libdim/sync/records.hpp"
#include "libdim/sync/shared_numbers.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

namespace dim::sync {

namespace {

using Kind = AccountField::Kind;

constexpr std::array<AccountField, 7> kPasswd{{{"name"},
                                               {"password"},
                                               {"user id", Kind::number},
                                               {"group id"},
                                               {"comment"},
                                               {"home directory"},
                                               {"shell"}}};
constexpr std::array<AccountField, 9> kShadow{{{"name"},
                                               {"password"},
                                               {"date of last password change"},
                                               {"minimum password age"},
                                               {"maximum password age"},
                                               {"password warning period"},
                                               {"password inactivity period"},
                                               {"account expiration date"},
                                               {"reserved field"}}};
constexpr std::array<AccountField, 4> kGroup{
    {{"name"}, {"password"}, {"group id", Kind::number}, {"members", Kind::members}}};
constexpr std::array<AccountField, 4> kGshadow{
    {{"name"}, {"password"}, {"administrators", Kind::members}, {"members", Kind::members}}};

constexpr std::string_view kLineEnd = "\n";
constexpr std::string_view kStanzaEnd = "\n\n";

struct FileForm {
    RecordForm form;
    RecordRules rules;
};

FileForm form_of(MergeKind kind) {
    switch (kind) {
        case MergeKind::passwd: return {RecordForm::accounts, {kLineEnd, kPasswd}};
        case MergeKind::shadow: return {RecordForm::accounts, {kLineEnd, kShadow}};
        case MergeKind::group: return {RecordForm::accounts, {kLineEnd, kGroup}};
        case MergeKind::gshadow: return {RecordForm::accounts, {kLineEnd, kGshadow}};
        case MergeKind::subordinate_ids: return {RecordForm::ranges, {kLineEnd}};
        case MergeKind::shells: return {RecordForm::lines, {kLineEnd}};
        case MergeKind::dpkg_status: return {RecordForm::stanzas, {kStanzaEnd}};
    }
    std::unreachable();
}

Result<Records> parse_version(RecordForm form, std::string_view text, std::string_view whose) {
    auto records = Records::parse(form, text);
    if (!records) return fail(std::move(records).error().with_context(whose));
    return records;
}

}  // namespace

std::span<const MergeFile> merge_files() {
    static constexpr std::array<MergeFile, 8> kFiles{
        {{"etc/passwd", "passwd", MergeKind::passwd},
         {"etc/shadow", "shadow", MergeKind::shadow},
         {"etc/group", "group", MergeKind::group},
         {"etc/gshadow", "gshadow", MergeKind::gshadow},
         {"etc/subuid", "subuid", MergeKind::subordinate_ids},
         {"etc/subgid", "subgid", MergeKind::subordinate_ids},
         {"etc/shells", "shells", MergeKind::shells},
         {"var/lib/dpkg/status", "dpkg-status", MergeKind::dpkg_status}}};
    return kFiles;
}

std::optional<MergeKind> merge_for(std::string_view path) {
    const auto file = std::ranges::find(merge_files(), path, &MergeFile::path);
    if (file == merge_files().end()) return std::nullopt;
    return file->kind;
}

Result<Merged> merge(MergeKind kind, std::string_view older, std::string_view newer,
                     std::string_view blade) {
    const FileForm file = form_of(kind);
    DIM_TRY(const Records before, parse_version(file.form, older, "in the older generation"));
    DIM_TRY(const Records now, parse_version(file.form, newer, "in the new generation"));
    DIM_TRY(const Records here, parse_version(file.form, blade, "on the blade"));
    // To the byte, whatever is between the records.
    if (blade == older || blade == newer) return Merged{std::string(newer), {}};
    if (newer == older) return Merged{std::string(blade), {}};
    Merged merged = RecordMerge(file.rules, before, now, here).run();
    // The generations differ in what is between records alone; the next time it would be the newer.
    if (merged.text == older) merged.text = newer;
    DIM_TRY(const Records after, parse_version(file.form, merged.text, "merged"));
    std::ranges::move(shared_numbers(file.rules.fields, before, now, after),
                      std::back_inserter(merged.conflicts));
    return merged;
}

}  // namespace dim::sync
