#include "imageserver/peer/membership.hpp"

#include "imageserver/peer/join_token.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/base/text.hpp"
#include "libdim/http/client.hpp"
#include "libdim/sys/random.hpp"
#include "libdim/sys/tcp_socket.hpp"
#include "libdim/tls/authority.hpp"
#include "libdim/tls/certificate.hpp"
#include "libdim/tls/key_pair.hpp"

#include <algorithm>
#include <chrono>
#include <map>

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
/// A member whose machine says nothing for so long is gone.
constexpr std::chrono::seconds kSilence{30};

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

/// Whether the last line of a job says that it was done.
bool says_done(std::string_view lines) {
    const auto last = api::parse<api::JobLine>(split(trim(lines), '\n').back());
    return last && last->done;
}

Result<api::JoinAnswer> read_answer(const http::Response& response) {
    if (response.status == 200) return api::parse<api::JoinAnswer>(response.body);
    if (const auto problem = api::parse<api::Problem>(response.body))
        return fail(api::to_error(*problem));
    return fail(ErrorCode::unavailable,
                "the management node answered with status " + std::to_string(response.status));
}

}  // namespace

Result<Membership::InUse> Membership::prepare(const PeerIdentity& identity) const {
    DIM_TRY(auto settings, tls::ClientSettings::create(random_, identity.authority));
    DIM_CHECK(settings.identify_as(random_, identity.certificate, identity.key));
    return InUse{.management_fingerprint =
                     identity.management ? identity.management->fingerprint : "",
                 .client_settings = std::make_shared<tls::ClientSettings>(std::move(settings))};
}

void Membership::adopt(InUse in_use) {
    const std::lock_guard lock(mutex_);
    in_use_ = std::move(in_use);
}

/// What cannot be used is not kept; what is kept is in use.
Result<void> Membership::begin(const PeerIdentity& identity) {
    DIM_TRY(auto in_use, prepare(identity));
    DIM_CHECK(records_.begin(identity));
    adopt(std::move(in_use));
    return {};
}

Result<void> Membership::load() {
    const std::lock_guard lock(changing_);
    DIM_TRY(const auto identity, records_.identity());
    if (!identity) return {};
    DIM_TRY(auto in_use, prepare(*identity));
    adopt(std::move(in_use));
    return {};
}

Result<void> Membership::require_no_members() {
    DIM_TRY(const auto members, records_.members());
    if (members.empty()) return {};
    return fail(Error(ErrorCode::conflict,
                      "others have joined this server: " + to_string(members.front().name))
                    .with_cure("'dim server remove' them first"));
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

Result<void> Membership::check_management(const ComponentName& server) const {
    const auto named = roster_.definition()->management;
    if (!named || *named == server) return {};
    return fail(Error(ErrorCode::conflict, "the cluster definition names " + to_string(*named) +
                                               " as the management node, not " + to_string(server))
                    .with_cure("'dim server token' there; or another name in management= of "
                               "<cluster>, and 'dim cluster apply'"));
}

Result<PeerIdentity> Membership::management_identity() {
    DIM_TRY(auto known, records_.identity());
    if (known && known->management) return fail(not_management());
    if (known) return *std::move(known);
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
    DIM_CHECK(begin(identity));
    return identity;
}

Result<api::ServerToken> Membership::invite(const ComponentName& server) {
    DIM_CHECK(require_listening());
    DIM_CHECK(check_management(roster_.server()));
    DIM_CHECK(check_invited(server));
    const std::lock_guard lock(changing_);
    DIM_TRY(const auto identity, management_identity());
    if (settings_.show) DIM_CHECK(settings_.show());
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
    DIM_CHECK(check_management(roster_.server()));
    DIM_CHECK(check_invited(request.server));
    const model::Timestamp now = clock_.now().time;
    // Before a signature is computed for a stranger.
    DIM_CHECK(records_.check_secret(request.server, request.secret, now));
    const std::lock_guard lock(changing_);
    DIM_TRY(auto identity, records_.identity());
    if (!identity || identity->management) return fail(not_management());
    DIM_TRY(const auto authority, tls::Authority::load(std::move(identity->authority),
                                                       std::move(identity->authority_key)));
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
        const auto answer = ask(std::move(connection->stream), http::Method::delete_,
                                "/v1/membership", "", deadline);
        has_left = answer && answer->status == 200 && says_done(answer->body);
    }
    const std::lock_guard lock(changing_);
    DIM_CHECK(records_.remove(server));
    const std::string text = to_string(server) + " is no member any more";
    return has_left ? text : text + "; it was not told: 'dim server leave' there";
}

Result<PeerConnection> Membership::connect(const ComponentName& server,
                                           const sys::Deadline& deadline) {
    DIM_TRY(const Member member, records_.member(server));
    PeerConnection connection;
    {
        const std::lock_guard lock(mutex_);
        connection.settings = in_use_.client_settings;
    }
    if (!connection.settings) return fail(not_management());
    DIM_TRY(auto socket,
            sys::connect_tcp(member.endpoint.address.value(), member.endpoint.port, deadline));
    DIM_CHECK(sys::notice_silence(socket, kSilence));
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
    DIM_CHECK(check_management(token.management));
    DIM_CHECK(require_no_members());
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
    const std::lock_guard lock(changing_);
    DIM_CHECK(require_no_members());  // as it is after all this time
    DIM_CHECK(begin(identity));
    if (!settings_.show) return token.management;
    auto shown = settings_.show();
    if (!shown)
        return fail(std::move(shown).error().with_context("this server has joined all the same"));
    return token.management;
}

Result<void> Membership::leave() {
    const std::lock_guard lock(changing_);
    DIM_TRY(const auto identity, records_.identity());
    if (!identity) return fail(ErrorCode::conflict, "this server belongs to no other");
    if (!identity->management) DIM_CHECK(require_no_members());
    DIM_CHECK(records_.forget());
    adopt({});
    return {};
}

Result<api::ServerList> Membership::servers() {
    DIM_TRY(const auto identity, records_.identity());
    DIM_TRY(const auto members, records_.members());
    std::map<ComponentName, api::ServerSummary> known;
    const auto know = [&](const ComponentName& name, const char* state,
                          std::optional<model::Ipv4Endpoint> endpoint,
                          std::optional<model::Timestamp> joined) {
        known.insert_or_assign(name, api::ServerSummary{name, state, endpoint, joined});
    };
    know(roster_.server(), "here", settings_.listening, {});
    for (const Member& member : members)
        know(member.name, "member", member.endpoint, member.joined);
    if (identity && identity->management)
        know(identity->management->name, "management", identity->management->endpoint, {});
    api::ServerList list;
    const auto definition = roster_.definition();
    for (const cluster::Server& server : definition->servers) {
        const auto found = known.extract(server.name);
        list.servers.push_back(found ? found.mapped()
                                     : api::ServerSummary{server.name, "alone", {}, {}});
    }
    // Who is not in the definition any more belongs to us all the same.
    for (auto& [name, summary] : known)
        list.servers.push_back(std::move(summary));
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
    return certificate && !in_use_.management_fingerprint.empty() &&
           certificate->fingerprint == in_use_.management_fingerprint;
}

}  // namespace dim::server
