#include "imageserver/image/disk_space.hpp"

#include "libdim/model/byte_size.hpp"
#include "libdim/sys/directory.hpp"

namespace dim::server {

Result<void> check_space(const std::string& directory, std::uint64_t need) {
    DIM_TRY(const sys::SpaceInfo space, sys::statfs(directory));
    if (need <= space.available_bytes) return {};
    return fail(Error(ErrorCode::limit_exceeded,
                      directory + ": no space left (need " + to_string(model::ByteSize(need)) +
                          ", have " + to_string(model::ByteSize(space.available_bytes)) + ")")
                    .with_cure("free some space there, or give the server a larger disk"));
}

}  // namespace dim::server
