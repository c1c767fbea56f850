#include "linuxrc/zstd.hpp"

#include <zstd.h>

namespace dim::linuxrc {

namespace {

constexpr int kLevel = 19;  // the highest whose window (8 MiB) needs no --ultra

}  // namespace

Result<std::string> zstd(std::string_view bytes) {
    std::string result(::ZSTD_compressBound(bytes.size()), '\0');
    const std::size_t size =
        ::ZSTD_compress(result.data(), result.size(), bytes.data(), bytes.size(), kLevel);
    if (::ZSTD_isError(size) != 0)
        return fail(ErrorCode::internal, std::string("zstd: ") + ::ZSTD_getErrorName(size));
    result.resize(size);
    return result;
}

}  // namespace dim::linuxrc
