#include "libdim/sys/clock.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/tls/authority.hpp"
#include "libdim/tls/certificate.hpp"
#include "libdim/tls/issue_certificate.hpp"
#include "libdim/tls/parse_key.hpp"
#include "libdim/tls/session.hpp"
#include "libdim/tls/settings_state.hpp"

#include <array>
#include <sys/socket.h>

#include <gtest/gtest.h>

namespace dim::tls {
namespace {

constexpr std::int64_t kDay = 24 * 60 * 60;
constexpr const char* kName = "image-server";

std::int64_t now() { return sys::realtime_us() / 1'000'000; }
Validity valid_now() { return {now() - kDay, now() + kDay}; }

Random& random_numbers() {
    static Random random = Random::create().value();
    return random;
}

Authority make_authority(Validity validity = valid_now()) {
    return Authority::create(random_numbers(), "Test Cluster CA", validity).value();
}

Identity issue(const Authority& authority, const std::string& dns_name = kName,
               Validity validity = valid_now()) {
    return authority
        .issue_server(random_numbers(),
                      {.common_name = "server", .dns_names = {dns_name}, .addresses = {0x0a000001}},
                      validity)
        .value();
}

/// Both ends of a session in one process.
class Link {
public:
    Link(const Authority& trusted, const Identity& identity, const std::string& name = kName)
        : server_settings_(
              ServerSettings::create(random_numbers(), identity.certificate_pem, identity.key_pem)
                  .value()),
          client_settings_(
              ClientSettings::create(random_numbers(), trusted.certificate_pem()).value()) {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
            std::abort();
        server_socket = sys::Fd(ends[0]);
        client_socket = sys::Fd(ends[1]);
        server = std::make_unique<Session>(
            Session::accept(server_settings_, server_socket.get()).value());
        client = std::make_unique<Session>(
            Session::connect(client_settings_, name, client_socket.get()).value());
    }

    /// Steps both until neither goes on.
    void shake_hands() {
        for (int round = 0; round < 20; ++round) {
            if (client_error.empty() && !is_client_done)
                step(*client, is_client_done, client_error);
            if (server_error.empty() && !is_server_done)
                step(*server, is_server_done, server_error);
        }
    }

    sys::Fd server_socket;
    sys::Fd client_socket;
    std::unique_ptr<Session> server;
    std::unique_ptr<Session> client;
    std::string client_error;
    std::string server_error;
    bool is_client_done = false;
    bool is_server_done = false;
    const ClientSettings& client_settings() const { return client_settings_; }

private:
    static void step(Session& session, bool& is_done, std::string& error) {
        const Result<Progress> progress = session.handshake();
        if (!progress) {
            error = progress.error().message();
        } else {
            is_done = *progress == Progress::done;
        }
    }
    ServerSettings server_settings_;
    ClientSettings client_settings_;
};

TEST(Session, RefusesAnotherClustersAuthorityAndTellsTheServerSo) {
    const Authority ours = make_authority();
    Link link(make_authority(), issue(ours));
    link.shake_hands();
    EXPECT_FALSE(link.is_client_done);
    EXPECT_NE(link.client_error.find("wrong CA"), std::string::npos) << link.client_error;
    EXPECT_EQ(link.server_error, "the peer does not trust our certificate (unknown CA)");
}

TEST(Session, FindsThePeersReasonBehindABrokenPipe) {
    const Authority ours = make_authority();
    Link link(make_authority(), issue(ours));
    // The client's hello; then its refusal lies in the socket before the server sends its flight.
    ASSERT_EQ(link.client->handshake(), Progress::want_read);
    const std::string_view unknown_authority("\x15\x03\x03\x00\x02\x02\x30", 7);
    ASSERT_TRUE(sys::send(link.client_socket.get(), unknown_authority));
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
    ASSERT_TRUE(sys::send(link.client_socket.get(), "GET / HTTP/1.1\r\nHost: dim\r\n\r\n"));
    const Result<Progress> progress = link.server->handshake();
    ASSERT_FALSE(progress);
    EXPECT_EQ(progress.error().code(), ErrorCode::invalid_input);
    EXPECT_EQ(progress.error().message(), "the peer does not speak TLS");
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

TEST(Authority, RefusesNamesThatCannotBeInACertificate) {
    const Authority authority = make_authority();
    const auto issue_for = [&](const ServerNames& names) {
        return authority.issue_server(random_numbers(), names, valid_now());
    };
    EXPECT_FALSE(issue_for({.common_name = "a,O=evil", .dns_names = {"a"}, .addresses = {}}));
    EXPECT_FALSE(issue_for({.common_name = "", .dns_names = {"a"}, .addresses = {}}));
    EXPECT_FALSE(issue_for({.common_name = "a", .dns_names = {"*.evil"}, .addresses = {}}));
    EXPECT_FALSE(issue_for({.common_name = "a", .dns_names = {""}, .addresses = {}}));
    EXPECT_FALSE(issue_for({.common_name = "a", .dns_names = {}, .addresses = {}}));
    EXPECT_FALSE(issue_for({.common_name = "a",
                            .dns_names = std::vector<std::string>(kSubjectNamesLimit + 1, "a"),
                            .addresses = {}}));
    EXPECT_FALSE(authority.issue_server(random_numbers(),
                                        {.common_name = "a", .dns_names = {"a"}, .addresses = {}},
                                        {now(), now() - 1}));
}

TEST(Authority, LoadsOnlyAMatchingPair) {
    const Authority first = make_authority();
    const Authority second = make_authority();
    const auto copy = [](const SecretText& secret) {
        return SecretText(std::string(secret.view()));
    };
    EXPECT_TRUE(Authority::load(first.certificate_pem(), copy(first.key_pem())));
    EXPECT_FALSE(Authority::load(first.certificate_pem(), copy(second.key_pem())));
    EXPECT_FALSE(Authority::load("", copy(first.key_pem())));
    EXPECT_FALSE(Authority::load(first.certificate_pem(), SecretText("rubbish")));
    const Identity server = issue(first);
    const auto no_authority = Authority::load(server.certificate_pem, copy(server.key_pem));
    ASSERT_FALSE(no_authority);
    EXPECT_EQ(no_authority.error().message(), "the certificate is not an authority's");
}

TEST(Authority, LoadedOneIssuesWhatTheFirstOneVouchesFor) {
    const Authority first = make_authority();
    const Authority loaded =
        Authority::load(first.certificate_pem(), SecretText(std::string(first.key_pem().view())))
            .value();
    Link link(first, issue(loaded));
    link.shake_hands();
    EXPECT_TRUE(link.is_client_done) << link.client_error;
}

TEST(Certificate, SaysWhatWasIssued) {
    const Authority authority = make_authority();
    const Validity validity{now() - 100, now() + 12345};
    const Identity identity = authority
                                  .issue_server(random_numbers(),
                                                {.common_name = "s01",
                                                 .dns_names = {"s01", std::string(200, 'n')},
                                                 .addresses = {0x0a010203, 0xfffffffe}},
                                                validity)
                                  .value();
    const CertificateInfo info = describe_certificate(identity.certificate_pem).value();
    EXPECT_EQ(info.common_name, "s01");
    EXPECT_EQ(info.not_before, validity.not_before);
    EXPECT_EQ(info.not_after, validity.not_after);
    EXPECT_EQ(info.dns_names, (std::vector<std::string>{"s01", std::string(200, 'n')}));
    EXPECT_EQ(info.addresses, (std::vector<std::uint32_t>{0x0a010203, 0xfffffffe}));
    EXPECT_FALSE(info.is_authority);
    EXPECT_EQ(info.fingerprint.size(), 64U);
    EXPECT_TRUE(describe_certificate(authority.certificate_pem())->is_authority);
    EXPECT_NE(describe_certificate(authority.certificate_pem())->fingerprint, info.fingerprint);
    EXPECT_FALSE(describe_certificate("rubbish"));
}

TEST(ServerSettings, RefusesAForeignKey) {
    const Authority authority = make_authority();
    const Identity first = issue(authority);
    const Identity second = issue(authority);
    const auto settings =
        ServerSettings::create(random_numbers(), first.certificate_pem, second.key_pem);
    ASSERT_FALSE(settings);
    EXPECT_EQ(settings.error().message(), "the key does not belong to the certificate");
}

TEST(SecretText, IsWipedWhereItWas) {
    std::string text(64, 's');
    const char* place = text.data();
    const SecretText secret(std::move(text));
    EXPECT_EQ(secret.view(), std::string(64, 's'));
    EXPECT_EQ(std::string_view(place, 1), std::string_view("\0", 1));
}

}  // namespace
}  // namespace dim::tls
