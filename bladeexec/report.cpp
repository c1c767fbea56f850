#include "bladeexec/report.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <vector>

namespace dim::bladeexec {

namespace {

constexpr std::string_view kEnded = "ended";
constexpr std::string_view kFailed = "failed";

std::string one_line(std::string text) {
    for (char& c : text)
        if (c == '\n') c = ' ';
    return text;
}

}  // namespace

// "ended CODE SIGNAL", or "failed KIND", its message and its cure, a line each.
std::string to_text(const Report& report) {
    if (report)
        return std::string(kEnded) + "\n" + std::to_string(report->code) + "\n" +
               std::to_string(report->signal) + "\n";
    return std::string(kFailed) + "\n" + std::to_string(static_cast<int>(report.error().code())) +
           "\n" + one_line(report.error().message()) + "\n" + one_line(report.error().cure()) +
           "\n";
}

Report parse_report(std::string_view text) {
    const std::vector<std::string_view> lines = split(text, '\n');
    if (lines.size() == 4 && lines[0] == kEnded) {
        DIM_TRY(const int code, parse_number<int>(lines[1]));
        DIM_TRY(const int signal, parse_number<int>(lines[2]));
        return sys::ExitStatus{.code = code, .signal = signal};
    }
    if (lines.size() != 5 || lines[0] != kFailed)
        return fail(ErrorCode::internal, "blade-exec died without a report");
    DIM_TRY(const int kind, parse_number<int>(lines[1], 0, static_cast<int>(ErrorCode::internal)));
    return fail(Error(ErrorCode{kind}, std::string(lines[2])).with_cure(std::string(lines[3])));
}

}  // namespace dim::bladeexec
