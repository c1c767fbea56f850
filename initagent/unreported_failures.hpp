#pragma once

#include "libdim/api/agent_messages.hpp"

#include <vector>

namespace dim::agent {

/// Failures that nobody could be told of yet; the oldest go first when there are too many.
class UnreportedFailures {
public:
    /// Keeps only the last few of its kernel messages, so that all fit in one BootRequest.
    void keep(api::BootFailure failure);
    const std::vector<api::BootFailure>& failures() const { return failures_; }
    void clear() { failures_.clear(); }

private:
    std::vector<api::BootFailure> failures_;
};

}  // namespace dim::agent
