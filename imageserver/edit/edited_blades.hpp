#pragma once

#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/state/wall_clock.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <optional>
#include <span>
#include <string>

namespace dim::server {

/// The blades an edit is about: whether they are ours and idle, and that their stories tell of it.
class EditedBlades {
public:
    /// The references outlive this.
    EditedBlades(const Roster& roster, BootJournal& journal, const WallClock& clock)
        : roster_(roster), journal_(journal), clock_(clock) {}

    /// Errors: invalid_input for an empty list; not_found for one that is no blade of ours.
    Result<void> require(std::span<const model::ComponentName> blades) const;
    /// Errors: conflict while the blade runs from its image IMAGE.
    Result<void> check_unused(const model::ComponentName& blade, const model::ImageName& image);
    /// The boot that the blade, which may be using it, has from its image IMAGE.
    Result<std::optional<BootRecord>> boot_from(const model::ComponentName& blade,
                                                const model::ImageName& image);
    /// For who waits for what boot_from() will say: read the count, ask, wait for more.
    std::uint64_t change_count() const { return journal_.change_count(); }
    void wait_for_change(std::uint64_t known, sys::Deadline deadline) const {
        journal_.wait_for_change(known, deadline);
    }
    Result<void> tell(std::span<const model::ComponentName> blades, std::string text);
    const Roster& roster() const { return roster_; }
    model::Timestamp now() const { return clock_.now(); }

private:
    struct Up {
        model::BladeState state;
        BootRecord boot;
    };
    Result<std::optional<Up>> up_from(const model::ComponentName& blade,
                                      const model::ImageName& image);

    const Roster& roster_;
    BootJournal& journal_;
    const WallClock& clock_;
};

/// Errors: invalid_input.
Result<void> require_any(std::span<const model::ComponentName> blades);
/// "s01c1b01", "3 blades"
std::string blades_text(std::span<const model::ComponentName> blades);

}  // namespace dim::server
