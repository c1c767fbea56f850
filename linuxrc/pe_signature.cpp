#include "linuxrc/pe_signature.hpp"

#include "linuxrc/pe_file.hpp"

#include <array>
#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <tuple>

namespace dim::linuxrc {

namespace {

template <auto kFree>
struct Free {
    template <class Value>
    void operator()(Value* value) const {
        kFree(value);
    }
};
using Bio = std::unique_ptr<BIO, Free<&BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<&X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Free<&EVP_PKEY_free>>;
using Message = std::unique_ptr<PKCS7, Free<&PKCS7_free>>;

/// With what libcrypto said last.
Error refused(std::string what) {
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    ERR_clear_error();
    return {ErrorCode::invalid_input, std::move(what) + ": " + text.data()};
}

// SpcIndirectDataContent up to the digest: SPC_PE_IMAGE_DATAOBJ with the file name
// "<<<Obsolete>>>", SHA-256.
constexpr std::array<unsigned char, 74> kIndirectData{
    0x30, 0x68, 0x30, 0x33, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01,
    0x0f, 0x30, 0x25, 0x03, 0x01, 0x00, 0xa0, 0x20, 0xa2, 0x1e, 0x80, 0x1c, 0x00, 0x3c, 0x00,
    0x3c, 0x00, 0x3c, 0x00, 0x4f, 0x00, 0x62, 0x00, 0x73, 0x00, 0x6f, 0x00, 0x6c, 0x00, 0x65,
    0x00, 0x74, 0x00, 0x65, 0x00, 0x3e, 0x00, 0x3e, 0x00, 0x3e, 0x30, 0x31, 0x30, 0x0d, 0x06,
    0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
/// Tag and length of the sequence, which are not signed.
constexpr std::size_t kSequenceHeader = 2;

int indirect_data_type() {
    static const int number =
        OBJ_create("1.3.6.1.4.1.311.2.1.4", "spcIndirectDataContext", "SPC indirect data context");
    return number;
}

Bio reader_of(const std::string& text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Result<std::string> indirect_data(const std::string& part) {
    std::array<unsigned char, 32> digest{};
    if (EVP_Digest(part.data(), part.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
        return fail(refused("SHA-256"));
    std::string data(kIndirectData.begin(), kIndirectData.end());
    data.append(digest.begin(), digest.end());
    return data;
}

/// A message that CERTIFICATE signs, still without content.
Result<Message> begin_message(X509* certificate, EVP_PKEY* key) {
    Message message(PKCS7_new());
    if (!message || PKCS7_set_type(message.get(), NID_pkcs7_signed) != 1 ||
        PKCS7_content_new(message.get(), NID_pkcs7_data) != 1 ||
        PKCS7_add_certificate(message.get(), certificate) != 1)
        return fail(refused("the certificate for Secure Boot"));
    PKCS7_SIGNER_INFO* signer = PKCS7_add_signature(message.get(), certificate, key, EVP_sha256());
    if (signer == nullptr ||
        PKCS7_add_signed_attribute(signer, NID_pkcs9_contentType, V_ASN1_OBJECT,
                                   OBJ_nid2obj(indirect_data_type())) != 1 ||
        PKCS7_add0_attrib_signing_time(signer, ASN1_STRING_dup(X509_get0_notBefore(certificate))) !=
            1)
        return fail(refused("the key for Secure Boot"));
    return message;
}

/// DATA in the place of what was signed: libcrypto signs no content of other types itself.
Result<void> put_content(const Message& message, const std::string& data) {
    std::unique_ptr<ASN1_STRING, Free<&ASN1_STRING_free>> text(ASN1_STRING_new());
    std::unique_ptr<ASN1_TYPE, Free<&ASN1_TYPE_free>> typed(ASN1_TYPE_new());
    Message content(PKCS7_new());
    if (!text || !typed || !content ||
        ASN1_STRING_set(text.get(), data.data(), static_cast<int>(data.size())) != 1)
        return fail(refused("the signature"));
    ASN1_TYPE_set(typed.get(), V_ASN1_SEQUENCE, text.release());
    if (PKCS7_set0_type_other(content.get(), indirect_data_type(), typed.get()) != 1)
        return fail(refused("the signature"));
    std::ignore = typed.release();
    if (PKCS7_set_content(message.get(), content.get()) != 1) return fail(refused("the signature"));
    std::ignore = content.release();
    return {};
}

Result<std::string> finish_message(const Message& message, const std::string& data) {
    const Bio bio(PKCS7_dataInit(message.get(), nullptr));
    const int size = static_cast<int>(data.size() - kSequenceHeader);
    unsigned char* bytes = nullptr;
    if (!bio || BIO_write(bio.get(), data.data() + kSequenceHeader, size) != size ||
        BIO_flush(bio.get()) != 1 || PKCS7_dataFinal(message.get(), bio.get()) != 1)
        return fail(refused("the signature"));
    DIM_CHECK(put_content(message, data));
    const int length = i2d_PKCS7(message.get(), &bytes);
    const std::unique_ptr<unsigned char, decltype([](unsigned char* each) { OPENSSL_free(each); })>
        owned(bytes);
    if (length <= 0) return fail(refused("the signature"));
    return std::string(bytes, bytes + length);
}

}  // namespace

Result<std::string> sign_pe(std::string program, const SecureBootKey& key) {
    const Certificate certificate(
        PEM_read_bio_X509(reader_of(key.certificate).get(), nullptr, nullptr, nullptr));
    if (!certificate) return fail(refused("the certificate for Secure Boot"));
    const PrivateKey private_key(
        PEM_read_bio_PrivateKey(reader_of(key.key).get(), nullptr, nullptr, nullptr));
    if (!private_key || X509_check_private_key(certificate.get(), private_key.get()) != 1)
        return fail(refused("the key for Secure Boot"));
    // Of others the signature is another one each time, and UEFI need not know them.
    if (EVP_PKEY_get_base_id(private_key.get()) != EVP_PKEY_RSA)
        return fail(ErrorCode::invalid_input, "the key for Secure Boot is no RSA key");
    DIM_TRY(const std::string part, signed_part(program));
    DIM_TRY(const std::string data, indirect_data(part));
    DIM_TRY(const Message message, begin_message(certificate.get(), private_key.get()));
    DIM_TRY(const std::string signature, finish_message(message, data));
    return attach_pe_signature(std::move(program), signature);
}

}  // namespace dim::linuxrc
