#include "imageserver/peer/member_images.hpp"

#include "imageserver/peer/member_request.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace dim::server {

using model::ImageName;

namespace {

constexpr std::chrono::seconds kMemberConnectTimeout{10};
/// A disk that is busy may hold up a piece.
constexpr std::chrono::seconds kMemberAnswerTimeout{60};
/// A job that goes on says so every 15 seconds.
constexpr std::chrono::seconds kMemberLineTimeout{60};
/// Who has not made a generation by then keeps the others' report waiting for nothing.
constexpr std::chrono::hours kMakeLimit{2};
constexpr std::chrono::hours kBringLimit{4};
constexpr std::chrono::milliseconds kLongestPause{10'000};

http::Request request_of(http::Method method, std::string target, std::string body,
                         std::string content_type = "application/json") {
    http::Request request;
    request.method = method;
    request.target = std::move(target);
    if (!body.empty()) request.content_type = std::move(content_type);
    request.body = std::move(body);
    return request;
}

template <class Message>
Result<Message> read_message(http::Response response) {
    DIM_TRY(const std::string body, accepted(std::move(response)));
    return api::parse<Message>(body);
}

bool is_cut_off(const Error& error) {
    return error.code() == ErrorCode::unavailable || error.code() == ErrorCode::timed_out;
}

/// This daemon ends; what was sent stays there.
Error ended() { return Error(ErrorCode::unavailable, "this server ends"); }

std::string incoming_target(const ImageName& image) {
    return "/v1/incoming-generations/" + to_string(image);
}

bool has(const std::vector<api::ImageGeneration>& generations, const api::ImageGeneration& target) {
    return !generations.empty() && generations.back().generation == target.generation &&
           MemberImages::is_same(generations.back(), target);
}

}  // namespace

/// The settings of a TLS session outlive it.
struct MemberImages::Connection {
    std::shared_ptr<const tls::ClientSettings> settings;
    http::Client client;

    Result<http::Response> exchange(const http::Request& request) {
        return client.exchange(request, sys::Deadline::in(kMemberAnswerTimeout));
    }
};

Result<MemberImages::Connection> MemberImages::connect() const {
    DIM_TRY(PeerConnection peer,
            membership_.connect(server_, sys::Deadline::in(kMemberConnectTimeout)));
    return Connection{.settings = std::move(peer.settings),
                      .client = http::Client(std::move(peer.stream),
                                             {.limits = {.body = api::limits::kReplyBytes}})};
}

Result<std::vector<api::ImageGeneration>> MemberImages::generations(const ImageName& image) const {
    DIM_TRY(auto response, ask_member(membership_, server_,
                                      {.target = "/v1/images/" + to_string(image) + "/generations"},
                                      sys::Deadline::in(kMemberAnswerTimeout)));
    if (response.status == 404) return std::vector<api::ImageGeneration>{};
    DIM_TRY(auto list, read_message<api::ImageGenerationList>(std::move(response)));
    return std::move(list.generations);
}

/// SENT grows with what has come there.
Result<void> MemberImages::send(Connection& connection, const api::OfferGeneration& offer,
                                const sys::Fd& changeset, const Told& told,
                                std::uint64_t& sent) const {
    DIM_TRY(auto begun, connection.exchange(request_of(
                            http::Method::post, "/v1/incoming-generations", to_json(offer))));
    DIM_TRY(auto incoming, read_message<api::IncomingGeneration>(std::move(begun)));
    std::string piece;
    while (incoming.received_bytes < offer.changeset_bytes) {
        if (!told("send", incoming.received_bytes, offer.changeset_bytes)) return fail(ended());
        piece.resize(std::min(api::OfferGeneration::kPieceBytes,
                              offer.changeset_bytes - incoming.received_bytes));
        DIM_TRY(const std::size_t count, sys::read_at(changeset, piece, incoming.received_bytes));
        if (count == 0) return fail(ErrorCode::io, "the changeset ended early");
        piece.resize(count);
        DIM_TRY(auto response,
                connection.exchange(request_of(http::Method::put,
                                               incoming_target(offer.image.name) + "/" +
                                                   std::to_string(incoming.received_bytes),
                                               piece, "application/octet-stream")));
        const std::uint64_t before = incoming.received_bytes;
        DIM_TRY(incoming, read_message<api::IncomingGeneration>(std::move(response)));
        if (incoming.received_bytes != before + count)
            return fail(ErrorCode::invalid_input, "it says that it took something else than it "
                                                  "was sent");
        sent = std::max(sent, incoming.received_bytes);
    }
    return {};
}

Result<void> MemberImages::make(Connection& connection, const api::OfferGeneration& offer,
                                const Told& told) const {
    std::optional<api::JobLine> last;
    const sys::Deadline end = sys::Deadline::in(kMakeLimit);
    const auto receive = [&](std::string_view text) {
        auto line = api::parse<api::JobLine>(text);
        if (!line || end.has_passed()) return http::Client::Next::stop;
        const bool goes_on =
            !line->progress ||
            told(printable(*line->progress, 200), line->step.value_or(0), line->steps.value_or(0));
        last = *std::move(line);
        return goes_on ? http::Client::Next::go_on : http::Client::Next::stop;
    };
    DIM_TRY(auto response,
            connection.client.follow(
                request_of(http::Method::post, incoming_target(offer.image.name), {}),
                sys::Deadline::in(kMemberAnswerTimeout), kMemberLineTimeout, receive));
    DIM_CHECK(accepted(std::move(response)));
    if (last && last->problem) return fail(api::to_error(*last->problem));
    if (last && last->done) return {};
    if (end.has_passed())
        return fail(ErrorCode::limit_exceeded, "it is still at it, and nobody waits any longer");
    return fail(ErrorCode::unavailable, "the connection ended before it was done");
}

Result<void> MemberImages::bring(const api::OfferGeneration& offer,
                                 const api::ImageGeneration& target, const sys::Fd& changeset,
                                 const Listener& listener) const {
    const sys::Deadline end = sys::Deadline::in(kBringLimit);
    std::uint64_t sent = 0;
    std::chrono::milliseconds pause = patience_.pause;
    for (int attempt = 1;; ++attempt) {
        const std::uint64_t before = sent;
        const auto once = [&]() -> Result<void> {
            DIM_TRY(Connection connection, connect());
            DIM_CHECK(send(connection, offer, changeset, listener.told, sent));
            return make(connection, offer, listener.told);
        };
        Result<void> done = once();
        if (done) return {};
        // It may have gone on while nobody listened, or still be at it.
        const bool is_busy = attempt > 1 && done.error().code() == ErrorCode::conflict;
        const bool is_unsure = is_busy || is_cut_off(done.error());
        if (attempt > 1 || is_unsure)
            if (const auto there = generations(offer.image.name); there && has(*there, target))
                return {};
        if (!is_unsure || end.has_passed()) return done;
        if (sent > before || is_busy) attempt = 1;
        if (sent > before) pause = patience_.pause;
        if (attempt >= patience_.attempts) return done;
        // What ends the wait for it is on another machine, and no event here.
        if (!listener.told("try again: " + done.error().message(), sent, offer.changeset_bytes) ||
            !listener.pause(pause))
            return fail(ended());
        pause = std::min(2 * pause, kLongestPause);
    }
}

}  // namespace dim::server
