#pragma once

#include "imageserver/boot/firmware_load.hpp"
#include "imageserver/download/boot_downloads.hpp"
#include "libdim/http/server.hpp"
#include "libdim/model/ipv4.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace dim::server {

/// Boot files by HTTP without TLS, which firmware does not have; in them is nothing secret. On a
/// thread of its own: files are read from a disk that may be slow, and who reads them may be many.
class BootServer {
public:
    /// All blades of a server at once, and each with more than one file.
    static constexpr std::size_t kConnections = 2048;
    /// Of these, for blades that have none yet.
    static constexpr std::size_t kReservedConnections = 1024;

    struct Settings {
        model::Ipv4Address address;
        std::uint16_t port;
        std::string device = {};  ///< the only interface it takes connections from; empty: any
        /// Who is listened to at all; called on its thread.
        std::function<bool(std::uint32_t address)> admits = {};
        /// How a blade gets its boot file; called on its thread, unfiltered.
        std::function<void(model::Ipv4Address peer, const FirmwareLoad& load)> note = {};
        http::Observer refused = {};                 ///< likewise
        std::chrono::milliseconds patience{20'000};  ///< with a request, and with each kFilePart
    };

    BootServer(Settings settings, BootDownloads downloads);
    /// Drops every connection.
    ~BootServer();
    BootServer(const BootServer&) = delete;
    BootServer& operator=(const BootServer&) = delete;

    /// Where listen() is to be called.
    boost::asio::any_io_executor executor() { return loop_.get_executor(); }
    /// Returns the port. Errors: with the cure when the address is not here, or the port in use.
    Result<std::uint16_t> listen();

    /// Any thread may call: listens no longer, lets what is being sent come to its end, and calls
    /// ON_EMPTY on its thread.
    void drain(std::function<void()> on_empty);

private:
    http::Server::Settings http_settings() const;
    boost::asio::awaitable<http::Reply> answer(const http::Request& request,
                                               const http::Peer& peer) const;
    http::Reply give(const http::Request& request, const http::Peer& peer, Download download) const;
    void note(const http::Peer& peer, const FirmwareLoad& load) const;

    Settings settings_;
    BootDownloads downloads_;
    boost::asio::io_context loop_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        loop_.get_executor()};
    std::unique_ptr<http::Server> server_;
    std::thread thread_;
};

}  // namespace dim::server
