#include "imageserver/descriptor_watch.hpp"

#include "libdim/sys/fd.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>

namespace dim::server {

namespace {

namespace asio = boost::asio;

struct Watch {
    asio::posix::stream_descriptor descriptor;
    std::function<void()> on_readable;
};

void wait(const std::shared_ptr<Watch>& watch) {
    watch->descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                                 [watch](const boost::system::error_code& error) {
                                     if (error) return;
                                     watch->on_readable();
                                     wait(watch);
                                 });
}

}  // namespace

Result<void> watch_descriptor(asio::io_context& loop, int fd, std::function<void()> on_readable) {
    // Asio closes what it is given.
    DIM_TRY(sys::Fd own, sys::dup(fd));
    wait(std::make_shared<Watch>(
        Watch{asio::posix::stream_descriptor(loop, own.release()), std::move(on_readable)}));
    return {};
}

}  // namespace dim::server
