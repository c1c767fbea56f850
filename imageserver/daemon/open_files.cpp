#include "imageserver/daemon/open_files.hpp"

#include "imageserver/daemon/report.hpp"
#include "libdim/sys/open_files_limit.hpp"

#include <string>

namespace dim::server {

std::uint64_t open_files_needed(const http::Server::Settings& server) {
    return server.connections + server.local_connections + kOpenFilesBesideConnections;
}

void provide_open_files(std::uint64_t needed) {
    const auto limit = sys::raise_open_files_limit();
    if (!limit) return report("open files", limit.error());
    if (*limit >= needed) return;
    report("open files",
           Error(ErrorCode::limit_exceeded, "no more than " + std::to_string(*limit) +
                                                " are allowed, " + std::to_string(needed) +
                                                " may be needed when all blades boot at once")
               .with_cure("raise LimitNOFILE= of the unit, or 'ulimit -Hn' before the start"));
}

}  // namespace dim::server
