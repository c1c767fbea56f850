#include "initagent/kernel_messages.hpp"

#include "libdim/base/text.hpp"

namespace dim::agent {

namespace {
constexpr std::size_t kMessageLength = 160;
}  // namespace

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
