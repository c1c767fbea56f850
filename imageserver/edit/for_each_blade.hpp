#pragma once

#include "imageserver/image/images.hpp"
#include "libdim/model/names.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

namespace dim::server {

/// Calls WORK(index, progress) for each of BLADES, four at once for each processor (most of the
/// time it waits for the disk), until one returns false. How many were begun: the first of BLADES.
template <class Work>
std::size_t for_each_blade(std::span<const model::ComponentName> blades, const Progress& progress,
                           Work work) {
    constexpr unsigned kMostThreads = 16;
    std::atomic<std::size_t> next = 0;
    std::atomic<bool> goes_on = true;
    std::mutex telling;
    std::size_t done = 0;
    const auto tell = [&](std::string_view text) {
        const std::scoped_lock lock(telling);
        progress(text, done, blades.size());
    };
    const auto run = [&] {
        while (goes_on) {
            const std::size_t number = next++;
            if (number >= blades.size()) return;
            if (!work(number,
                      [&](std::string_view text, std::uint64_t, std::uint64_t) { tell(text); }))
                goes_on = false;
            const std::scoped_lock lock(telling);
            progress("blade image of " + to_string(blades[number]), ++done, blades.size());
        }
    };
    {
        const std::size_t threads = std::min<std::size_t>(
            blades.size(), std::clamp(4 * std::thread::hardware_concurrency(), 1U, kMostThreads));
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < threads; ++i)
            others.emplace_back(run);
        run();
    }
    return std::min(next.load(), blades.size());
}

}  // namespace dim::server
