#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/tls/sha256.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
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

/// Calls PARSE with each line of the body and its index, from 0: from several threads when there
/// are many. Errors: that of the first line that has one, with its number in the whole text.
Result<void>
for_each_line(const Lines& lines,
              const std::function<Result<void>(std::size_t index, std::string_view line)>& parse);

/// Gets a text piece by piece.
using TextSink = std::function<Result<void>(std::string_view piece)>;

TextSink appending_to(std::string& text);

/// Writes such a text, of which little is in memory at a time.
class LineWriter {
public:
    /// FIRST is the first line; SINK outlives this.
    LineWriter(std::string_view first, const TextSink& sink);
    /// Here the next line is appended, with its line feed.
    std::string& text() { return text_; }
    /// After each line. Errors: those of the sink.
    Result<void> end_line();
    /// Returns the digest at the end. Errors: those of the sink.
    Result<std::string> finish();

private:
    Result<void> hand_over();

    const TextSink& sink_;
    std::string text_;
    tls::Sha256 digest_;
    std::size_t count_ = 0;
};

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
