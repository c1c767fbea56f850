#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/file.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The form that the files of this library have in common: a first line that says what it is, lines
/// of words between single blanks, and a last line "=end COUNT SHA256" with the number of lines
/// between them and the digest of all before it.
namespace dim::manifest {

/// What is between the first and the last line, each line ended by a line feed.
struct Lines {
    std::string_view first;  ///< without its line feed
    std::string_view body;
    std::size_t count = 0;
};
/// Errors: invalid_input when the end is missing, cut off or does not fit.
Result<Lines> open_lines(std::string_view text);

/// Ends TEXT, which has COUNT lines behind the first.
void append_end(std::string& text, std::size_t count);

/// The digest in the last line of a whole text.
std::string_view digest_in(std::string_view text);

/// Takes the words of a line one by one.
class Words {
public:
    explicit Words(std::string_view line) : rest_(line), is_over_(line.empty()) {}
    bool is_over() const { return is_over_; }
    /// Errors: invalid_input, naming WHAT, when there is none, or it is empty.
    Result<std::string_view> next(std::string_view what);
    /// The same for a number, written as it is printed: no leading zero.
    Result<std::uint64_t> number(std::string_view what, std::uint64_t maximum);

private:
    std::string_view rest_;
    bool is_over_;
};

/// "1700000000.123456789", "-1.500000000" for half a second after -1.
std::string to_text(const sys::FileTime& time);
/// Errors: invalid_input for what to_text does not write.
Result<sys::FileTime> parse_time(std::string_view text);

/// The next line of REST, which ends with a line feed, taken off it.
std::string_view take_line(std::string_view& rest);

}  // namespace dim::manifest
