#include "imageserver/api/lanes.hpp"

#include <array>
#include <boost/asio/strand.hpp>

namespace dim::server {

namespace {

// Those whose work leads to work on others come first.
std::array<boost::asio::thread_pool*, 11> all(Lanes& lanes) {
    return {&lanes.reports,  &lanes.plans,   &lanes.mounts,
            &lanes.answers,  &lanes.edits,   &lanes.images.threads(),
            &lanes.dhcp,     &lanes.exports, &lanes.services,
            &lanes.children, &lanes.upkeep};
}

}  // namespace

ImageLanes::Strand ImageLanes::of(const model::ImageName& image) {
    const std::lock_guard lock(mutex_);
    return strands_.try_emplace(image, boost::asio::make_strand(threads_)).first->second;
}

void Lanes::stop() {
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
