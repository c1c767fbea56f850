#include "linuxrc/gzip.hpp"

#include <array>
#include <limits>
#include <zlib.h>

namespace dim::linuxrc {

namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window, gzip instead of zlib framing
constexpr int kMemoryLevel = 9;
constexpr unsigned char kUnixOs = 3;

}  // namespace

Result<std::string> gzip(std::string_view bytes) {
    if (bytes.size() > std::numeric_limits<uInt>::max() / 2)
        return fail(ErrorCode::limit_exceeded, "too much to compress at once");
    z_stream stream{};
    if (::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                       Z_DEFAULT_STRATEGY) != Z_OK) {
        return fail(ErrorCode::internal, "zlib does not start");
    }
    gz_header header{};
    header.os = kUnixOs;
    ::deflateSetHeader(&stream, &header);
    std::string result(::deflateBound(&stream, bytes.size()), '\0');
    std::string input(bytes);
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    const int outcome = ::deflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    ::deflateEnd(&stream);
    if (outcome != Z_STREAM_END) return fail(ErrorCode::internal, "zlib does not finish");
    return result;
}

Result<std::size_t> gzip_size(std::string_view bytes) {
    if (bytes.size() > std::numeric_limits<uInt>::max())
        return fail(ErrorCode::limit_exceeded, "too much to unpack at once");
    z_stream stream{};
    if (::inflateInit2(&stream, kGzipWindow) != Z_OK)
        return fail(ErrorCode::internal, "zlib does not start");
    // zlib's interface is not const, but it only reads its input.
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::array<Bytef, 65536> unpacked{};
    int outcome = Z_OK;
    while (outcome == Z_OK) {
        stream.next_out = unpacked.data();
        stream.avail_out = static_cast<uInt>(unpacked.size());
        outcome = ::inflate(&stream, Z_NO_FLUSH);
    }
    const std::size_t size = stream.total_in;
    ::inflateEnd(&stream);
    if (outcome != Z_STREAM_END)
        return fail(ErrorCode::invalid_input, "it does not begin with a gzip file");
    return size;
}

}  // namespace dim::linuxrc
