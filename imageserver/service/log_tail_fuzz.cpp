#include "imageserver/service/log_tail.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/fuzz.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace {

using dim::server::LogPosition;
using dim::server::LogTail;

dim::testing::Goal positions("a position read, written and read again");
dim::testing::Goal followed("lines of a log that was read in several runs");
dim::testing::Goal cut("a line above the limit");
dim::testing::Goal emptied("a log that was emptied");

/// A log, its reader, and all the lines that were ever complete in it.
class Log {
public:
    Log() { reopen(); }

    void append(std::string_view text) {
        const auto file = dim::sys::open(path_, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (!file || !dim::sys::write_all(*file, text)) std::abort();
        written_ += text;
    }
    /// Emptied, or replaced by another file, after all of it was read.
    void begin_anew(bool is_other_file) {
        read();
        if (is_other_file) {
            (void)dim::sys::rename(path_, path_ + ".1");
        } else if (const auto file = dim::sys::open(path_, O_WRONLY)) {
            (void)dim::sys::ftruncate(*file, 0);
        }
        // As the reader finds it: a file as long as before could not be told from the old one.
        read();
        if (!written_.empty()) emptied.reach();
        written_.clear();
        lines_.clear();
    }
    /// As a daemon that starts again, with what it wrote down.
    void reopen() {
        std::optional<LogPosition> start;
        if (tail_ && end_.inode != 0) {
            start = LogPosition::parse(to_string(end_)).value();
            if (*start != end_) std::abort();
            if (!lines_.empty()) followed.reach();
        }
        tail_.emplace(LogTail::open(path_, start).value());
    }
    void read() {
        for (;;) {
            const auto lines = tail_->read_lines();
            if (!lines || lines->lines.size() > LogTail::kLinesLimit) std::abort();
            lines_.insert(lines_.end(), lines->lines.begin(), lines->lines.end());
            end_ = lines->end;
            tail_->accept();
            if (!lines->has_more) return;
        }
    }
    /// What was read is what was written, cut at the limit.
    void check() {
        read();
        std::vector<std::string> expected;
        const std::string text = written_.substr(0, written_.rfind('\n') + 1);
        const std::string_view rest = std::string_view(written_).substr(text.size());
        for (const std::string_view line : dim::split(text, '\n'))
            expected.emplace_back(line.substr(0, LogTail::kLineLimit));
        expected.pop_back();  // behind the last line feed
        // A line is cut as soon as it is too long, without waiting for its end.
        if (rest.size() > LogTail::kLineLimit)
            expected.emplace_back(rest.substr(0, LogTail::kLineLimit));
        if (lines_ != expected) std::abort();
        if (std::ranges::any_of(
                lines_, [](const std::string& line) { return line.size() == LogTail::kLineLimit; }))
            cut.reach();
    }

private:
    static inline const dim::testing::TemporaryDirectory kDirectory;
    static inline int count = 0;
    std::string path_ = kDirectory / ("log" + std::to_string(count++ % 16));
    struct Cleared {
        explicit Cleared(const std::string& path) {
            (void)dim::sys::unlink(path);
            (void)dim::sys::unlink(path + ".1");
        }
    } cleared_{path_};
    std::string written_;
    std::vector<std::string> lines_;
    LogPosition end_;  ///< of what was read
    std::optional<LogTail> tail_;
};

void check_position(std::string_view text) {
    const auto position = LogPosition::parse(text);
    if (!position) return;
    if (LogPosition::parse(to_string(*position)) != *position) std::abort();
    positions.reach();
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {
        {"position", "131:4711"},
        {"lines",
         "+DHCPDISCOVER from 52:54:00:01:01:01 via boot0\n\1r\1o\1+DHCPOFFER on \1r\1o\1+10.1.0.11 "
         "to 52:54:00:01:01:01 via boot0\n"},
        {"emptied", "+one\ntwo\n\1r\1t\1+three\n\1o\1n\1+four\n"},
        {"long", "*x\1r\1o\1+still the same line\nand the next\n\1*y\1+\n"}};
}

/// Steps with \x01 between them: what is appended ('+', or '*': very often), and what else happens.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view input = dim::testing::text_of(data, size);
    check_position(input);
    Log log;
    std::size_t steps = 0;
    for (const std::string_view step : dim::split(input, '\1')) {
        if (step.empty() || ++steps > 50) continue;
        switch (step.front()) {
            case '+': log.append(step.substr(1)); break;
            case '*': {
                std::string many;
                while (step.size() > 1 && many.size() <= LogTail::kLineLimit)
                    many += step.substr(1);
                log.append(many);
                break;
            }
            case 'r': log.read(); break;
            case 'o': log.reopen(); break;
            case 't': log.begin_anew(false); break;
            case 'n': log.begin_anew(true); break;
            default: break;
        }
    }
    log.check();
    return 0;
}
