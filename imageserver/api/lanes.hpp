#pragma once

#include "libdim/api/limits.hpp"
#include "libdim/model/names.hpp"

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <mutex>

namespace dim::server {

/// Threads for long work on images: several at once, but one after the other for each image.
class ImageLanes {
public:
    using Strand = boost::asio::strand<boost::asio::thread_pool::executor_type>;

    /// Where work on IMAGE is posted. Any thread.
    Strand of(const model::ImageName& image);
    boost::asio::thread_pool& threads() { return threads_; }

private:
    static constexpr std::size_t kThreads = 4;
    boost::asio::thread_pool threads_{kThreads};
    std::mutex mutex_;
    std::map<model::ImageName, Strand> strands_;  // as many as images were ever named
};

/// The threads of the daemon beside the event loop. The loop moves bytes and keeps time; whatever
/// may wait for a disk, for a service or for a lock that is held across either has a lane here, and
/// waits only for what uses the same lane.
struct Lanes {
    boost::asio::thread_pool reports{2};  ///< what agents report: short transactions
    boost::asio::thread_pool plans{2};    ///< boot plans of what is served already
    boost::asio::thread_pool mounts{1};   ///< boot plans for which something is mounted or offered
    boost::asio::thread_pool answers{2};  ///< what administrators ask
    boost::asio::thread_pool edits{1};    ///< what they change, in the order they asked
    ImageLanes images;                    ///< imports, blade images, boot files
    /// Commands in blades' roots: each thread waits for one.
    boost::asio::thread_pool commands{api::limits::kParallelCommands};
    boost::asio::thread_pool dhcp{1};      ///< telling the DHCP server
    boost::asio::thread_pool exports{1};   ///< telling the NFS server
    boost::asio::thread_pool services{1};  ///< starting all services, and again what does not run
    boost::asio::thread_pool children{1};  ///< ends and restarts of the services' processes
    boost::asio::thread_pool servers{2};   ///< joining other servers, and being joined
    boost::asio::thread_pool rollouts{1};  ///< bringing a definition to members
    boost::asio::thread_pool pushes{2};    ///< bringing images to members, many at once each
    boost::asio::thread_pool pieces{1};    ///< writing down what comes of images
    boost::asio::thread_pool relays{32};   ///< each carries one connection to a member
    boost::asio::thread_pool upkeep{1};    ///< the DHCP server's log, lost blades, alerts
    /// TLS handshakes of agents: computing only, as many at once as there are processors.
    boost::asio::thread_pool handshakes{handshake_threads()};

    /// Finishes what runs; what waits is not begun.
    void stop();
    /// Finishes all that was posted.
    void finish();

private:
    static std::size_t handshake_threads();
};

}  // namespace dim::server
