#pragma once

#include "imageserver/edit/edited_blades.hpp"
#include "imageserver/edit/sync_edits.hpp"
#include "imageserver/edit/sync_journal.hpp"
#include "libdim/base/result.hpp"

#include <string>

namespace dim::server {

/// Syncs that are remembered: all that administrators have run.
class LoggedSyncs {
public:
    /// The references outlive this.
    LoggedSyncs(SyncEdits& edits, Database& database, EditedBlades blades)
        : edits_(edits), journal_(database), blades_(blades) {}

    /// SyncEdits::run(), for BY ("root"). Errors: its; and when nothing can be remembered, before
    /// any blade is touched. A dry run is not remembered.
    Result<api::SyncReport> run(const api::SyncImage& request, const std::string& by,
                                const Progress& progress);
    Result<api::SyncLog> log(const api::SyncLogQuery& query) { return journal_.read(query); }

private:
    SyncEdits& edits_;
    SyncJournal journal_;
    EditedBlades blades_;
};

/// As they are typed: "--generation 3 --overwrite".
std::string options_text(const api::SyncImage& request);

}  // namespace dim::server
