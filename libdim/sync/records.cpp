#include "libdim/sync/records.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sync/merge.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace dim::sync {

namespace {

std::unexpected<Error> refuse_line(std::size_t line, std::string_view what) {
    return fail(ErrorCode::invalid_input,
                "line " + std::to_string(line) + ": " + std::string(what));
}

Result<void> check_limits(std::string_view text) {
    if (text.size() > kMergeLimit)
        return fail(ErrorCode::invalid_input,
                    "it has more than " + std::to_string(kMergeLimit) + " bytes");
    if (std::ranges::count(text, '\n') > static_cast<std::ptrdiff_t>(kMergeLines))
        return fail(ErrorCode::invalid_input,
                    "it has more than " + std::to_string(kMergeLines) + " lines");
    if (text.contains('\0')) return fail(ErrorCode::invalid_input, "it has a NUL byte");
    return {};
}

/// "NAME:" of a line that is somebody's; nothing of a comment, a line for NIS (passwd(5) and
/// nsswitch.conf(5), "compat"), and others.
std::string_view name_key(std::string_view line) {
    constexpr std::string_view kNobodys = "#+-:";
    const std::size_t colon = line.find(':');
    if (colon == line.npos || kNobodys.contains(line.front())) return {};
    return line.substr(0, colon + 1);
}

/// Field names of deb822(5) are the same in either case.
bool is_field(std::string_view name, std::string_view lower_case) {
    constexpr char kCaseBit = 'a' ^ 'A';
    return std::ranges::equal(name, lower_case, [](char byte, char lower) {
        return byte == lower || (byte == (lower ^ kCaseBit) && lower != '-');
    });
}

struct PackageName {
    std::string_view package;
    std::string_view architecture;
};

Result<PackageName> package_name(std::string_view stanza, std::size_t line) {
    PackageName found;
    for (const std::string_view text : split(stanza, '\n')) {
        const bool is_continuation = text.starts_with(' ') || text.starts_with('\t');
        const std::size_t colon = text.find(':');
        if (is_continuation ? text.data() == stanza.data() : colon == text.npos || colon == 0)
            return refuse_line(line, "it is no field of a package");
        std::string_view* value = nullptr;
        if (is_field(text.substr(0, colon), "package")) value = &found.package;
        if (is_field(text.substr(0, colon), "architecture")) value = &found.architecture;
        if (value != nullptr && !is_continuation) {
            if (!value->empty()) return refuse_line(line, "the package has this field twice");
            *value = trim(text.substr(colon + 1));
        }
        ++line;
    }
    return found;
}

}  // namespace

Result<Records> Records::parse(RecordForm form, std::string_view text) {
    DIM_CHECK(check_limits(text));
    Records records;
    if (form == RecordForm::stanzas) {
        DIM_CHECK(records.add_stanzas(text));
    } else {
        records.add_lines(form, text);
    }
    DIM_CHECK(records.sort(form));
    return records;
}

void Records::add_lines(RecordForm form, std::string_view text) {
    if (text.ends_with('\n'))
        text.remove_suffix(1);
    else if (text.empty())
        return;
    for (const std::string_view line : split(text, '\n')) {
        const std::string_view name =
            form == RecordForm::lines ? std::string_view() : name_key(line);
        all_.push_back({.key = name.empty() ? line : name,
                        .text = line,
                        .line = static_cast<std::uint32_t>(all_.size() + 1),
                        .is_named = !name.empty()});
    }
}

Result<void> Records::add_stanzas(std::string_view text) {
    constexpr std::string_view kEmptyLine = "\n\n";
    std::uint32_t line = 1;
    while (!text.empty()) {
        if (text.front() == '\n') {
            text.remove_prefix(1);
            ++line;
            continue;
        }
        std::string_view stanza = text.substr(0, text.find(kEmptyLine));
        text.remove_prefix(stanza.size());
        if (stanza.ends_with('\n')) stanza.remove_suffix(1);
        DIM_CHECK(add_stanza(stanza, line));
        line += static_cast<std::uint32_t>(std::ranges::count(stanza, '\n'));
    }
    return {};
}

Result<void> Records::add_stanza(std::string_view text, std::uint32_t line) {
    DIM_TRY(const PackageName name, package_name(text, line));
    if (name.package.empty()) return refuse_line(line, "the stanza here names no package");
    std::string& key = keys_.emplace_back(name.package);
    if (!name.architecture.empty()) key.append(":").append(name.architecture);
    all_.push_back({.key = key, .text = text, .line = line, .is_named = true});
    return {};
}

Result<void> Records::sort(RecordForm form) {
    by_key_.resize(all_.size());
    std::iota(by_key_.begin(), by_key_.end(), Index{0});
    std::ranges::sort(by_key_, {}, [&](Index index) { return std::pair(all_[index].key, index); });
    for (std::size_t i = 1; i < by_key_.size(); ++i) {
        const Record& before = all_[by_key_[i - 1]];
        Record& record = all_[by_key_[i]];
        if (record.key != before.key) continue;
        if (record.is_named && form != RecordForm::ranges)
            return refuse_line(record.line,
                               "its name is in line " + std::to_string(before.line) + ", too");
        record.ordinal = before.ordinal + 1;
    }
    return {};
}

std::span<const Records::Index> Records::find(std::string_view key) const {
    return std::ranges::equal_range(by_key_, key, {}, [&](Index index) { return all_[index].key; });
}

}  // namespace dim::sync
