#include "imageserver/boot/boot_record_json.hpp"

#include "libdim/api/codec.hpp"

namespace dim::api {

using server::BootRecord;
using server::FailedMove;
using server::StageFailure;

template <>
struct Members<StageFailure> {
    static constexpr auto kAll = std::tuple{
        member("stage", &StageFailure::stage), member("cause", &StageFailure::cause),
        member("cure", &StageFailure::cure),   member("attempt", &StageFailure::attempt),
        member("since", &StageFailure::since), member("time", &StageFailure::time),
    };
};

template <>
struct Members<FailedMove> {
    static constexpr auto kAll = std::tuple{
        member("generation", &FailedMove::generation),
        member("cause", &FailedMove::cause),
        member("attempt", &FailedMove::attempt),
        member("uptime_us", &FailedMove::uptime_us),
    };
};

template <>
struct Members<BootRecord> {
    static constexpr auto kAll = std::tuple{
        member("key", &BootRecord::key),
        member("blade", &BootRecord::blade),
        member("token_hash", &BootRecord::token_hash),
        member("image", &BootRecord::image),
        member("generation", &BootRecord::generation),
        member("failed_move", &BootRecord::failed_move),
        member("heartbeat_seconds", &BootRecord::heartbeat_seconds),
        member("actimeo_seconds", &BootRecord::actimeo_seconds),
        member("authorities", &BootRecord::authorities, api::limits::kAuthorities),
        member("kernel_release", &BootRecord::kernel_release),
        member("kernel_version", &BootRecord::kernel_version),
        member("firmware", &BootRecord::firmware),
        member("address", &BootRecord::address),
        member("boot_file", &BootRecord::boot_file),
        member("loaded", &BootRecord::loaded),
        member("kernel", &BootRecord::kernel),
        member("agent", &BootRecord::agent),
        member("exec", &BootRecord::exec),
        member("running", &BootRecord::running),
        member("stage", &BootRecord::stage),
        member("stage_since", &BootRecord::stage_since),
        member("last_heard", &BootRecord::last_heard),
        member("heard_us", &BootRecord::heard_us),
        member("kernel_us", &BootRecord::kernel_us),
        member("attempt", &BootRecord::attempt),
        member("last_now_us", &BootRecord::last_now_us),
        member("last_stage_us", &BootRecord::last_stage_us),
        member("last_failure_us", &BootRecord::last_failure_us),
        member("failure", &BootRecord::failure),
        member("failed", &BootRecord::has_failed),
        member("lost", &BootRecord::lost),
    };
};

}  // namespace dim::api

namespace dim::server {

std::string to_json(const BootRecord& record) {
    return api::dump_json(api::Codec<BootRecord>::encode(record));
}

Result<BootRecord> parse_boot_record(std::string_view json) {
    return api::parse_as<BootRecord>(json, api::limits::kMessageBytes);
}

}  // namespace dim::server
