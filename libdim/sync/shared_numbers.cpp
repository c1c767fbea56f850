#include "libdim/sync/shared_numbers.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace dim::sync {

namespace {

constexpr std::size_t kShownText = 64;

/// The numbers of a version's names; field INDEX of FIELDS.
class Numbers {
public:
    Numbers(std::span<const AccountField> fields, std::size_t index)
        : fields_(fields), index_(index) {}

    std::optional<std::string_view> of(const Record& record) const {
        if (!record.is_named) return std::nullopt;
        return field_of(fields_, record.text, index_);
    }
    bool has(const Records& records, std::string_view key, std::string_view number) const {
        const auto found = records.find(key);
        return !found.empty() && of(records[found.front()]) == number;
    }

private:
    std::span<const AccountField> fields_;
    std::size_t index_;
};

std::string shown(std::string_view text) {
    if (text.ends_with(':')) text.remove_suffix(1);
    return printable(text, kShownText);
}

}  // namespace

std::vector<std::string> shared_numbers(std::span<const AccountField> fields, const Records& older,
                                        const Records& newer, const Records& merged) {
    const auto field = std::ranges::find(fields, AccountField::Kind::number, &AccountField::kind);
    if (field == fields.end()) return {};
    const Numbers numbers(fields, static_cast<std::size_t>(field - fields.begin()));
    std::map<std::string_view, std::string_view> owners;  // the first name that is the blade's own
    for (const Record& record : merged.all()) {
        const auto number = numbers.of(record);
        if (number && !numbers.has(newer, record.key, *number))
            owners.try_emplace(*number, record.key);
    }
    std::vector<std::string> told;
    for (const Record& record : newer.all()) {
        const auto number = numbers.of(record);
        if (!number || numbers.has(older, record.key, *number)) continue;
        const auto owner = owners.find(*number);
        if (owner == owners.end() || !numbers.has(merged, record.key, *number)) continue;
        told.push_back(shown(record.key) + ": the new generation brings it with " +
                       std::string(field->name) + " " + shown(*number) + ", which " +
                       shown(owner->second) +
                       " has on the blade: both have it now, give one of "
                       "them another");
    }
    return told;
}

}  // namespace dim::sync
