#include "libdim/http/buffered_parser.hpp"

namespace dim::http {

ProtocolError protocol_error(const boost::system::error_code& code) {
    using boost::beast::http::error;
    if (code == error::body_limit) return {413, "the body is too long"};
    if (code == error::header_limit) return {431, "the head is too long"};
    if (code == error::bad_version) return {505, "neither HTTP/1.1 nor HTTP/1.0"};
    return {400, code.message()};
}

std::string field_text(const boost::beast::http::fields& fields, boost::beast::http::field name) {
    const auto value = fields[name];
    return {value.data(), value.size()};
}

}  // namespace dim::http
