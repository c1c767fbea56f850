#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <optional>
#include <span>
#include <thread>
#include <vector>

namespace dim {

/// What WORK(item) returns for each of ITEMS, in their order; at most AT_ONCE at a time, each on a
/// thread of its own but for one on the caller's. A slow one holds up nobody but the end.
template <class Item, class Work>
auto in_parallel(std::span<Item> items, std::size_t at_once, const Work& work) {
    using Outcome = decltype(work(items.front()));
    std::vector<std::optional<Outcome>> outcomes(items.size());
    std::atomic<std::size_t> next = 0;
    const auto run = [&] {
        for (std::size_t i = next++; i < items.size(); i = next++)
            outcomes[i].emplace(work(items[i]));
    };
    {
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < std::min(items.size(), at_once); ++i)
            others.emplace_back(run);
        run();
    }
    std::vector<Outcome> all;
    all.reserve(outcomes.size());
    for (std::optional<Outcome>& outcome : outcomes)
        all.push_back(*std::move(outcome));
    return all;
}

}  // namespace dim
