#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::sync {

/// A field of a line "NAME:FIELD:...".
struct AccountField {
    enum class Kind {
        value,
        number,   ///< which no two names should have
        members,  ///< a set, "alice,bob"
    };
    std::string_view name;  ///< for people
    Kind kind = Kind::value;
};

struct AccountLine {
    std::string text;
    std::vector<std::string_view> conflicts;  ///< names of fields
};

/// Merges each field by itself; members as a set. Where both sides changed a field differently, the
/// blade's stays. Nothing when a line has not just FIELDS, or there are none.
std::optional<AccountLine> merge_account_line(std::span<const AccountField> fields,
                                              std::string_view older, std::string_view newer,
                                              std::string_view blade);

/// The field of this index; nothing when the line has not just FIELDS.
std::optional<std::string_view> field_of(std::span<const AccountField> fields,
                                         std::string_view line, std::size_t index);

}  // namespace dim::sync
