#include "imageserver/api/lanes.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/strand.hpp>
#include <thread>

namespace dim::server {

namespace {

// Those whose work leads to work on others come first.
std::array<boost::asio::thread_pool*, 18> all(Lanes& lanes) {
    return {&lanes.handshakes, &lanes.reports,
            &lanes.plans,      &lanes.mounts,
            &lanes.answers,    &lanes.rollouts,
            &lanes.edits,      &lanes.pushes,
            &lanes.pieces,     &lanes.images.threads(),
            &lanes.commands,   &lanes.dhcp,
            &lanes.exports,    &lanes.services,
            &lanes.servers,    &lanes.relays,
            &lanes.children,   &lanes.upkeep};
}

}  // namespace

std::size_t Lanes::handshake_threads() {
    // 0: the number of processors is not known.
    return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
}

ImageLanes::Strand ImageLanes::of(const model::ImageName& image) {
    const std::lock_guard lock(mutex_);
    return strands_.try_emplace(image, boost::asio::make_strand(threads_)).first->second;
}

void Lanes::stop() {
    // It waits for edits, which would not begin any more.
    rollouts.stop();
    rollouts.join();
    for (boost::asio::thread_pool* lane : all(*this))
        lane->stop();
    for (boost::asio::thread_pool* lane : all(*this))
        lane->join();
}

void Lanes::finish() {
    for (boost::asio::thread_pool* lane : all(*this))
        lane->join();
}

}  // namespace dim::server
