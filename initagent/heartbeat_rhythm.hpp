#pragma once

#include <chrono>

namespace dim::agent {

/// What came of a heartbeat.
enum class HeartbeatEnd {
    no_news,  ///< the server waited for some in vain
    moved,    ///< there was news, and the blade has now what it named
    idle      ///< the server does not wait, or what it told changed nothing
};

/// When a blade sends heartbeats, and how long the server may wait for news with the answer to
/// each: an interval. Then the next one is due, so that news finds somebody who asks.
///
/// After news the next one is due at once, too, and waits for what is left of the interval: many
/// blades that were told the same stay as far apart as they were. After what changed nothing it is
/// due an interval after the one before, and in no case earlier than a second after it: a server
/// that answers at once, whatever it says, keeps no blade busy.
///
/// NOW is the time by any clock that only goes forward.
class HeartbeatRhythm {
public:
    explicit HeartbeatRhythm(std::chrono::seconds interval) : interval_(interval) {}

    /// One is sent. Returns how long the server may wait.
    std::chrono::seconds send(std::chrono::milliseconds now);
    /// How long to pause before the next one, when END came of the last.
    std::chrono::milliseconds pause_after(HeartbeatEnd end, std::chrono::milliseconds now);

private:
    std::chrono::seconds interval_;
    std::chrono::milliseconds sent_{};
    std::chrono::milliseconds interval_end_{};  ///< of the one that goes on, or is over
};

}  // namespace dim::agent
