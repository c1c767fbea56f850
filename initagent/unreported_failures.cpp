#include "initagent/unreported_failures.hpp"

#include "libdim/api/limits.hpp"

#include <algorithm>

namespace dim::agent {

namespace {
constexpr std::size_t kMessagesKept = 8;
constexpr std::size_t kTextKept = 400;
}  // namespace

void UnreportedFailures::keep(api::BootFailure failure) {
    auto& messages = failure.kernel_messages;
    if (messages.size() > kMessagesKept)
        messages.erase(messages.begin(), messages.end() - kMessagesKept);
    for (std::string* text : {&failure.cause, &failure.tried})
        text->resize(std::min(text->size(), kTextKept));
    if (failures_.size() == api::limits::kEarlierFailures) failures_.erase(failures_.begin());
    failures_.push_back(std::move(failure));
}

}  // namespace dim::agent
