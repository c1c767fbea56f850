#pragma once

#include "libdim/model/names.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <memory>

namespace dim::server {

/// Who waits for news of a blade: at most one for each, whose answer is a later look at what there
/// is. Each call costs the same with thousands waiting. May go before those who wait.
class BladeNews {
    struct State;
    struct Place;

public:
    BladeNews();
    ~BladeNews();
    BladeNews(const BladeNews&) = delete;
    BladeNews& operator=(const BladeNews&) = delete;

    /// One who waits, from now on: what is told before wait() is not missed. Gone with it.
    class [[nodiscard]] Waiter {
    public:
        Waiter(Waiter&&) noexcept;
        ~Waiter();
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;
        Waiter& operator=(Waiter&&) = delete;

        /// Until there is news, another begins to wait for the blade, nobody is to wait any more,
        /// or TIME is over. On the executor it was begun with; this outlives the awaitable.
        boost::asio::awaitable<void> wait(std::chrono::milliseconds time);

    private:
        friend class BladeNews;
        Waiter(std::shared_ptr<State> state, std::shared_ptr<Place> place);
        std::shared_ptr<State> state_;
        std::shared_ptr<Place> place_;
    };

    /// EXECUTOR is run by one thread, and outlives all calls of tell() and stop().
    Waiter begin(const model::ComponentName& blade, const boost::asio::any_io_executor& executor);
    /// There may be news for BLADE. Any thread.
    void tell(const model::ComponentName& blade);
    /// From now on nobody waits. Any thread.
    void stop();

    std::size_t waiting_count() const;

private:
    std::shared_ptr<State> state_;
};

}  // namespace dim::server
