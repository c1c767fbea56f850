#include "imageserver/boot/boot_change.hpp"

#include "libdim/base/text.hpp"

#include <bit>

namespace dim::server {

namespace {

constexpr std::size_t kTextLimit = 400;

}  // namespace

void BootChange::tell(model::Timestamp time, const char* source,
                      std::optional<model::BootStage> stage, std::string text,
                      std::vector<std::string> detail) {
    story.push_back({time, source, stage, std::move(text), std::move(detail)});
}

void BootChange::fail(StageFailure failure, const char* source, std::vector<std::string> detail) {
    const bool is_repeated = record.failure && record.failure->stage == failure.stage &&
                             record.failure->cause == failure.cause;
    if (is_repeated) failure.since = record.failure->since;
    if (!is_repeated || std::has_single_bit(failure.attempt)) {
        detail.insert(detail.begin(), "attempt " + std::to_string(failure.attempt));
        if (!failure.cure.empty()) detail.push_back("cure: " + failure.cure);
        tell(failure.time, source, failure.stage, "failed: " + failure.cause, std::move(detail));
    }
    record.failure = std::move(failure);
    record.has_failed = true;
}

BootRecord begin_record(const model::ComponentName& blade, model::BootStage stage, Moment now) {
    return {.key = 0,
            .blade = blade,
            .token_hash = {},
            .image = {},
            .generation = {},
            .failed_move = {},
            .actimeo_seconds = {},
            .authorities = {},
            .kernel_release = {},
            .kernel_version = {},
            .firmware = {},
            .address = {},
            .boot_file = {},
            .loaded = {},
            .kernel = {},
            .agent = {},
            .exec = {},
            .running = {},
            .stage = stage,
            .stage_since = now.time,
            .last_heard = now.time,
            .heard_us = now.uptime_us,
            .kernel_us = {},
            .failure = {},
            .lost = {}};
}

std::string story_text(std::string_view text) { return printable(text, kTextLimit); }

}  // namespace dim::server
