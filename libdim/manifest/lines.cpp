#include "libdim/manifest/lines.hpp"

#include "libdim/base/begin_work.hpp"
#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <future>
#include <thread>
#include <utility>
#include <vector>

namespace dim::manifest {

namespace {

constexpr std::string_view kEndWord = "=end ";
constexpr std::size_t kDigestSize = 64;
constexpr std::size_t kNanosecondDigits = 9;
/// With less a thread costs more than it gives.
constexpr std::size_t kLinesOfThread = 10'000;
constexpr std::size_t kPiece = std::size_t{256} << 10;

/// Numbers have one form, so that a text has one digest.
template <class T>
Result<T> parse_printed(std::string_view text, T maximum) {
    DIM_TRY(const T value, parse_number<T>(text, std::numeric_limits<T>::min(), maximum));
    if (std::to_string(value) == text) return value;
    return fail(ErrorCode::invalid_input,
                "'" + printable(text, 40) + "' should be " + std::to_string(value));
}

}  // namespace

std::string_view take_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    return line;
}

Result<Lines> open_lines(std::string_view text) {
    const auto cut_off = [] {
        return fail(Error(ErrorCode::invalid_input, "the end is missing: the file was cut off"));
    };
    if (!text.ends_with('\n')) return cut_off();
    const std::size_t before_end = text.rfind('\n', text.size() - 2);
    if (text.size() < 2 || before_end == text.npos) return cut_off();
    const std::string_view covered = text.substr(0, before_end + 1);
    const std::string_view end = text.substr(covered.size(), text.size() - covered.size() - 1);
    if (!end.starts_with(kEndWord)) return cut_off();
    Words words(end.substr(kEndWord.size()));
    DIM_TRY(const std::uint64_t count, words.number("number of lines", SIZE_MAX));
    DIM_TRY(const std::string_view digest, words.next("digest"));
    if (!words.is_over()) return fail(ErrorCode::invalid_input, "there is more than a digest");
    if (digest != tls::sha256(covered)) {
        return fail(ErrorCode::invalid_input,
                    "the digest of what it says is another than the one at its end: it is damaged");
    }
    Lines lines{.first = {}, .body = covered, .count = count};
    lines.first = take_line(lines.body);
    if (static_cast<std::uint64_t>(std::ranges::count(lines.body, '\n')) != count)
        return fail(ErrorCode::invalid_input, "it has not " + std::to_string(count) + " lines");
    return lines;
}

namespace {

/// Lines one after the other, for a thread of their own.
struct Share {
    std::size_t first = 0;  ///< the index of the first
    std::string_view text;
    Result<void> result = {};
};

/// The lines in as many shares as there are threads for them.
std::vector<Share> share_out(const Lines& lines) {
    const std::size_t threads = std::clamp<std::size_t>(
        lines.count / kLinesOfThread, 1, std::max(1U, std::thread::hardware_concurrency()));
    std::vector<Share> shares;
    std::string_view rest = lines.body;
    std::size_t first = 0;
    for (std::size_t i = threads; i > 0; --i) {
        const std::size_t end = i == 1 ? rest.npos : rest.find('\n', rest.size() / i);
        const std::size_t size = end == rest.npos ? rest.size() : end + 1;
        shares.push_back({.first = first, .text = rest.substr(0, size)});
        first += static_cast<std::size_t>(std::ranges::count(shares.back().text, '\n'));
        rest.remove_prefix(size);
    }
    return shares;
}

}  // namespace

Result<void>
for_each_line(const Lines& lines,
              const std::function<Result<void>(std::size_t, std::string_view)>& parse) {
    const auto work = [&](Share& share) {
        std::string_view rest = share.text;
        for (std::size_t index = share.first; !rest.empty(); ++index) {
            share.result = parse(index, take_line(rest));
            if (share.result) continue;
            // The first line says what the text is.
            share.result = fail(
                std::move(share.result).error().with_context("line " + std::to_string(index + 2)));
            return;
        }
    };
    std::vector<Share> shares = share_out(lines);
    {
        std::vector<std::future<void>> others;
        for (std::size_t i = 1; i < shares.size(); ++i)
            others.push_back(begin_work([&work, &share = shares[i]] { work(share); }));
        work(shares.front());
        for (std::future<void>& other : others)
            other.get();
    }
    for (Share& share : shares)
        DIM_CHECK(std::move(share.result));
    return {};
}

namespace {

std::string end_line(std::size_t count, std::string_view digest) {
    return std::string(kEndWord) + std::to_string(count) + " " + std::string(digest) + "\n";
}

}  // namespace

TextSink appending_to(std::string& text) {
    return [&text](std::string_view piece) -> Result<void> {
        text += piece;
        return {};
    };
}

LineWriter::LineWriter(std::string_view first, const TextSink& sink) : sink_(sink) {
    text_.reserve(kPiece + kPiece / 4);
    text_.append(first).append("\n");
}

Result<void> LineWriter::hand_over() {
    digest_.add(text_);
    DIM_CHECK(sink_(text_));
    text_.clear();
    return {};
}

Result<void> LineWriter::end_line() {
    ++count_;
    return text_.size() < kPiece ? Result<void>() : hand_over();
}

Result<std::string> LineWriter::finish() {
    DIM_CHECK(hand_over());
    std::string digest = tls::to_hex(digest_.finish());
    DIM_CHECK(sink_(manifest::end_line(count_, digest)));
    return digest;
}

void append_end(std::string& text, std::size_t count) {
    text += end_line(count, tls::sha256(text));
}

std::string_view digest_in(std::string_view text) {
    return text.size() <= kDigestSize ? std::string_view{}
                                      : text.substr(text.size() - 1 - kDigestSize, kDigestSize);
}

Result<std::string_view> Words::next(std::string_view what) {
    const std::size_t end = rest_.find(' ');
    const std::string_view word = rest_.substr(0, end);
    if (is_over_ || word.empty())
        return fail(ErrorCode::invalid_input, "there is no " + std::string(what));
    is_over_ = end == rest_.npos;
    rest_.remove_prefix(is_over_ ? rest_.size() : end + 1);
    return word;
}

Result<std::uint64_t> Words::number(std::string_view what, std::uint64_t maximum) {
    DIM_TRY(const std::string_view word, next(what));
    Result<std::uint64_t> value = parse_printed<std::uint64_t>(word, maximum);
    if (!value) return fail(std::move(value).error().with_context(what));
    return value;
}

std::string to_text(const sys::FileTime& time) {
    const std::string digits = std::to_string(time.nanoseconds);
    return std::to_string(time.seconds) + "." +
           std::string(kNanosecondDigits - std::min(kNanosecondDigits, digits.size()), '0') +
           digits;
}

Result<sys::FileTime> parse_time(std::string_view text) {
    const std::size_t point = text.find('.');
    if (point == text.npos || text.size() - point - 1 != kNanosecondDigits)
        return fail(ErrorCode::invalid_input,
                    "'" + printable(text, 40) + "' is no time with nine decimals");
    DIM_TRY(const std::int64_t seconds,
            parse_printed<std::int64_t>(text.substr(0, point), INT64_MAX));
    DIM_TRY(const std::uint32_t nanoseconds,
            parse_number<std::uint32_t>(text.substr(point + 1), 0, 999'999'999));
    return sys::FileTime{.seconds = seconds, .nanoseconds = nanoseconds};
}

}  // namespace dim::manifest
