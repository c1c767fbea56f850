#pragma once

#include "libdim/api/restart_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/sys/clock.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace dim::agent {

/// When a running blade looks for processes that go on with replaced files, and when it tells.
class RestartWatch {
public:
    using Look = std::function<Result<api::Restarts>()>;

    /// SETTLING: so long after a change a cache of the blade may hide some of it.
    explicit RestartWatch(Look look, std::chrono::milliseconds settling = std::chrono::minutes(1))
        : look_(std::move(look)), settling_(settling) {}

    /// Files were replaced, or may have been: what is found next is told, whatever it is.
    void expect_changes();
    /// What is to be told now, to who knows the boot as BOOT_ID: nothing while there is nothing
    /// new. To be asked again and again; looks only after a change and as long as there is
    /// something.
    std::optional<api::Restarts> news(const std::string& boot_id);
    /// It was.
    void told(api::Restarts found, const std::string& boot_id);

private:
    bool is_look_due() const;

    Look look_;
    std::chrono::milliseconds settling_;
    std::optional<sys::Deadline> settled_;  ///< of the last change
    std::optional<api::Restarts> told_;
    std::string told_to_;
};

}  // namespace dim::agent
