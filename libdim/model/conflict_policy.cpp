#include "libdim/model/conflict_policy.hpp"

#include "libdim/model/enum_text.hpp"

namespace dim::model {

namespace {

constexpr EnumWords<ConflictPolicy, 3> kConflictPolicies{
    {{ConflictPolicy::ask, "ask"},
     {ConflictPolicy::keep, "keep"},
     {ConflictPolicy::overwrite, "overwrite"}}};

}  // namespace

std::string_view to_string(ConflictPolicy policy) { return word_of(kConflictPolicies, policy); }

Result<ConflictPolicy> parse_conflict_policy(std::string_view text) {
    return parse_word(kConflictPolicies, "policy", text);
}

}  // namespace dim::model
