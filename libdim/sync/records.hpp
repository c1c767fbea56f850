#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::sync {

/// One line or stanza of a file.
struct Record {
    std::string_view key;       ///< what is the same thing in another version of the file
    std::string_view text;      ///< without the line feed at its end
    std::uint32_t line = 0;     ///< where it begins, from 1
    std::uint32_t ordinal = 0;  ///< how many of the same key are before it
    /// False: the whole text is the key, as with comments, lines for NIS and shells.
    bool is_named = false;
};

enum class RecordForm {
    accounts,  ///< lines "NAME:...", each name once
    ranges,    ///< lines "NAME:...", a name as often as it likes
    lines,     ///< without names
    stanzas,   ///< of packages, as deb822(5), each package once for an architecture
};

/// A file as the records that it is a sequence of. They point into the text, or into this.
class Records {
public:
    using Index = std::uint32_t;

    /// TEXT outlives this. Errors: invalid_input, naming the line and nothing of what it says.
    static Result<Records> parse(RecordForm form, std::string_view text);
    Records(Records&&) = default;
    Records& operator=(Records&&) = default;

    const std::vector<Record>& all() const { return all_; }
    const Record& operator[](Index index) const { return all_[index]; }
    /// Those with this key, in the order of the file.
    std::span<const Index> find(std::string_view key) const;

private:
    Records() = default;
    void add_lines(RecordForm form, std::string_view text);
    Result<void> add_stanzas(std::string_view text);
    Result<void> add_stanza(std::string_view text, std::uint32_t line);
    Result<void> sort(RecordForm form);

    std::vector<Record> all_;
    std::vector<Index> by_key_;     ///< of all_, by key, then as in the file
    std::deque<std::string> keys_;  ///< of stanzas
};

}  // namespace dim::sync
