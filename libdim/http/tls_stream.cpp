#include "libdim/http/tls_stream.hpp"

#include "libdim/sys/poll.hpp"

namespace dim::http {

Result<std::unique_ptr<TlsStream>> TlsStream::connect(const tls::ClientSettings& settings,
                                                      const std::string& server_name,
                                                      sys::Fd socket,
                                                      const sys::Deadline& deadline) {
    std::unique_ptr<TlsStream> stream(new TlsStream(std::move(socket)));
    DIM_TRY(stream->session_, tls::Session::connect(settings, server_name, stream->socket_));
    for (;;) {
        DIM_TRY(const tls::Progress progress, stream->session_->handshake());
        if (progress == tls::Progress::done) return stream;
        DIM_CHECK(stream->wait(progress, deadline));
    }
}

TlsStream::~TlsStream() {
    if (session_) (void)session_->close_notify();
}

Result<void> TlsStream::wait(tls::Progress progress, const sys::Deadline& deadline) {
    const auto readiness =
        progress == tls::Progress::want_write ? sys::Readiness::writable : sys::Readiness::readable;
    return sys::poll(socket_, readiness, deadline);
}

Result<std::size_t> TlsStream::read(std::span<char> buffer, const sys::Deadline& deadline) {
    for (;;) {
        DIM_TRY(const tls::Transfer transfer, session_->read(buffer));
        if (transfer.progress == tls::Progress::done) return transfer.size;
        DIM_CHECK(wait(transfer.progress, deadline));
    }
}

Result<void> TlsStream::write(std::string_view bytes, const sys::Deadline& deadline) {
    while (!bytes.empty()) {
        DIM_TRY(const tls::Transfer transfer, session_->write(bytes));
        if (transfer.progress == tls::Progress::done) {
            bytes.remove_prefix(transfer.size);
        } else {
            DIM_CHECK(wait(transfer.progress, deadline));
        }
    }
    return {};
}

}  // namespace dim::http
