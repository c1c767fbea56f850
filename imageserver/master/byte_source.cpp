#include "imageserver/master/byte_source.hpp"

#include "libdim/sys/file.hpp"

namespace dim::server {

Result<std::size_t> FileBytes::read(std::span<char> buffer) {
    DIM_TRY(const std::size_t count, sys::read(file_, buffer));
    count_ += count;
    if (progress_) progress_(count_);
    return count;
}

}  // namespace dim::server
