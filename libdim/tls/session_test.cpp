#include "libdim/sys/socket.hpp"
#include "libdim/tls/certificate.hpp"
#include "libdim/tls/issue_certificate.hpp"
#include "libdim/tls/key_pair.hpp"
#include "libdim/tls/parse_certificate.hpp"
#include "libdim/tls/parse_key.hpp"
#include "libdim/tls/session.hpp"
#include "libdim/tls/session_link.hpp"
#include "libdim/tls/settings_state.hpp"

#include <array>

#include <gtest/gtest.h>

namespace dim::tls {
namespace {

TEST(Session, RefusesAnotherClustersAuthorityAndTellsTheServerSo) {
    const Authority ours = make_authority();
    Link link(make_authority(), issue(ours));
    link.shake_hands();
    EXPECT_FALSE(link.is_client_done);
    EXPECT_NE(link.client_error.find("wrong CA"), std::string::npos) << link.client_error;
    EXPECT_EQ(link.server_error, "the peer does not trust our certificate (unknown CA)");
}

TEST(Session, TrustsEachOfSeveralAuthoritiesOfTheSameName) {
    const Authority old = make_authority();
    const Authority next = make_authority();
    const std::string both = old.certificate_pem() + next.certificate_pem();
    for (const Authority* issuer : {&old, &next}) {
        Link link(both, issue(*issuer));
        link.shake_hands();
        EXPECT_TRUE(link.is_client_done) << link.client_error;
        EXPECT_EQ(link.client_settings().fingerprints(),
                  (std::vector{describe_certificate(old.certificate_pem())->fingerprint,
                               describe_certificate(next.certificate_pem())->fingerprint}));
    }
    Link link(both, issue(make_authority()));
    link.shake_hands();
    EXPECT_FALSE(link.is_client_done);
}

TEST(Session, AnAuthorityOfTheFutureTellsThatTheClockIsWrong) {
    const Authority old = make_authority({now() - 9 * kDay, now() - kDay});
    const Authority next = make_authority({now() + kDay, now() + 9 * kDay});
    Link wrong(old.certificate_pem() + next.certificate_pem(), issue(old));
    wrong.shake_hands();
    EXPECT_TRUE(wrong.client_settings().is_clock_wrong());
    EXPECT_TRUE(wrong.is_client_done) << wrong.client_error;
    Link right(old.certificate_pem() + make_authority().certificate_pem(), issue(old));
    right.shake_hands();
    EXPECT_FALSE(right.is_client_done) << "an expired authority is none";
}

TEST(Session, FindsThePeersReasonBehindABrokenPipe) {
    const Authority ours = make_authority();
    Link link(make_authority(), issue(ours));
    // The client's hello; then its refusal lies in the socket before the server sends its flight.
    ASSERT_EQ(link.client->handshake(), Progress::want_read);
    const std::string_view unknown_authority("\x15\x03\x03\x00\x02\x02\x30", 7);
    ASSERT_TRUE(sys::send(link.client_socket, unknown_authority));
    link.client_socket.reset();
    link.client_error = "gone";
    link.shake_hands();
    EXPECT_EQ(link.server_error, "the peer does not trust our certificate (unknown CA)");
}

TEST(Session, RefusesAnotherServersName) {
    const Authority authority = make_authority();
    Link link(authority, issue(authority, "other-server"));
    link.shake_hands();
    EXPECT_NE(link.client_error.find("not for the name 'image-server'"), std::string::npos)
        << link.client_error;
    EXPECT_EQ(link.client_error.find("wrong CA"), std::string::npos);
    EXPECT_NE(link.server_error.find("refuses our certificate"), std::string::npos)
        << link.server_error;
}

TEST(Session, RefusesExpiredCertificate) {
    const Authority authority = make_authority({now() - 9 * kDay, now() + kDay});
    Link link(authority, issue(authority, kName, {now() - 3 * kDay, now() - kDay}));
    link.shake_hands();
    EXPECT_NE(link.client_error.find("it has expired"), std::string::npos) << link.client_error;
    EXPECT_NE(link.server_error.find("expired"), std::string::npos) << link.server_error;
}

TEST(Session, RefusesCertificateOfTheFuture) {
    const Authority authority = make_authority();
    Link link(authority, issue(authority, kName, {now() + kDay, now() + 2 * kDay}));
    link.shake_hands();
    EXPECT_NE(link.client_error.find("not yet valid"), std::string::npos) << link.client_error;
    EXPECT_FALSE(link.client_settings().is_clock_wrong());
}

TEST(Session, IgnoresTimesOnlyWhenTheClockIsBeforeTheAuthoritys) {
    const Authority authority = make_authority({now() + kDay, now() + 9 * kDay});
    Link link(authority, issue(authority, kName, {now() + kDay, now() + 2 * kDay}));
    EXPECT_TRUE(link.client_settings().is_clock_wrong());
    link.shake_hands();
    EXPECT_TRUE(link.is_client_done) << link.client_error;

    Link wrong_authority(make_authority({now() + kDay, now() + 9 * kDay}), issue(authority));
    wrong_authority.shake_hands();
    EXPECT_NE(wrong_authority.client_error.find("wrong CA"), std::string::npos)
        << wrong_authority.client_error;
}

TEST(Session, RefusesCertificateThatIsNotForAServer) {
    const Authority authority = make_authority();
    OwnedCertificate certificate;
    OwnedKey authority_key;
    OwnedKey key;
    ASSERT_TRUE(parse_certificate(authority.certificate_pem(), certificate.get()));
    ASSERT_TRUE(parse_key(authority.key_pem(), *certificate.get(), authority_key.get()));
    ASSERT_TRUE(generate_key(random_numbers(), key.get()));
    Identity identity;
    identity.certificate_pem =
        issue_certificate(random_numbers(),
                          {.subject = "CN=any use",
                           .issuer = "CN=Test Cluster CA",
                           .subject_key = key.get(),
                           .issuer_key = authority_key.get(),
                           .validity = valid_now(),
                           .is_authority = false,
                           .subject_names = encode_subject_names(
                               {.common_name = "", .dns_names = {kName}, .addresses = {}}),
                           .extended_key_usage = {}})
            .value();
    identity.key_pem = write_key(key.get()).value();
    Link link(authority, identity);
    link.shake_hands();
    EXPECT_EQ(link.client_error, "the server's certificate is refused: it is not for a server");
}

TEST(Session, RefusesWhatIsNoTls) {
    const Authority authority = make_authority();
    Link link(authority, issue(authority));
    ASSERT_TRUE(sys::send(link.client_socket, "GET / HTTP/1.1\r\nHost: dim\r\n\r\n"));
    const Result<Progress> progress = link.server->handshake();
    ASSERT_FALSE(progress);
    EXPECT_EQ(progress.error().code(), ErrorCode::invalid_input);
    EXPECT_EQ(progress.error().message(), "the peer does not speak TLS");
}

/// A server's own certificate, which another has issued for its public key.
Identity issue_peer(const Authority& authority, const std::string& name,
                    Validity validity = valid_now()) {
    Identity peer;
    peer.key_pem = make_private_key(random_numbers()).value();
    peer.certificate_pem =
        authority.issue_peer(random_numbers(), name, public_key_of(peer.key_pem).value(), validity)
            .value();
    return peer;
}

/// is01 trusts TRUSTED; who asks shows CLIENT, if anything.
Link ask_is01(const Authority& authority, const Authority& trusted, const Identity* client) {
    const Identity server = issue_peer(authority, "is01");
    auto settings = ClientSettings::create(random_numbers(), authority.certificate_pem()).value();
    if (client)
        EXPECT_TRUE(
            settings.identify_as(random_numbers(), client->certificate_pem, client->key_pem));
    return {ServerSettings::create(random_numbers(), server.certificate_pem, server.key_pem,
                                   trusted.certificate_pem())
                .value(),
            std::move(settings), "is01"};
}

TEST(Session, BothSidesShowWhoTheyAre) {
    const Authority authority = make_authority();
    const Identity is02 = issue_peer(authority, "is02");
    Link link = ask_is01(authority, authority, &is02);
    EXPECT_EQ(link.server->peer_certificate(), std::nullopt) << "before the handshake";
    link.shake_hands();
    ASSERT_TRUE(link.is_client_done && link.is_server_done)
        << link.client_error << link.server_error;
    EXPECT_EQ(link.server->peer_certificate(),
              (PeerCertificate{"is02", describe_certificate(is02.certificate_pem)->fingerprint}));
    EXPECT_EQ(link.client->peer_certificate()->common_name, "is01");
}

TEST(Session, NoClockMakesAServerAStranger) {
    // One that is years ahead has issued it.
    const Authority authority = make_authority({now() + 900 * kDay, now() + 990 * kDay});
    const Identity is02 = issue_peer(authority, "is02", {now() + 900 * kDay, now() + 990 * kDay});
    Link link = ask_is01(authority, authority, &is02);
    link.shake_hands();
    ASSERT_TRUE(link.is_client_done && link.is_server_done)
        << link.client_error << link.server_error;
    EXPECT_TRUE(link.server->peer_certificate());
    EXPECT_TRUE(link.client->peer_certificate());
}

TEST(Session, WhoShowsNothingOrAnothersCertificateIsNobody) {
    const Authority authority = make_authority();
    Link silent = ask_is01(authority, authority, nullptr);
    silent.shake_hands();
    ASSERT_TRUE(silent.is_server_done) << silent.server_error;
    EXPECT_EQ(silent.server->peer_certificate(), std::nullopt);
    const Identity stranger = issue_peer(make_authority(), "is02");
    Link strange = ask_is01(authority, authority, &stranger);
    strange.shake_hands();
    EXPECT_EQ(strange.server->peer_certificate(), std::nullopt);
    // What agents trust proves nothing here: it is for servers alone.
    const Identity server_only = issue(authority, "is02");
    Link wrong_use = ask_is01(authority, authority, &server_only);
    wrong_use.shake_hands();
    EXPECT_EQ(wrong_use.server->peer_certificate(), std::nullopt);
}

TEST(Session, TellsAConnectionThatEndsInTheHandshake) {
    const Authority authority = make_authority();
    Link link(authority, issue(authority));
    link.client_socket.reset();
    const Result<Progress> progress = link.server->handshake();
    ASSERT_FALSE(progress);
    EXPECT_EQ(progress.error().code(), ErrorCode::unavailable);
}

TEST(Session, CarriesBytesBothWaysAndEndsCleanly) {
    const Authority authority = make_authority();
    Link link(authority, issue(authority));
    link.shake_hands();
    ASSERT_TRUE(link.is_client_done) << link.client_error;
    ASSERT_TRUE(link.is_server_done) << link.server_error;
    EXPECT_EQ(link.client->cipher_suite(), "TLS-ECDHE-ECDSA-WITH-CHACHA20-POLY1305-SHA256");

    EXPECT_EQ(link.client->write("hello")->size, 5U);
    std::array<char, 32> buffer;
    Result<Transfer> transfer = link.server->read(buffer);
    ASSERT_TRUE(transfer);
    EXPECT_EQ(std::string_view(buffer.data(), transfer->size), "hello");
    EXPECT_EQ(link.server->read(buffer)->progress, Progress::want_read);

    ASSERT_EQ(link.server->close_notify(), Progress::done);
    transfer = link.client->read(buffer);
    ASSERT_TRUE(transfer);
    EXPECT_EQ(transfer->progress, Progress::done);
    EXPECT_EQ(transfer->size, 0U);
}

TEST(Session, TellsATruncatedStreamFromACleanEnd) {
    const Authority authority = make_authority();
    Link link(authority, issue(authority));
    link.shake_hands();
    link.server_socket.reset();
    std::array<char, 32> buffer;
    const Result<Transfer> transfer = link.client->read(buffer);
    ASSERT_FALSE(transfer);
    EXPECT_EQ(transfer.error().code(), ErrorCode::unavailable);
}

TEST(Session, WaitsForAFullSocket) {
    const Authority authority = make_authority();
    Link link(authority, issue(authority));
    link.shake_hands();
    const std::string bytes(16 * 1024, 'x');
    std::size_t written = 0;
    Result<Transfer> transfer;
    while ((transfer = link.server->write(bytes)) && transfer->progress == Progress::done)
        written += transfer->size;
    ASSERT_TRUE(transfer);
    EXPECT_EQ(transfer->progress, Progress::want_write);

    std::array<char, 4096> buffer;
    std::size_t received = 0;
    while ((transfer = link.client->read(buffer)) && transfer->progress == Progress::done)
        received += transfer->size;
    ASSERT_TRUE(transfer);
    EXPECT_GE(received, written);  // and the part of a record that had not fitted
}

}  // namespace
}  // namespace dim::tls
