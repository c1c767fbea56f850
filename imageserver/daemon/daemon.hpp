#pragma once

#include "imageserver/daemon/settings.hpp"
#include "libdim/base/result.hpp"

#include <memory>

namespace dim::server {

/// The image server: makes every module and passes it to those that need it.
class [[nodiscard]] Daemon {
public:
    /// Opens everything, and listens for administrators; for blades from run() on, as soon as the
    /// bootnet's address is there. SIGTERM, SIGINT and SIGHUP are blocked from now on, in the
    /// threads made later too. Errors: conflict when another daemon uses the state directory; those
    /// of the modules, naming file and cure.
    static Result<Daemon> start(DaemonSettings settings);
    Daemon(Daemon&&) noexcept;
    ~Daemon();

    /// Serves until SIGTERM or SIGINT. The services and mounts stay, so that blades go on working.
    Result<void> run();

private:
    class Parts;
    explicit Daemon(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace dim::server
