#include "imageserver/tftp/ipxe_file.hpp"

#include "libdim/render/dhcp_plan.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

namespace dim::server {

namespace {

constexpr std::size_t kIpxeLimit = std::size_t{4} << 20;

}  // namespace

Result<void> provide_ipxe(const std::string& boot_directory, const std::string& source) {
    auto bytes = sys::read_file(source, kIpxeLimit);
    if (!bytes) return fail(std::move(bytes).error().with_cure("install it: apt-get install ipxe"));
    DIM_CHECK(sys::ensure_directory(boot_directory));
    const std::string path = boot_directory + "/" + render::kIpxeFile;
    const auto there = sys::read_file(path, kIpxeLimit);
    if (there && *there == *bytes) return {};
    return sys::write_file_atomically(path, *bytes);
}

}  // namespace dim::server
