#pragma once

#include "imageserver/edit/edited_blades.hpp"
#include "imageserver/edit/sync_edits.hpp"
#include "imageserver/edit/sync_journal.hpp"
#include "imageserver/edit/sync_undo.hpp"
#include "libdim/base/result.hpp"

#include <string>

namespace dim::server {

/// Syncs that are remembered: all that administrators have run.
class LoggedSyncs {
public:
    /// The references outlive this.
    LoggedSyncs(SyncEdits& edits, const Images& images, Database& database, EditedBlades blades)
        : edits_(edits), images_(images), journal_(database), blades_(blades) {}

    /// SyncEdits::run(), for BY ("root"). Errors: its; and when nothing can be remembered, before
    /// any blade is touched. A dry run is not remembered.
    Result<api::SyncReport> run(const api::SyncImage& request, const std::string& by,
                                const Progress& progress);
    /// Brings each blade of a sync back to the generation that it was of before, whatever that is;
    /// remembered as run() is. Goes on after a failure. Errors: not_found and conflict when REQUEST
    /// names another sync than the last one of its image that can be taken back.
    Result<api::SyncReport> undo(const api::UndoSync& request, const std::string& by,
                                 const Progress& progress);
    Result<api::SyncLog> log(const api::SyncLogQuery& query) { return journal_.read(query); }

private:
    void finish(std::uint64_t number, const api::SyncReport& report);
    api::SyncReport carry_out(const SyncUndo& undo, const api::LoggedSync& sync, bool is_dry_run,
                              const Progress& progress);

    SyncEdits& edits_;
    const Images& images_;
    SyncJournal journal_;
    EditedBlades blades_;
};

/// As they are typed: "--generation 3 --on-conflict keep".
std::string options_text(const api::SyncImage& request);

}  // namespace dim::server
