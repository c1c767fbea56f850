#include "imageserver/peer/join_token.hpp"

#include "libdim/base/text.hpp"
#include "libdim/tls/certificate.hpp"

#include <algorithm>

namespace dim::server {

namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----\n";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----\n";
constexpr std::size_t kLine = 64;  // RFC 7468, section 2
constexpr std::size_t kSecretDigits = 32;
constexpr std::size_t kLongest = 4096;

std::unexpected<Error> no_token() {
    return fail(Error(ErrorCode::invalid_input, "that is no token to join with")
                    .with_cure("'dim server token NAME' on the management node prints one line"));
}

bool is_hexadecimal(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool is_base64(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
           c == '/' || c == '=';
}

std::string to_pem(std::string_view base64) {
    std::string pem(kBegin);
    for (; !base64.empty(); base64.remove_prefix(std::min(kLine, base64.size())))
        pem.append(base64.substr(0, kLine)) += '\n';
    return pem.append(kEnd);
}

}  // namespace

Result<JoinToken> JoinToken::parse(std::string_view text) {
    text = trim(text);
    const auto parts = split(text, '.');
    if (text.size() > kLongest || parts.size() != 3 || parts[1].size() != kSecretDigits ||
        !std::ranges::all_of(parts[1], is_hexadecimal) || !std::ranges::all_of(parts[2], is_base64))
        return no_token();
    auto management = model::ComponentName::parse(parts[0]);
    if (!management) return no_token();
    std::string pem = to_pem(parts[2]);
    const auto authority = tls::describe_certificate(pem);
    if (!authority || !authority->is_authority) return no_token();
    return JoinToken{.management = *std::move(management),
                     .secret = std::string(parts[1]),
                     .authority_pem = std::move(pem)};
}

std::string token_line(const JoinToken& token) {
    std::string_view pem = token.authority_pem;
    pem.remove_prefix(std::min(kBegin.size(), pem.size()));
    std::string line = to_string(token.management) + '.' + token.secret + '.';
    std::ranges::copy_if(pem.substr(0, pem.find('-')), std::back_inserter(line), is_base64);
    return line;
}

}  // namespace dim::server
