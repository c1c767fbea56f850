#include "tools/commands/commands.hpp"
#include "tools/confirm.hpp"
#include "tools/job_answer.hpp"
#include "tools/sync.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace dim::tool {

namespace {

/// The last one that can be taken back.
Outcome<api::LoggedSync> find_sync(const Context& context,
                                   const std::optional<model::ImageName>& image) {
    DIM_TRY(const auto log,
            context.client.post<api::SyncLog>("/v1/sync-log", api::SyncLogQuery{.image = image}));
    const auto found = std::ranges::find_if(log.syncs, &api::LoggedSync::is_to_undo);
    if (found != log.syncs.end()) return *found;
    return fail(
        Error(ErrorCode::not_found, "there is no sync to take back").with_cure("dim sync log"));
}

}  // namespace

Action sync_undo(CLI::App& app) {
    auto image = std::make_shared<std::string>();
    auto is_dry_run = std::make_shared<bool>(false);
    app.add_option("IMAGE", *image, "the last sync of this image");
    app.add_flag("--dry-run", *is_dry_run, "change nothing: show what would change");
    return [=](Context& context) -> Outcome<> {
        std::optional<model::ImageName> wanted;
        if (!image->empty()) {
            DIM_TRY(wanted, from_word(model::ImageName::parse(*image)));
        }
        DIM_TRY(const api::LoggedSync sync, find_sync(context, wanted));
        const api::UndoSync request{sync.image, sync.number, *is_dry_run};
        if (!request.is_dry_run)
            DIM_CHECK(confirm(context,
                              "take sync " + std::to_string(sync.number) + " of " +
                                  to_string(sync.image) + " back on",
                              sync.moved));
        DIM_TRY(const api::SyncReport report,
                follow_answer(context, "/v1/image-sync-undos", to_json(request),
                              &api::SyncLine::report));
        print_sync(context, report);
        return check_synced(report);
    };
}

}  // namespace dim::tool
