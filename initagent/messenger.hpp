#pragma once

#include "initagent/monitor.hpp"
#include "initagent/server_session.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace dim::agent {

/// What process 1 became, and when.
struct StartedInit {
    std::string program;
    std::uint64_t at_us;
};

/// Says things to the server for as long as it takes.
class Messenger {
public:
    /// The references outlive this.
    Messenger(ServerSession& session, const MonitorSettings& settings, const StartedInit& init);

    /// Until the server has it, or refuses it for good. MAKE makes the message anew each time, with
    /// the token; the server may take WAIT longer than usual to answer. Returns the answer's body;
    /// empty when there is none. To enrol again says `running`, and so all that there is to say.
    std::string deliver(const std::string& what,
                        const std::function<std::string(const std::string&)>& make,
                        std::chrono::seconds wait = {});
    /// The same of what an older server does not know: that it refuses it says nothing of the boot.
    void offer(const std::string& what, const std::function<std::string(const std::string&)>& make);

    /// As the server calls the boot now.
    const std::string& boot_id() const { return boot_id_; }
    /// Whose shared root the blade has.
    model::Generation generation() const { return generation_; }
    void use(model::Generation generation) { generation_ = generation; }

private:
    enum class IfForgotten { enrols, is_left };
    std::string repeat(const std::string& what,
                       const std::function<std::string(const std::string&)>& make,
                       std::chrono::seconds wait, IfForgotten if_forgotten);
    Result<std::string> attempt(const std::string& what,
                                const std::function<std::string(const std::string&)>& make,
                                std::chrono::seconds wait);
    Result<std::string> post(const std::string& target, std::string body,
                             std::chrono::seconds wait = {});
    Result<std::string> enrol();
    void note(const std::string& trouble);

    ServerSession& session_;
    const MonitorSettings& settings_;
    const StartedInit& init_;
    std::string boot_id_;
    std::string token_;
    model::Generation generation_;
    std::string trouble_;
};

}  // namespace dim::agent
