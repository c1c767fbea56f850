#include "libdim/snmp/credentials.hpp"

#include "libdim/model/enum_text.hpp"
#include "libdim/tls/secret_lines.hpp"

#include <optional>

namespace dim::snmp {

namespace {

constexpr std::size_t kPassphraseMinimum = 8;
constexpr std::size_t kNameLimit = 32;  // RFC 3414, usmUserName
constexpr const char* kForm = "either a line 'community WORD', or lines 'user NAME', "
                              "'auth md5|sha PASSPHRASE' and 'privacy des|aes PASSPHRASE'";

constexpr model::EnumWords<Authentication, 2> kAuthentications{
    {{Authentication::md5, "md5"}, {Authentication::sha, "sha"}}};
constexpr model::EnumWords<Privacy, 2> kPrivacies{{{Privacy::des, "des"}, {Privacy::aes, "aes"}}};

std::unexpected<Error> wrong(std::string message) {
    return fail(Error(ErrorCode::invalid_input, std::move(message)).with_cure(kForm));
}

class CredentialsReader {
public:
    Result<void> read_line(std::string_view key, std::string_view rest) {
        if (key == "community") return once(community_, rest);
        if (key == "user") return once(user_, rest);
        if (key == "auth") return once(authentication_, rest);
        if (key == "privacy") return once(privacy_, rest);
        return wrong("not a line of credentials");
    }

    Result<Credentials> finish() const {
        const bool is_user = user_ || authentication_ || privacy_;
        if (community_.has_value() == is_user) return wrong("neither a community nor a user");
        if (community_) return Credentials(Community{tls::SecretText(std::string(*community_))});
        if (!user_ || !authentication_) return wrong("a user needs its name and 'auth'");
        if (user_->size() > kNameLimit) return wrong("the user's name is longer than 32 bytes");
        User user{
            .name = std::string(*user_), .authentication_passphrase = {}, .privacy_passphrase = {}};
        DIM_CHECK(read_secret(*authentication_, "auth", kAuthentications, user.authentication,
                              user.authentication_passphrase));
        if (privacy_) {
            DIM_CHECK(read_secret(*privacy_, "privacy", kPrivacies, user.privacy,
                                  user.privacy_passphrase));
        }
        return Credentials(std::move(user));
    }

private:
    static Result<void> once(std::optional<std::string_view>& slot, std::string_view value) {
        if (slot) return wrong("the same a second time");
        slot = value;
        return {};
    }

    template <class Enum, std::size_t Count>
    static Result<void> read_secret(std::string_view text, const char* key,
                                    const model::EnumWords<Enum, Count>& words, Enum& kind,
                                    tls::SecretText& secret) {
        const auto [word, passphrase] = tls::first_word(text);
        // What is no such word may be a passphrase: the error does not quote it.
        const auto parsed = model::parse_word(words, key, word);
        if (!parsed) return wrong(std::string(key) + ": not a protocol there is");
        if (passphrase.size() < kPassphraseMinimum)
            return wrong(std::string(key) + ": the passphrase has less than 8 bytes");
        kind = *parsed;
        secret = tls::SecretText(std::string(passphrase));
        return {};
    }

    std::optional<std::string_view> community_;
    std::optional<std::string_view> user_;
    std::optional<std::string_view> authentication_;
    std::optional<std::string_view> privacy_;
};

}  // namespace

Result<Credentials> parse_credentials(std::string_view text) {
    CredentialsReader reader;
    auto read = tls::read_secret_lines(text, [&](std::string_view key, std::string_view rest) {
        return reader.read_line(key, rest);
    });
    if (!read) return fail(std::move(read).error().with_default_cure(kForm));
    return reader.finish();
}

}  // namespace dim::snmp
