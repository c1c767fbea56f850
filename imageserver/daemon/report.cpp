#include "imageserver/daemon/report.hpp"

#include "libdim/base/log.hpp"

namespace dim::server {

void report(std::string_view what, const Error& error) {
    log(LogLevel::error, to_string(Error(error).with_context(what)));
}

}  // namespace dim::server
