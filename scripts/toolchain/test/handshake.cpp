// Runs on the target: a TLS handshake between two ends in memory, with a wrong authority (must
// fail), a wrong name (must fail) and the right ones; prints the processor time of each side of the
// good one.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

namespace {

// Ends the program when a call that cannot fail here does.
void must(int result, const char* what) {
    if (result >= 0) return;
    char text[128];
    mbedtls_strerror(result, text, sizeof text);
    std::fprintf(stderr, "failed: %s: %s\n", what, text);
    std::exit(EXIT_FAILURE);
}

struct Random {
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context generator;
    Random() {
        mbedtls_entropy_init(&entropy);
        mbedtls_ctr_drbg_init(&generator);
        must(mbedtls_ctr_drbg_seed(&generator, mbedtls_entropy_func, &entropy, nullptr, 0), "seed");
    }
};

struct Identity {
    mbedtls_pk_context key;
    mbedtls_x509_crt certificate;
};

// A P-256 key and its certificate, issued by `issuer` or by itself.
void create_identity(Identity& self, const char* name, Identity* issuer, Random& random) {
    mbedtls_pk_init(&self.key);
    mbedtls_x509_crt_init(&self.certificate);
    must(mbedtls_pk_setup(&self.key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)), "pk_setup");
    must(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(self.key),
                             mbedtls_ctr_drbg_random, &random.generator),
         "gen_key");
    mbedtls_x509write_cert writer;
    mbedtls_mpi serial;
    mbedtls_x509write_crt_init(&writer);
    mbedtls_mpi_init(&serial);
    must(mbedtls_mpi_lset(&serial, 1), "serial");
    const std::string subject = std::string("CN=") + name;
    mbedtls_x509write_crt_set_version(&writer, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&writer, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(&writer, &self.key);
    mbedtls_x509write_crt_set_issuer_key(&writer, issuer ? &issuer->key : &self.key);
    must(mbedtls_x509write_crt_set_subject_name(&writer, subject.c_str()), "subject");
    must(mbedtls_x509write_crt_set_issuer_name(&writer, issuer ? "CN=authority" : subject.c_str()),
         "issuer");
    must(mbedtls_x509write_crt_set_serial(&writer, &serial), "serial");
    must(mbedtls_x509write_crt_set_validity(&writer, "20200101000000", "20991231235959"), "dates");
    must(mbedtls_x509write_crt_set_basic_constraints(&writer, issuer ? 0 : 1, -1), "constraints");
    unsigned char pem[2048];
    must(mbedtls_x509write_crt_pem(&writer, pem, sizeof pem, mbedtls_ctr_drbg_random,
                                   &random.generator),
         "write");
    must(mbedtls_x509_crt_parse(&self.certificate, pem,
                                std::strlen(reinterpret_cast<char*>(pem)) + 1),
         "parse");
    mbedtls_x509write_crt_free(&writer);
    mbedtls_mpi_free(&serial);
}

// One end of a connection in memory: what it sends is the other's to receive.
struct End {
    std::string* receives;
    std::string* sends;
    double milliseconds = 0;
    mbedtls_ssl_config config;
    mbedtls_ssl_context tls;
};

int send(void* context, const unsigned char* data, size_t size) {
    static_cast<End*>(context)->sends->append(reinterpret_cast<const char*>(data), size);
    return static_cast<int>(size);
}

int receive(void* context, unsigned char* data, size_t size) {
    std::string& from = *static_cast<End*>(context)->receives;
    if (from.empty()) return MBEDTLS_ERR_SSL_WANT_READ;
    const size_t count = from.copy(reinterpret_cast<char*>(data), size);
    from.erase(0, count);
    return static_cast<int>(count);
}

void open_end(End& end, int side, Random& random) {
    mbedtls_ssl_config_init(&end.config);
    mbedtls_ssl_init(&end.tls);
    must(mbedtls_ssl_config_defaults(&end.config, side, MBEDTLS_SSL_TRANSPORT_STREAM,
                                     MBEDTLS_SSL_PRESET_DEFAULT),
         "defaults");
    mbedtls_ssl_conf_rng(&end.config, mbedtls_ctr_drbg_random, &random.generator);
    mbedtls_ssl_set_bio(&end.tls, &end, send, receive, nullptr);
}

double processor_milliseconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// 0, MBEDTLS_ERR_SSL_WANT_READ or the reason of failure.
int step(End& end) {
    const double start = processor_milliseconds();
    const int result = mbedtls_ssl_handshake(&end.tls);
    end.milliseconds += processor_milliseconds() - start;
    return result;
}

// 0 when both sides are through, else what the client says.
int shake_hands(Identity& authority, Identity& server_identity, const char* name, Random& random) {
    std::string to_client, to_server;
    End client{&to_client, &to_server, 0, {}, {}}, server{&to_server, &to_client, 0, {}, {}};
    open_end(client, MBEDTLS_SSL_IS_CLIENT, random);
    open_end(server, MBEDTLS_SSL_IS_SERVER, random);
    mbedtls_ssl_conf_ca_chain(&client.config, &authority.certificate, nullptr);
    must(mbedtls_ssl_conf_own_cert(&server.config, &server_identity.certificate,
                                   &server_identity.key),
         "own_cert");
    must(mbedtls_ssl_setup(&client.tls, &client.config), "setup");
    must(mbedtls_ssl_setup(&server.tls, &server.config), "setup");
    must(mbedtls_ssl_set_hostname(&client.tls, name), "hostname");
    int at_client = MBEDTLS_ERR_SSL_WANT_READ, at_server = MBEDTLS_ERR_SSL_WANT_READ;
    while (at_client == MBEDTLS_ERR_SSL_WANT_READ || at_server == MBEDTLS_ERR_SSL_WANT_READ) {
        if (at_client == MBEDTLS_ERR_SSL_WANT_READ) at_client = step(client);
        if (at_client != 0 && at_client != MBEDTLS_ERR_SSL_WANT_READ) break;
        if (at_server == MBEDTLS_ERR_SSL_WANT_READ) at_server = step(server);
        if (at_server != 0 && at_server != MBEDTLS_ERR_SSL_WANT_READ) must(at_server, "server");
    }
    if (at_client == 0)
        std::printf("%s: client %.1f ms, server %.1f ms\n",
                    mbedtls_ssl_get_ciphersuite(&client.tls), client.milliseconds,
                    server.milliseconds);
    for (End* end : {&client, &server}) {
        mbedtls_ssl_free(&end->tls);
        mbedtls_ssl_config_free(&end->config);
    }
    return at_client;
}

}  // namespace

int main() {
    Random random;
    Identity authority, impostor, server;
    create_identity(authority, "authority", nullptr, random);
    create_identity(impostor, "authority", nullptr, random);
    create_identity(server, "image-server", &authority, random);
    if (shake_hands(impostor, server, "image-server", random) !=
        MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) {
        std::fprintf(stderr, "failed: a wrong authority was accepted\n");
        return EXIT_FAILURE;
    }
    if (shake_hands(authority, server, "other-server", random) !=
        MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) {
        std::fprintf(stderr, "failed: a wrong name was accepted\n");
        return EXIT_FAILURE;
    }
    must(shake_hands(authority, server, "image-server", random), "handshake");
    return EXIT_SUCCESS;
}
