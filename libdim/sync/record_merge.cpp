#include "libdim/sync/record_merge.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::sync {

namespace {

constexpr std::size_t kShownName = 64;
constexpr std::string_view kDifferently =
    " in the new generation and differently on the blade: the blade's stays";

bool is_same(const Records& a, std::span<const Records::Index> in_a, const Records& b,
             std::span<const Records::Index> in_b) {
    return std::ranges::equal(in_a, in_b, [&](Records::Index left, Records::Index right) {
        return a[left].text == b[right].text;
    });
}

/// For people: "alice" of "alice:".
std::string name_of(const Record& record) {
    std::string_view name = record.key;
    if (name.ends_with(':')) name.remove_suffix(1);
    return printable(name, kShownName);
}

}  // namespace

Merged RecordMerge::run() {
    decide_newer();
    place_blade();
    write();
    return std::move(result_);
}

RecordMerge::Outcome RecordMerge::decide(const Record& record) {
    const Span before = older_.find(record.key);
    const Span now = newer_.find(record.key);
    const Span here = blade_.find(record.key);
    if (is_same(blade_, here, newer_, now) || is_same(blade_, here, older_, before))
        return now.empty() ? Outcome::none : Outcome::newer;
    if (is_same(newer_, now, older_, before)) return here.empty() ? Outcome::none : Outcome::blade;
    return decide_changed_by_both(record, before, now, here);
}

RecordMerge::Outcome RecordMerge::decide_changed_by_both(const Record& record, Span before,
                                                         Span now, Span here) {
    // Of lines without a name only the count can differ.
    if (!record.is_named)
        return !before.empty() && (now.empty() || here.empty()) ? Outcome::none : Outcome::blade;
    if (here.empty())
        return conflict(record,
                        "changed in the new generation, but removed on the blade: stays removed",
                        Outcome::none);
    if (now.empty())
        return conflict(record, "removed in the new generation, but changed on the blade: stays",
                        Outcome::blade);
    if (before.empty())
        return conflict(record, "added" + std::string(kDifferently), Outcome::blade);
    if (before.size() == 1 && now.size() == 1 && here.size() == 1)
        return merge_fields(record, before.front(), now.front(), here.front());
    return conflict(record, "changed" + std::string(kDifferently), Outcome::blade);
}

RecordMerge::Outcome RecordMerge::merge_fields(const Record& record, Index before, Index now,
                                               Index here) {
    auto line =
        merge_account_line(rules_.fields, older_[before].text, newer_[now].text, blade_[here].text);
    if (!line) return conflict(record, "changed" + std::string(kDifferently), Outcome::blade);
    for (const std::string_view field : line->conflicts)
        conflict(record, std::string(field) + " changed" + std::string(kDifferently),
                 Outcome::merged);
    merged_.emplace(now, std::move(line->text));
    return Outcome::merged;
}

RecordMerge::Outcome RecordMerge::conflict(const Record& record, const std::string& reason,
                                           Outcome outcome) {
    result_.conflicts.push_back(name_of(record) + ": " + reason);
    return outcome;
}

void RecordMerge::decide_newer() {
    for (const Record& record : newer_.all())
        newer_outcomes_.push_back(record.ordinal == 0
                                      ? decide(record)
                                      : newer_outcomes_[newer_.find(record.key).front()]);
}

/// Decides on what only the blade has, and where it goes.
void RecordMerge::place_blade() {
    std::size_t place = 0;
    for (Index i = 0; i < blade_.all().size(); ++i) {
        const Record& record = blade_[i];
        const Span now = newer_.find(record.key);
        if (record.ordinal > 0)
            blade_outcomes_.push_back(blade_outcomes_[blade_.find(record.key).front()]);
        else
            blade_outcomes_.push_back(now.empty() ? decide(record) : newer_outcomes_[now.front()]);
        if (record.ordinal < now.size()) {
            if (blade_outcomes_.back() != Outcome::none) place = now[record.ordinal] + 1;
        } else if (blade_outcomes_.back() == Outcome::blade) {
            // Behind all of the same key, so that those keep their numbers.
            if (!now.empty()) place = std::max<std::size_t>(place, now.back() + 1);
            additions_.emplace_back(place, i);
        }
    }
    std::ranges::sort(additions_);
}

void RecordMerge::write() {
    written_.resize(blade_.all().size());
    auto addition = additions_.begin();
    for (Index i = 0; i <= newer_.all().size(); ++i) {
        for (; addition != additions_.end() && addition->first == i; ++addition)
            write_blade(addition->second);
        if (i < newer_.all().size()) write_newer(i);
    }
}

void RecordMerge::write_newer(Index index) {
    const Record& record = newer_[index];
    switch (newer_outcomes_[index]) {
        case Outcome::none: break;
        case Outcome::newer: write_record(record.text); break;
        case Outcome::merged: write_record(merged_.at(index)); break;
        case Outcome::blade:
            if (const Span here = blade_.find(record.key); record.ordinal < here.size())
                write_blade(here[record.ordinal]);
            break;
    }
}

/// One of this one's key: they keep their order, wherever they have come to.
void RecordMerge::write_blade(Index index) {
    const Span here = blade_.find(blade_[index].key);
    write_record(blade_[here[written_[here.front()]++]].text);
}

void RecordMerge::write_record(std::string_view text) {
    result_.text.append(text).append(rules_.end);
}

}  // namespace dim::sync
