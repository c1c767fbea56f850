#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dim::sync {

/// Which of the files that can be merged (merge_for) are: unless said otherwise, all.
class MergeSelection {
public:
    static constexpr std::string_view kAll = "all";
    static constexpr std::string_view kNone = "none";

    /// "all", also those that later versions merge; "none"; "passwd,group". Errors: invalid_input,
    /// naming the files that there are.
    static Result<MergeSelection> parse(std::string_view text);

    /// Of a file of merge_for().
    bool has(std::string_view path) const;
    /// As it is parsed: each file once, in the order of docs/sync.md.
    std::string to_text() const;
    bool operator==(const MergeSelection&) const = default;

private:
    bool has_all_ = true;
    std::uint32_t files_ = 0;  ///< a bit for each of merge_files()
};

}  // namespace dim::sync
