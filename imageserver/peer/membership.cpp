#include "imageserver/peer/membership.hpp"

#include "imageserver/peer/join_token.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/http/client.hpp"
#include "libdim/sys/random.hpp"
#include "libdim/sys/tcp_socket.hpp"
#include "libdim/tls/authority.hpp"
#include "libdim/tls/certificate.hpp"
#include "libdim/tls/key_pair.hpp"

#include <algorithm>
#include <chrono>

namespace dim::server {

using model::ComponentName;

namespace {

constexpr std::int64_t kDay = 86'400;
/// Membership ends by 'dim server remove', not by a date.
constexpr std::int64_t kValiditySeconds = 20 * 365 * kDay;
constexpr std::chrono::hours kTokenLife{1};
constexpr std::size_t kSecretBytes = 16;
constexpr std::chrono::seconds kJoinTimeout{20};
constexpr std::chrono::seconds kLeaveTimeout{5};

tls::Validity validity_from(model::Timestamp now) {
    const std::int64_t seconds = now.microseconds() / 1'000'000;
    return {.not_before = seconds - kDay, .not_after = seconds + kValiditySeconds};
}

bool is_server(const cluster::Definition& definition, const ComponentName& name) {
    return std::ranges::find(definition.servers, name, &cluster::Server::name) !=
           definition.servers.end();
}

Error not_management() {
    return Error(ErrorCode::conflict, "this server is a member, and not the management node")
        .with_cure("'dim server list' shows which one is");
}

Result<std::string> fingerprint_of(std::string_view certificate_pem) {
    DIM_TRY(auto certificate, tls::describe_certificate(certificate_pem));
    return std::move(certificate.fingerprint);
}

/// What the certificate that we were given must be.
Result<void> check_certificate(const std::string& certificate_pem, const std::string& authority_pem,
                               const ComponentName& server) {
    DIM_TRY(const auto certificate, tls::describe_certificate(certificate_pem));
    DIM_TRY(const bool is_issued, tls::is_issued_by(certificate_pem, authority_pem));
    if (is_issued && certificate.common_name == to_string(server)) return {};
    return fail(ErrorCode::invalid_input, "the management node answered with a certificate that is "
                                          "not ours");
}

Result<http::Response> ask(std::unique_ptr<http::TlsStream> stream, http::Method method,
                           const std::string& target, std::string body,
                           const sys::Deadline& deadline) {
    http::Client client(std::move(stream));
    http::Request request;
    request.method = method;
    request.target = target;
    if (!body.empty()) request.content_type = "application/json";
    request.body = std::move(body);
    return client.exchange(request, deadline);
}

Result<api::JoinAnswer> read_answer(const http::Response& response) {
    if (response.status == 200) return api::parse<api::JoinAnswer>(response.body);
    if (const auto problem = api::parse<api::Problem>(response.body))
        return fail(api::to_error(*problem));
    return fail(ErrorCode::unavailable,
                "the management node answered with status " + std::to_string(response.status));
}

}  // namespace

/// Reads again what is needed where nobody may wait for the database, or often.
Result<void> Membership::refresh() {
    DIM_TRY(const auto identity, records_.identity());
    std::string fingerprint;
    std::shared_ptr<tls::ClientSettings> settings;
    if (identity) {
        if (identity->management) fingerprint = identity->management->fingerprint;
        DIM_TRY(auto created, tls::ClientSettings::create(random_, identity->authority));
        DIM_CHECK(created.identify_as(random_, identity->certificate, identity->key));
        settings = std::make_shared<tls::ClientSettings>(std::move(created));
    }
    const std::lock_guard lock(mutex_);
    management_fingerprint_ = std::move(fingerprint);
    client_settings_ = std::move(settings);
    return {};
}

Result<void> Membership::require_listening() const {
    if (settings_.listening) return {};
    return fail(Error(ErrorCode::conflict, "this image server does not listen for others")
                    .with_cure("start it with 'imageserver --servers ADDRESS', its address on a "
                               "network that they are on, and blades are not"));
}

Result<void> Membership::check_invited(const ComponentName& server) const {
    if (!is_server(*roster_.definition(), server))
        return fail(Error(ErrorCode::not_found,
                          to_string(server) + " is no image server of the cluster definition")
                        .with_cure("add it, and 'dim cluster apply'"));
    if (server == roster_.server())
        return fail(ErrorCode::conflict, to_string(server) + " is this server itself");
    return {};
}

Result<PeerIdentity> Membership::make_management() {
    const tls::Validity validity = validity_from(clock_.now().time);
    PeerIdentity identity;
    DIM_TRY(identity.key, tls::make_private_key(random_));
    DIM_TRY(const auto public_key, tls::public_key_of(identity.key));
    DIM_TRY(const auto authority,
            tls::Authority::create(random_, settings_.cluster + " servers", validity));
    DIM_TRY(identity.certificate,
            authority.issue_peer(random_, to_string(roster_.server()), public_key, validity));
    identity.authority = authority.certificate_pem();
    identity.authority_key = tls::SecretText(std::string(authority.key_pem().view()));
    DIM_CHECK(records_.begin(identity));
    DIM_CHECK(refresh());
    if (settings_.on_change) settings_.on_change();
    return identity;
}

Result<PeerIdentity> Membership::management_identity() {
    DIM_TRY(auto identity, records_.identity());
    if (!identity) return make_management();
    if (identity->management) return fail(not_management());
    return *std::move(identity);
}

Result<api::ServerToken> Membership::invite(const ComponentName& server) {
    DIM_CHECK(require_listening());
    DIM_CHECK(check_invited(server));
    DIM_TRY(const auto identity, management_identity());
    DIM_TRY(std::string secret, sys::random_hex(kSecretBytes));
    const std::int64_t life = std::chrono::microseconds(kTokenLife).count();
    DIM_TRY(const auto expires,
            model::Timestamp::from_microseconds(clock_.now().time.microseconds() + life));
    DIM_CHECK(records_.keep_secret(server, secret, expires));
    return api::ServerToken{.server = server,
                            .token = token_line({.management = roster_.server(),
                                                 .secret = std::move(secret),
                                                 .authority_pem = identity.authority}),
                            .expires = expires};
}

Result<api::JoinAnswer> Membership::admit(const api::JoinRequest& request,
                                          model::Ipv4Address from) {
    DIM_CHECK(check_invited(request.server));
    DIM_TRY(auto identity, records_.identity());
    if (!identity || identity->management) return fail(not_management());
    DIM_TRY(const auto authority, tls::Authority::load(std::move(identity->authority),
                                                       std::move(identity->authority_key)));
    const model::Timestamp now = clock_.now().time;
    DIM_TRY(std::string certificate, authority.issue_peer(random_, to_string(request.server),
                                                          request.public_key, validity_from(now)));
    Member member{
        .name = request.server, .endpoint = request.listening, .fingerprint = {}, .joined = now};
    if (member.endpoint.address.is_unspecified()) member.endpoint.address = from;
    DIM_TRY(member.fingerprint, fingerprint_of(certificate));
    DIM_CHECK(records_.admit(member, request.secret, now));
    return api::JoinAnswer{std::move(certificate)};
}

Result<std::string> Membership::remove(const ComponentName& server) {
    const sys::Deadline deadline = sys::Deadline::in(kLeaveTimeout);
    bool has_left = false;
    if (auto connection = connect(server, deadline)) {
        const auto left = ask(std::move(connection->stream), http::Method::delete_,
                              "/v1/membership", "", deadline);
        has_left = left && left->status / 100 == 2;
    }
    DIM_CHECK(records_.remove(server));
    const std::string text = to_string(server) + " is no member any more";
    return has_left ? text : text + "; it was not told: 'dim server leave' there";
}

std::shared_ptr<const tls::ClientSettings> Membership::client_settings() const {
    const std::lock_guard lock(mutex_);
    return client_settings_;
}

Result<PeerConnection> Membership::connect(const ComponentName& server,
                                           const sys::Deadline& deadline) {
    DIM_TRY(const Member member, records_.member(server));
    PeerConnection connection{.settings = client_settings(), .stream = nullptr};
    DIM_TRY(auto socket,
            sys::connect_tcp(member.endpoint.address.value(), member.endpoint.port, deadline));
    DIM_TRY(connection.stream, http::TlsStream::connect(*connection.settings, to_string(server),
                                                        std::move(socket), deadline));
    const auto shown = connection.stream->session().peer_certificate();
    if (shown && shown->fingerprint == member.fingerprint) return connection;
    return fail(Error(ErrorCode::permission_denied, "who answers at " + to_string(member.endpoint) +
                                                        " shows a certificate that " +
                                                        to_string(server) +
                                                        " had before it joined anew")
                    .with_cure("'dim server token " + to_string(server) + "', and join again"));
}

Result<ComponentName> Membership::join(const api::JoinCluster& request) {
    DIM_CHECK(require_listening());
    DIM_TRY(const auto token, JoinToken::parse(request.token));
    DIM_TRY(const auto members, records_.members());
    if (!members.empty())
        return fail(Error(ErrorCode::conflict,
                          "others have joined this server: " + to_string(members.front().name))
                        .with_cure("'dim server remove' them first"));
    PeerIdentity identity{.authority = token.authority_pem,
                          .certificate = {},
                          .key = {},
                          .authority_key = {},
                          .management = {}};
    DIM_TRY(identity.key, tls::make_private_key(random_));
    DIM_TRY(auto public_key, tls::public_key_of(identity.key));
    DIM_TRY(const auto settings, tls::ClientSettings::create(random_, token.authority_pem));
    const sys::Deadline deadline = sys::Deadline::in(kJoinTimeout);
    DIM_TRY(auto socket, sys::connect_tcp(request.management.address.value(),
                                          request.management.port, deadline));
    DIM_TRY(auto stream, http::TlsStream::connect(settings, to_string(token.management),
                                                  std::move(socket), deadline));
    identity.management = ManagementNode{
        .name = token.management,
        .endpoint = request.management,
        .fingerprint =
            stream->session().peer_certificate().value_or(tls::PeerCertificate()).fingerprint};
    DIM_TRY(const auto response,
            ask(std::move(stream), http::Method::post, "/v1/server-joins",
                api::to_json(api::JoinRequest{.server = roster_.server(),
                                              .secret = token.secret,
                                              .public_key = std::move(public_key),
                                              .listening = *settings_.listening}),
                deadline));
    DIM_TRY(auto answer, read_answer(response));
    DIM_CHECK(check_certificate(answer.certificate, token.authority_pem, roster_.server()));
    identity.certificate = std::move(answer.certificate);
    DIM_CHECK(records_.begin(identity));
    DIM_CHECK(refresh());
    if (settings_.on_change) settings_.on_change();
    return token.management;
}

Result<void> Membership::leave() {
    DIM_TRY(const auto identity, records_.identity());
    if (!identity || !identity->management)
        return fail(ErrorCode::conflict, "this server has joined no other");
    DIM_CHECK(records_.forget());
    DIM_CHECK(refresh());
    if (settings_.on_change) settings_.on_change();
    return {};
}

Result<api::ServerList> Membership::servers() {
    DIM_TRY(const auto identity, records_.identity());
    DIM_TRY(const auto members, records_.members());
    const auto definition = roster_.definition();
    api::ServerList list;
    for (const cluster::Server& server : definition->servers) {
        api::ServerSummary summary{
            .name = server.name, .state = "alone", .endpoint = {}, .joined = {}};
        const auto member = std::ranges::find(members, server.name, &Member::name);
        if (member != members.end()) {
            summary.state = "member";
            summary.endpoint = member->endpoint;
            summary.joined = member->joined;
        } else if (server.name == roster_.server()) {
            summary.state = "here";
            summary.endpoint = settings_.listening;
        } else if (identity && identity->management && identity->management->name == server.name) {
            summary.state = "management";
            summary.endpoint = identity->management->endpoint;
        }
        list.servers.push_back(std::move(summary));
    }
    return list;
}

Result<std::optional<tls::ServerSettings>> Membership::server_settings() {
    DIM_TRY(const auto identity, records_.identity());
    if (!identity) return std::nullopt;
    DIM_TRY(auto settings, tls::ServerSettings::create(random_, identity->certificate,
                                                       identity->key, identity->authority));
    return settings;
}

bool Membership::is_management(const std::optional<tls::PeerCertificate>& certificate) const {
    const std::lock_guard lock(mutex_);
    return certificate && !management_fingerprint_.empty() &&
           certificate->fingerprint == management_fingerprint_;
}

}  // namespace dim::server
