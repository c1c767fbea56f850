#include "imageserver/dns/dns_message.hpp"

#include <arpa/nameser.h>
#include <array>

namespace dim::server {

namespace {

constexpr std::size_t kNameLimit = 253;

std::unexpected<Error> refuse(std::string_view what) {
    return fail(ErrorCode::invalid_input, "the answer is not DNS: " + std::string(what));
}

}  // namespace

Result<std::string> soa_query(std::uint16_t id, std::string_view zone) {
    if (zone.empty() || zone.size() > kNameLimit || zone.ends_with('.'))
        return fail(ErrorCode::invalid_input,
                    "the name of a DNS zone has 1 to 253 bytes and no '.' at its end");
    std::array<unsigned char, NS_HFIXEDSZ + NS_MAXCDNAME + NS_QFIXEDSZ> query{};
    unsigned char* at = query.data();
    const auto put = [&at](unsigned field) {
        ::ns_put16(field, at);
        at += NS_INT16SZ;
    };
    for (const unsigned field : {unsigned{id}, 0U, 1U, 0U, 0U, 0U})  // one question
        put(field);
    if (::ns_name_pton(std::string(zone).c_str(), at, NS_MAXCDNAME) < 0)
        return fail(ErrorCode::invalid_input, "a label of a DNS name has 1 to 63 bytes");
    while (*at != 0)
        at += *at + 1;
    ++at;
    put(ns_t_soa);
    put(ns_c_in);
    return std::string(query.data(), at);
}

Result<std::uint32_t> parse_soa_answer(std::uint16_t id, std::string_view datagram) {
    ns_msg message;
    const auto* bytes = reinterpret_cast<const unsigned char*>(datagram.data());
    if (::ns_initparse(bytes, static_cast<int>(datagram.size()), &message) != 0)
        return refuse("it is damaged");
    if (ns_msg_id(message) != id || ::ns_msg_getflag(message, ns_f_qr) == 0)
        return refuse("it belongs to no question of ours");
    const int code = ::ns_msg_getflag(message, ns_f_rcode);
    if (code != ns_r_noerror || ::ns_msg_getflag(message, ns_f_aa) == 0 ||
        ns_msg_count(message, ns_s_an) == 0) {
        return fail(ErrorCode::unavailable, "the name server does not answer for the zone (code " +
                                                std::to_string(code) + ")");
    }
    if (ns_msg_count(message, ns_s_qd) != 1) return refuse("it does not repeat the question");
    ns_rr record;
    if (::ns_parserr(&message, ns_s_an, 0, &record) != 0 || ns_rr_type(record) != ns_t_soa ||
        ns_rr_class(record) != ns_c_in) {
        return refuse("it is no SOA record");
    }
    // The names of the server and of who is responsible come before the serial number.
    const unsigned char* at = ns_rr_rdata(record);
    const unsigned char* const end = at + ns_rr_rdlen(record);
    if (::ns_name_skip(&at, end) != 0 || ::ns_name_skip(&at, end) != 0 || end - at < NS_INT32SZ)
        return refuse("its SOA record is damaged");
    return static_cast<std::uint32_t>(::ns_get32(at));
}

}  // namespace dim::server
