#include "imageserver/dns/dns_message.hpp"

#include "libdim/base/text.hpp"

#include <optional>

namespace dim::server {

namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kLabelLimit = 63;
constexpr std::size_t kNameLimit = 253;
constexpr unsigned kTypeSoa = 6;
constexpr unsigned kClassInternet = 1;
constexpr unsigned kIsResponse = 0x8000;
constexpr unsigned kIsAuthoritative = 0x0400;
constexpr unsigned kRefusal = 0x000f;

void put16(std::string& bytes, unsigned value) {
    bytes += static_cast<char>(value >> 8 & 0xff);
    bytes += static_cast<char>(value & 0xff);
}

/// Takes a datagram apart from its beginning; what is not there is nothing.
class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    std::optional<std::uint32_t> number(std::size_t size) {
        if (!skip(size)) return std::nullopt;
        std::uint32_t value = 0;
        for (const char byte : bytes_.substr(at_ - size, size))
            value = value << 8 | static_cast<std::uint8_t>(byte);
        return value;
    }
    bool skip(std::size_t size) {
        if (bytes_.size() - at_ < size) return false;
        at_ += size;
        return true;
    }
    /// A name ends with an empty label or with a pointer to the rest of it.
    bool skip_name() {
        for (;;) {
            const auto size = number(1);
            if (!size) return false;
            if (*size == 0) return true;
            if (*size >= 0xc0) return skip(1);
            if (*size > kLabelLimit || !skip(*size)) return false;
        }
    }

private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

std::unexpected<Error> refuse(std::string what) {
    return fail(ErrorCode::invalid_input, "the answer is not DNS: " + std::move(what));
}

}  // namespace

Result<std::string> soa_query(std::uint16_t id, std::string_view zone) {
    if (zone.empty() || zone.size() > kNameLimit)
        return fail(ErrorCode::invalid_input, "the name of a DNS zone has 1 to 253 bytes");
    std::string query;
    for (const unsigned value : {unsigned{id}, 0U, 1U, 0U, 0U, 0U})
        put16(query, value);
    for (const std::string_view label : split(zone, '.')) {
        if (label.empty() || label.size() > kLabelLimit)
            return fail(ErrorCode::invalid_input, "a label of a DNS name has 1 to 63 bytes");
        query += static_cast<char>(label.size());
        query += label;
    }
    query += '\0';
    put16(query, kTypeSoa);
    put16(query, kClassInternet);
    return query;
}

Result<std::uint32_t> parse_soa_answer(std::uint16_t id, std::string_view datagram) {
    Reader reader(datagram);
    const auto answered_id = reader.number(2);
    const auto flags = reader.number(2);
    const auto questions = reader.number(2);
    const auto answers = reader.number(2);
    if (!reader.skip(kHeader - 8)) return refuse("it is too short");
    if (*answered_id != id || (*flags & kIsResponse) == 0)
        return refuse("it belongs to no question of ours");
    if ((*flags & kRefusal) != 0 || (*flags & kIsAuthoritative) == 0 || *answers == 0) {
        return fail(ErrorCode::unavailable, "the name server does not answer for the zone (code " +
                                                std::to_string(*flags & kRefusal) + ")");
    }
    if (*questions != 1 || !reader.skip_name() || !reader.skip(4))
        return refuse("it does not repeat the question");
    if (!reader.skip_name() || reader.number(2) != kTypeSoa || reader.number(2) != kClassInternet)
        return refuse("it is no SOA record");
    // Time to live, size; then the names of the server and of who is responsible.
    if (!reader.skip(6) || !reader.skip_name() || !reader.skip_name())
        return refuse("its SOA record is damaged");
    const auto serial = reader.number(4);
    if (!serial) return refuse("its SOA record has no serial number");
    return *serial;
}

}  // namespace dim::server
