#pragma once

#include "libdim/snmp/agent_address.hpp"
#include "libdim/snmp/credentials.hpp"
#include "libdim/snmp/value.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace dim::snmp {

/// A manager's dialogue with one SNMP agent, version 1 or 3 as the credentials say, over UDP.
/// Blocks. Any number of sessions may be used at once, each by one thread: net-snmp's own state is
/// behind one lock, which nobody holds while waiting for an answer; only the first request of
/// version 3, which asks for the agent's engine, waits inside. It reads no configuration and no
/// MIB files. The first session of a process is opened, or prepare() called, before threads that
/// read the environment.
class [[nodiscard]] Session {
public:
    struct Settings {
        AgentAddress agent;
        std::chrono::milliseconds timeout = std::chrono::seconds(2);  ///< of each try
        int retries = 2;                                              ///< after the first try
    };

    static void prepare();
    /// Errors: invalid_input for credentials that net-snmp does not take; with version 3 those of
    /// get() but limit_exceeded.
    static Result<Session> open(const Settings& settings, const Credentials& credentials);
    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;
    ~Session();

    /// What each of OBJECTS holds, in their order; nothing where the agent has no such object
    /// (noSuchName of version 1, noSuchObject and noSuchInstance of version 3). Many objects are
    /// several requests, and what the agent finds too big is asked in halves. Errors: timed_out,
    /// permission_denied, unavailable; invalid_input for an answer to something else; conflict for
    /// other error statuses; limit_exceeded when one object alone is too big.
    Result<std::vector<std::optional<Value>>> get(std::span<const ObjectId> objects);

    /// Errors: those of get(); not_found for an object that is not there or cannot be written,
    /// conflict for a value that the agent refuses.
    Result<void> set(const ObjectId& object, const Value& value);

    /// The same for what must not be done twice: it is sent once, whatever the settings say.
    /// Errors: timed_out when it may have been done.
    Result<void> set_once(const ObjectId& object, const Value& value);

    /// All below ROOT in order, by GETNEXT. Errors: those of get(); limit_exceeded for more than
    /// LIMIT objects; invalid_input when the agent goes back or stands still.
    Result<std::vector<Binding>> walk(const ObjectId& root, std::size_t limit);

    /// From the next request on, for what an agent is slow about; returns what it was.
    std::chrono::milliseconds set_timeout(std::chrono::milliseconds timeout);

private:
    class Library;
    explicit Session(std::unique_ptr<Library> library);
    Result<void> send_set(const ObjectId& object, const Value& value, int retries);
    Result<void> get_some(std::span<const ObjectId> objects, std::span<std::optional<Value>> into);
    Result<void> get_in_halves(std::span<const ObjectId> objects,
                               std::span<std::optional<Value>> into);

    std::unique_ptr<Library> library_;
    std::size_t objects_per_request_;
};

}  // namespace dim::snmp
