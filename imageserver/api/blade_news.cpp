#include "imageserver/api/blade_news.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace dim::server {

namespace asio = boost::asio;

struct BladeNews::Place {
    Place(std::string the_blade, const asio::any_io_executor& executor)
        : blade(std::move(the_blade)), timer(executor) {}
    const std::string blade;
    asio::steady_timer timer;  ///< touched on its executor
    bool is_over = false;      ///< under State::mutex
};

struct BladeNews::State {
    using Places = std::unordered_map<std::string, std::shared_ptr<Place>>;

    /// Under the mutex.
    static void end(const std::shared_ptr<Place>& place) {
        place->is_over = true;
        asio::post(place->timer.get_executor(), [place] { place->timer.cancel(); });
    }
    bool is_over(const Place& place) const {
        const std::lock_guard lock(mutex);
        return place.is_over;
    }
    void leave(const std::shared_ptr<Place>& place) {
        const std::lock_guard lock(mutex);
        const auto found = places.find(place->blade);
        if (found != places.end() && found->second == place) places.erase(found);
    }

    mutable std::mutex mutex;
    Places places;
    bool is_stopped = false;
};

BladeNews::BladeNews() : state_(std::make_shared<State>()) {}
BladeNews::~BladeNews() = default;

BladeNews::Waiter::Waiter(std::shared_ptr<State> state, std::shared_ptr<Place> place)
    : state_(std::move(state)), place_(std::move(place)) {}
BladeNews::Waiter::Waiter(Waiter&&) noexcept = default;

BladeNews::Waiter::~Waiter() {
    if (state_) state_->leave(place_);
}

asio::awaitable<void> BladeNews::Waiter::wait(std::chrono::milliseconds time) {
    if (state_->is_over(*place_)) co_return;
    // Whoever ends it from now on has its turn on this thread after the wait has begun.
    place_->timer.expires_after(time);
    co_await place_->timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

BladeNews::Waiter BladeNews::begin(const model::ComponentName& blade,
                                   const asio::any_io_executor& executor) {
    auto place = std::make_shared<Place>(to_string(blade), executor);
    const std::lock_guard lock(state_->mutex);
    place->is_over = state_->is_stopped;
    std::shared_ptr<Place>& slot = state_->places[place->blade];
    if (slot) State::end(slot);
    slot = place;
    return {state_, std::move(place)};
}

void BladeNews::tell(const model::ComponentName& blade) {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->places.find(to_string(blade));
    if (found != state_->places.end()) State::end(found->second);
}

void BladeNews::stop() {
    const std::lock_guard lock(state_->mutex);
    state_->is_stopped = true;
    for (const auto& [blade, place] : state_->places)
        State::end(place);
}

std::size_t BladeNews::waiting_count() const {
    const std::lock_guard lock(state_->mutex);
    return state_->places.size();
}

}  // namespace dim::server
