#pragma once

#include "imageserver/blade/alerts.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/chassis/chassis_knowledge.hpp"
#include "imageserver/chassis/trap_gate.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace dim::server {

/// Asks the management modules of our blades, each again and again, on threads of its own: one that
/// is silent costs nothing but its own time. Takes their traps.
class ChassisWatch {
public:
    static constexpr std::size_t kThreads = 16;
    static constexpr std::chrono::seconds kInterval{60};  ///< between two questions to one module

    using Ask = std::function<Result<api::ChassisStatus>(const ChassisTarget&)>;
    struct Parts {
        const Roster& roster;
        ChassisKnowledge& knowledge;
        BootJournal& journal;
        Alerts& alerts;
        const WallClock& clock;
        Ask ask;
        TrapGate::ReadCredentials read_credentials;
    };
    /// The references outlive this.
    explicit ChassisWatch(Parts parts) : parts_(std::move(parts)), gate_(parts_.read_credentials) {}
    ~ChassisWatch() { stop(); }
    ChassisWatch(const ChassisWatch&) = delete;
    ChassisWatch& operator=(const ChassisWatch&) = delete;

    /// Begins to ask.
    void start();
    /// Returns when no question is under way any more.
    void stop();

    /// A datagram that came to where traps are sent. What is believed is told in the blade's story,
    /// and its module asked at once; all else is counted in one alert. One thread.
    void take_datagram(model::Ipv4Address from, std::string_view datagram);

private:
    using Clock = std::chrono::steady_clock;
    struct Due {
        ChassisTarget target;
        Clock::time_point when = {};  ///< at once
        bool is_asked = false;        ///< now
        bool is_wanted = false;       ///< again, as soon as that is over
    };

    void work();
    /// Nothing when all is over. LOCK is of mutex_.
    std::optional<ChassisTarget> next(std::unique_lock<std::mutex>& lock);
    void follow_definition();
    void ask(const ChassisTarget& target);
    void note(const model::ComponentName& blade, Moment now, const TrapGate::Passed& passed);
    void want_soon(const model::ComponentName& module);
    std::vector<ChassisTarget> targets();

    Parts parts_;
    TrapGate gate_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_stopping_ = false;
    std::shared_ptr<const cluster::Definition> definition_;  ///< what due_ was made of
    std::map<model::ComponentName, Due> due_;
    std::vector<std::thread> threads_;
};

}  // namespace dim::server
