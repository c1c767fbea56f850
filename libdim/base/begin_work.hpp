#pragma once

#include <future>
#include <system_error>
#include <utility>

namespace dim {

/// Begins WORK on a thread of its own, or has whoever asks for its outcome do it, when no thread
/// can be made.
template <class Work>
auto begin_work(Work work) -> std::future<decltype(work())> {
    try {
        return std::async(std::launch::async, work);
    } catch (const std::system_error&) {
        return std::async(std::launch::deferred, std::move(work));
    }
}

}  // namespace dim
