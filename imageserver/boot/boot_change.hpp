#pragma once

#include "imageserver/boot/boot_record.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// What a report does to a boot: the record as it is afterwards, and what the story says.
struct BootChange {
    BootRecord record;
    std::vector<StoryLine> story;

    void tell(model::Timestamp time, const char* source, std::optional<model::BootStage> stage,
              std::string text, std::vector<std::string> detail = {});
    /// The boot has failed until something succeeds. The same failure over and over fills no story:
    /// the 1st, 2nd, 4th, 8th… attempt is told.
    void fail(StageFailure failure, const char* source, std::vector<std::string> detail);
};

/// A boot of which NOW is the first sign.
BootRecord begin_record(const model::ComponentName& blade, model::BootStage stage, Moment now);

/// Text from a blade, made fit for the story.
std::string story_text(std::string_view text);

}  // namespace dim::server
