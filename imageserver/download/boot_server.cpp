#include "imageserver/download/boot_server.hpp"

#include "libdim/base/text.hpp"
#include "libdim/http/byte_range.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace dim::server {

namespace asio = boost::asio;

namespace {

constexpr auto kText = "text/plain; charset=utf-8";
constexpr http::Limits kLimits{.header = 4096, .target = 512, .body = 0};

/// For people at a firmware's console, and with curl.
http::Response refusal(int status, const Error& reason) {
    http::Response response;
    response.status = status;
    response.content_type = kText;
    response.body = to_string(reason) + "\n";
    return response;
}

int status_of(const Error& error) {
    switch (error.code()) {
        case ErrorCode::not_found: return 404;
        case ErrorCode::unavailable:
        case ErrorCode::limit_exceeded: return 503;
        default: return 500;
    }
}

/// What UEFI knows a program by, besides its name.
std::string_view content_type(std::string_view name) {
    return name.ends_with(".efi") ? "application/efi" : "application/octet-stream";
}

}  // namespace

BootServer::BootServer(Settings settings, BootDownloads downloads)
    : settings_(std::move(settings)), downloads_(std::move(downloads)) {
    server_ = std::make_unique<http::Server>(
        loop_.get_executor(), http_settings(),
        [this](const http::Request& request, const http::Peer& peer) {
            return answer(request, peer);
        },
        settings_.refused);
    thread_ = std::thread([this] { loop_.run(); });
}

BootServer::~BootServer() {
    try {
        asio::post(loop_, [this] { server_->stop(); });
    } catch (...) {  // no memory: what is being sent ends without a word
        loop_.stop();
    }
    work_.reset();
    thread_.join();
}

http::Server::Settings BootServer::http_settings() const {
    http::Server::Settings settings;
    settings.limits = kLimits;
    settings.connections = kConnections;
    settings.reserved_connections = kReservedConnections;
    settings.request_timeout = settings_.patience;
    settings.idle_timeout = settings_.patience;
    settings.write_timeout = settings_.patience;
    settings.admits = settings_.admits;
    return settings;
}

Result<std::uint16_t> BootServer::listen() {
    const auto port =
        server_->listen_plain(settings_.address.value(), settings_.port, settings_.device);
    if (port) return *port;
    return fail(Error(port.error())
                    .with_cure("give this machine the address " + to_string(settings_.address) +
                               ", and see that no other program, as a web server, uses port " +
                               std::to_string(settings_.port) +
                               " of it, or name another by --boot-port; it is tried every second"));
}

void BootServer::drain(std::function<void()> on_empty) {
    asio::post(loop_, [this, on_empty = std::move(on_empty)] { server_->drain(on_empty); });
}

void BootServer::note(const http::Peer& peer, const FirmwareLoad& load) const {
    if (settings_.note) settings_.note(model::Ipv4Address(peer.address), load);
}

asio::awaitable<http::Reply> BootServer::answer(const http::Request& request,
                                                const http::Peer& peer) const {
    if (request.method != http::Method::get && request.method != http::Method::head) {
        http::Response response =
            refusal(405, Error(ErrorCode::invalid_input, "boot files can be read only"));
        response.allow = "GET, HEAD";
        co_return response;
    }
    auto download = downloads_.open(request.target);
    if (!download) {
        note(peer, {.step = FirmwareLoad::Step::is_refused,
                    .file = printable(request.target, 200),
                    .reason = download.error()});
        co_return refusal(status_of(download.error()), download.error());
    }
    http::Reply reply = give(request, peer, *std::move(download));
    co_return reply;
}

http::Reply BootServer::give(const http::Request& request, const http::Peer& peer,
                             Download download) const {
    using Step = FirmwareLoad::Step;
    http::Response head;
    head.entity_tag = "\"" + download.name + "\"";
    if (!download.file) {
        head.content_type = kText;
        head.body = std::move(download.text);
        return head;
    }
    head.content_type = content_type(download.name);
    const auto range = http::select_range(request.range, download.size);
    if (!range) {
        http::Response response = refusal(416, range.error());
        response.content_range = http::unsatisfied_range(download.size);
        return response;
    }
    http::FileBody body{.file = download.file, .offset = download.offset, .size = download.size};
    if (*range) {
        head.status = 206;
        head.content_range = http::content_range(**range, download.size);
        body.offset += (*range)->first;
        body.size = (*range)->count;
    } else if (request.method == http::Method::get) {
        note(peer, {.step = Step::begins, .file = download.name, .size = download.size});
        body.on_end = [this, peer, name = download.name,
                       size = download.size](std::uint64_t sent, const Result<void>& outcome) {
            note(peer, {.step = outcome ? Step::is_done : Step::broke_off,
                        .file = name,
                        .size = size,
                        .sent = sent,
                        .reason = outcome ? std::nullopt : std::optional(outcome.error())});
        };
    }
    return {std::move(head), std::move(body)};
}

}  // namespace dim::server
