#pragma once

#include "libdim/tls/mbedtls_owned.hpp"
#include "libdim/tls/session.hpp"

#include <optional>

namespace dim::tls {

struct Session::State {
    OwnedSsl ssl;
    const sys::Fd* socket = nullptr;
    std::string server_name;               ///< empty on the server's side
    std::optional<Error> transport_error;  ///< why the socket failed

    /// Joins context, configuration and socket.
    Result<void> set_up(const mbedtls_ssl_config* configuration);
};

}  // namespace dim::tls
