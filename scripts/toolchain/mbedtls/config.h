/* The mbedTLS of the agent: TLS 1.2 with one key exchange, one curve and two ciphers, small and
 * quick on a PowerPC 970.
 *
 * build-sysroot installs this file as <mbedtls/config.h>, so whoever uses the sysroot's mbedTLS has
 * it: no define needed. What is not listed is off: RSA, finite-field DH, CBC and legacy ciphers,
 * SHA-1, older TLS, DTLS, PSA, file access, debug output, self-tests. A part that nobody calls
 * costs the agent nothing; a part that the library refers to itself (a cipher suite, the server's
 * half of the handshake) does. Values and reasons: docs/decisions/0002-agent-toolchain.md. */
#ifndef MBEDTLS_CONFIG_H
#define MBEDTLS_CONFIG_H

/* --- platform */
#define MBEDTLS_HAVE_ASM /* 64-bit multiply-accumulate in assembly: the heart of P-256 */
#define MBEDTLS_HAVE_TIME
#define MBEDTLS_HAVE_TIME_DATE /* certificates expire */
#define MBEDTLS_ERROR_C        /* errors say their cause in words */

/* --- randomness: mbedTLS knows getrandom() with glibc only, and reads /dev/urandom else, which
 * does not wait for the kernel to have gathered any. getrandom.c beside this file is the source for
 * musl. */
#define MBEDTLS_ENTROPY_C
#define MBEDTLS_NO_PLATFORM_ENTROPY
#define MBEDTLS_ENTROPY_HARDWARE_ALT
#define MBEDTLS_ENTROPY_MAX_SOURCES 4
#define MBEDTLS_CTR_DRBG_C

/* --- P-256 alone. Its own reduction makes a handshake three times as fast; larger tables than the
 * default ones do not. */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C

/* --- ciphers and hashes of the two suites */
#define MBEDTLS_AES_C
#define MBEDTLS_AES_ROM_TABLES /* nothing to compute at start */
#define MBEDTLS_GCM_C
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C
#define MBEDTLS_CIPHER_C
#define MBEDTLS_MD_C
#define MBEDTLS_SHA256_C

/* --- keys and certificates; the writing half is for programs that make them, the agent links none
 * of it */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_BASE64_C
#define MBEDTLS_OID_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_PEM_WRITE_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PK_WRITE_C
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_CREATE_C
#define MBEDTLS_X509_CRT_WRITE_C
#define MBEDTLS_X509_CHECK_KEY_USAGE
#define MBEDTLS_X509_CHECK_EXTENDED_KEY_USAGE

/* --- TLS 1.2, both sides: the server's is used by the tests that run on the target */
#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_SRV_C
#define MBEDTLS_SSL_CACHE_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_SERVER_NAME_INDICATION
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
#define MBEDTLS_SSL_ALL_ALERT_MESSAGES
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#define MBEDTLS_SSL_CIPHERSUITES                     \
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, \
        MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256

#include "mbedtls/check_config.h"

#endif
