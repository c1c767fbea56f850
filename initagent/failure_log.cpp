#include "initagent/failure_log.hpp"

#include "libdim/api/limits.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::agent {

namespace {
constexpr std::size_t kMessagesKept = 8;
constexpr std::size_t kMessageLength = 160;
constexpr std::size_t kTextKept = 400;
}  // namespace

void FailureLog::keep(api::BootFailure failure) {
    auto& messages = failure.kernel_messages;
    if (messages.size() > kMessagesKept)
        messages.erase(messages.begin(), messages.end() - kMessagesKept);
    for (std::string* text : {&failure.cause, &failure.tried})
        text->resize(std::min(text->size(), kTextKept));
    if (failures_.size() == api::limits::kEarlierFailures) failures_.erase(failures_.begin());
    failures_.push_back(std::move(failure));
}

std::vector<std::string> last_kernel_messages(std::string_view log, std::size_t count) {
    std::vector<std::string> messages;
    for (std::string_view line : split(log, '\n')) {
        if (line.starts_with('<')) {
            const auto end = line.find('>');
            if (end != std::string_view::npos && end <= 4) line.remove_prefix(end + 1);
        }
        line = trim(line);
        if (!line.empty()) messages.push_back(printable(line, kMessageLength));
    }
    if (messages.size() > count)
        messages.erase(messages.begin(), messages.end() - static_cast<std::ptrdiff_t>(count));
    return messages;
}

}  // namespace dim::agent
