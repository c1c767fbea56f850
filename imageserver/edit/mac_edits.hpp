#pragma once

#include "imageserver/blade/alerts.hpp"
#include "imageserver/blade/learned_macs.hpp"
#include "imageserver/edit/edit.hpp"
#include "imageserver/edit/edited_blades.hpp"

namespace dim::server {

/// Which MACs blades have, besides what the cluster definition says. One call of learn() at a time,
/// and none while a definition comes into force.
class MacEdits {
public:
    /// The references outlive this.
    MacEdits(Roster& roster, Database& database, Alerts& alerts, EditedBlades blades)
        : roster_(roster), learned_(database), alerts_(alerts), blades_(blades) {}

    /// All changes or none. Errors: those of with_changes; conflict when others were made since its
    /// base.
    Result<Edit> learn(const api::LearnMacs& request);
    Result<api::MacList> list();

private:
    Result<void> tell(const api::LearnMacs& request, const LearnedByBlade& before);

    Roster& roster_;
    LearnedMacs learned_;
    Alerts& alerts_;
    EditedBlades blades_;
};

}  // namespace dim::server
