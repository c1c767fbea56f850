#pragma once

#include "libdim/http/head_scanner.hpp"
#include "libdim/http/message.hpp"
#include "libdim/http/protocol_error.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <string>

namespace dim::http {

/// The status and words for an error of Beast's parser.
ProtocolError protocol_error(const boost::system::error_code& error);

std::string field_text(const boost::beast::http::fields& fields, boost::beast::http::field name);

/// A Beast parser and the bytes it cannot judge yet. It sees the head as a whole, so every message
/// has one verdict, however its bytes were cut.
template <class Parser>
struct BufferedParser {
    explicit BufferedParser(const Limits& limits) : scanner(limits.header), header(limits.header) {
        parser.header_limit(static_cast<std::uint32_t>(2 * limits.header));  // ours comes first
        parser.eager(true);
    }

    /// Bytes up to the end of the head. True once the head is there and parsed.
    Result<bool, ProtocolError> feed_head(std::string_view& bytes) {
        if (parser.is_header_done()) return true;
        auto end = scanner.feed(bytes);
        if (!end) return std::unexpected(std::move(end).error());
        pending.append(bytes.substr(0, end->value_or(bytes.size())));
        bytes.remove_prefix(end->value_or(bytes.size()));
        if (!*end) return false;
        if (auto put = put_pending(); !put) return std::unexpected(std::move(put).error());
        if (!parser.is_header_done() || !pending.empty())
            return std::unexpected(ProtocolError{400, "the head ends in an unexpected place"});
        return true;
    }

    /// Bytes of the body. Takes those that are not its own back out of `pending`.
    Result<void, ProtocolError> feed_body(std::string_view& bytes) {
        if (parser.is_done()) return {};
        pending.append(bytes);
        const std::size_t given = bytes.size();
        if (auto put = put_pending(); !put) return std::unexpected(std::move(put).error());
        const std::size_t foreign = parser.is_done() ? pending.size() : 0;
        bytes.remove_prefix(given - foreign);
        if (foreign != 0) pending.clear();
        // What stays is the line before a chunk, or trailers.
        if (pending.size() > header)
            return std::unexpected(ProtocolError{431, "a chunk's head is too long"});
        return {};
    }

    Result<void, ProtocolError> put_pending() {
        std::size_t used = 0;
        while (used < pending.size() && !parser.is_done()) {
            boost::system::error_code error;
            used += parser.put(boost::asio::buffer(pending.data() + used, pending.size() - used),
                               error);
            if (error == boost::beast::http::error::need_more) break;
            if (error) return std::unexpected(protocol_error(error));
        }
        pending.erase(0, used);
        return {};
    }

    Parser parser;
    HeadScanner scanner;
    std::size_t header;
    std::string pending;
};

}  // namespace dim::http
