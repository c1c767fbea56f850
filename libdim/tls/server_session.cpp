#include "libdim/tls/session_state.hpp"
#include "libdim/tls/settings_state.hpp"

namespace dim::tls {

Result<Session> Session::accept(const ServerSettings& settings, int socket) {
    auto state = std::make_unique<State>();
    state->socket = socket;
    DIM_CHECK(state->set_up(settings.state_->configuration.get()));
    return Session(std::move(state));
}

}  // namespace dim::tls
