#include "libdim/http/server_stream.hpp"

#include "libdim/http/run_on.hpp"
#include "libdim/sys/socket.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dim::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kDrainLimit = 256 * 1024;
constexpr std::chrono::milliseconds kDrainTimeout{1000};

std::unexpected<Error> too_late() { return fail(ErrorCode::timed_out, "took too long"); }

}  // namespace

asio::awaitable<Result<void>> ServerStream::wait(Wait what) {
    if (is_late_) co_return too_late();
    const auto [error] =
        co_await socket_.watch().async_wait(what, asio::as_tuple(asio::use_awaitable));
    if (is_late_) co_return too_late();
    if (error) co_return fail(ErrorCode::unavailable, "dropped: " + error.message());
    co_return Result<void>();
}

asio::awaitable<Result<void>> ServerStream::wait(tls::Progress progress) {
    Result<void> waited =
        co_await wait(progress == tls::Progress::want_write ? Wait::wait_write : Wait::wait_read);
    co_return waited;
}

asio::awaitable<Result<tls::Progress>>
ServerStream::shake_hands(const asio::any_io_executor& lane) {
    if (!lane) co_return session_->handshake();
    const auto step = [this] { return session_->handshake(); };
    Result<tls::Progress> progress = co_await run_on(lane, step);
    co_return progress;
}

asio::awaitable<Result<void>>
ServerStream::start_tls(std::shared_ptr<const tls::ServerSettings> settings,
                        const asio::any_io_executor& lane) {
    tls_ = std::move(settings);
    Result<tls::Session> session = tls::Session::accept(*tls_, socket_.fd());
    if (!session) co_return fail(std::move(session).error());
    session_.emplace(*std::move(session));
    // The peer speaks first: until then there is nothing to compute.
    Result<void> waited = co_await wait(Wait::wait_read);
    while (waited) {
        const Result<tls::Progress> progress = co_await shake_hands(lane);
        if (!progress) co_return fail(progress.error());
        if (*progress == tls::Progress::done) co_return Result<void>();
        waited = co_await wait(*progress);
    }
    co_return waited;
}

std::optional<tls::PeerCertificate> ServerStream::peer_certificate() const {
    if (!session_) return std::nullopt;
    return session_->peer_certificate();
}

asio::awaitable<Result<std::size_t>> ServerStream::read(std::span<char> buffer) {
    for (;;) {
        tls::Progress next = tls::Progress::want_read;
        if (session_) {
            const Result<tls::Transfer> transfer = session_->read(buffer);
            if (!transfer) co_return fail(transfer.error());
            if (transfer->progress == tls::Progress::done) co_return transfer->size;
            next = transfer->progress;
        } else {
            const Result<std::optional<std::size_t>> count = sys::receive(socket_.fd(), buffer);
            if (!count) co_return fail(count.error());
            if (*count) co_return **count;
        }
        Result<void> waited = co_await wait(next);
        if (!waited) co_return fail(std::move(waited).error());
    }
}

asio::awaitable<Result<void>> ServerStream::write(std::string_view bytes) {
    while (!bytes.empty()) {
        tls::Progress next = tls::Progress::want_write;
        if (session_) {
            const Result<tls::Transfer> transfer = session_->write(bytes);
            if (!transfer) co_return fail(transfer.error());
            bytes.remove_prefix(transfer->size);
            next = transfer->progress;
        } else {
            const Result<std::optional<std::size_t>> count = sys::send(socket_.fd(), bytes);
            if (!count) co_return fail(count.error());
            bytes.remove_prefix(count->value_or(0));
            if (*count) next = tls::Progress::done;
        }
        if (next == tls::Progress::done) continue;
        Result<void> waited = co_await wait(next);
        if (!waited) co_return waited;
    }
    co_return Result<void>();
}

asio::awaitable<Result<void>> ServerStream::write_file(const sys::Fd& file, std::uint64_t offset,
                                                       std::size_t size) {
    if (session_) co_return fail(ErrorCode::internal, "files are not sent through TLS");
    while (size != 0) {
        const auto count = sys::send_file(socket_.fd(), file, offset, size);
        if (!count) co_return fail(count.error());
        if (*count && **count == 0) co_return fail(ErrorCode::conflict, "the file became shorter");
        offset += count->value_or(0);
        size -= count->value_or(0);
        if (*count) continue;
        Result<void> waited = co_await wait(Wait::wait_write);
        if (!waited) co_return waited;
    }
    co_return Result<void>();
}

asio::awaitable<void> ServerStream::finish() {
    if (session_) (void)session_->close_notify();
    (void)sys::shutdown_write(socket_.fd());
    set_deadline(kDrainTimeout);
    std::array<char, 4096> buffer;
    for (std::size_t drained = 0; drained < kDrainLimit;) {
        const Result<std::optional<std::size_t>> count = sys::receive(socket_.fd(), buffer);
        if (!count || count->value_or(1) == 0) co_return;
        drained += count->value_or(0);
        if (*count) continue;
        const Result<void> waited = co_await wait(Wait::wait_read);
        if (!waited) co_return;
    }
}

void ServerStream::set_deadline(std::chrono::milliseconds from_now) {
    is_late_ = false;
    timer_.expires_after(from_now);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto stream = weak.lock();
        // A deadline may have been moved after this call was already on its way.
        if (error || !stream || stream->timer_.expiry() > std::chrono::steady_clock::now()) return;
        stream->is_late_ = true;
        stream->cancel();
    });
}

void ServerStream::clear_deadline() {
    is_late_ = false;
    timer_.expires_at(std::chrono::steady_clock::time_point::max());
}

void ServerStream::cancel() {
    boost::system::error_code ignored;
    // NOLINTNEXTLINE(bugprone-unused-return-value): what it returns is IGNORED
    socket_.watch().cancel(ignored);
}

}  // namespace dim::http
