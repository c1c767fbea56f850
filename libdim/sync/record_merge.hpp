#pragma once

#include "libdim/sync/account_line.hpp"
#include "libdim/sync/merge.hpp"
#include "libdim/sync/records.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dim::sync {

/// How the records of a file are merged and written.
struct RecordRules {
    std::string_view end;                    ///< behind each
    std::span<const AccountField> fields{};  ///< none: records are merged as a whole
};

/// Merges three versions of a file, record by record: RecordMerge(...).run(), once.
///
/// Those that the newer version has come in its order. What the blade alone has follows what it
/// follows on the blade.
class RecordMerge {
public:
    /// All outlive this.
    RecordMerge(const RecordRules& rules, const Records& older, const Records& newer,
                const Records& blade)
        : rules_(rules), older_(older), newer_(newer), blade_(blade) {}

    Merged run();

private:
    using Index = Records::Index;
    using Span = std::span<const Index>;
    enum class Outcome : unsigned char { none, newer, blade, merged };

    Outcome decide(const Record& record);
    Outcome decide_changed_by_both(const Record& record, Span before, Span now, Span here);
    Outcome merge_fields(const Record& record, Index before, Index now, Index here);
    Outcome conflict(const Record& record, const std::string& reason, Outcome outcome);
    void decide_newer();
    void place_blade();
    void write();
    void write_newer(Index index);
    void write_blade(Index index);
    void write_record(std::string_view text);

    RecordRules rules_;
    const Records& older_;
    const Records& newer_;
    const Records& blade_;

    std::vector<Outcome> newer_outcomes_;  ///< of the keys of newer_
    std::vector<Outcome> blade_outcomes_;  ///< of the keys of blade_
    std::map<Index, std::string> merged_;  ///< by the record of newer_
    /// Records of blade_, each with how many of newer_ come before it.
    std::vector<std::pair<std::size_t, Index>> additions_;
    std::vector<std::size_t> written_;  ///< of the first record of a key of blade_: how many are
    Merged result_;
};

}  // namespace dim::sync
