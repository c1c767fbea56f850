#include "imageserver/boot/agent_reports.hpp"

#include "imageserver/boot/boot_limits.hpp"
#include "imageserver/boot/boot_plan.hpp"
#include "imageserver/boot/stage_text.hpp"
#include "libdim/base/text.hpp"
#include "libdim/model/byte_size.hpp"

#include <algorithm>
#include <bit>
#include <chrono>

namespace dim::server {

namespace {

using model::BootStage;
using model::Timestamp;
using std::chrono::microseconds;

std::int64_t count_us(microseconds duration) { return duration.count(); }

Timestamp moment(std::int64_t us) {
    constexpr std::int64_t kLast = 253'402'300'799'999'999;  // what a Timestamp can be
    return *Timestamp::from_microseconds(std::clamp<std::int64_t>(us, 0, kLast));
}

/// Places a moment of the blade's clock on ours, never in the future.
Timestamp place(const BootRecord& boot, std::uint64_t at_us, Timestamp arrival) {
    if (!boot.kernel) return arrival;
    const auto offset = static_cast<std::int64_t>(
        std::min<std::uint64_t>(at_us, static_cast<std::uint64_t>(arrival.microseconds())));
    return std::min(arrival, moment(boot.kernel->microseconds() + offset));
}

/// Every message of an agent is a sign of life.
void hear(BootChange& change, Moment arrival, std::uint64_t now_us) {
    BootRecord& boot = change.record;
    if (boot.lost) {
        const auto silence =
            std::chrono::duration_cast<std::chrono::seconds>(since_heard(boot, arrival));
        change.tell(arrival, "imageserver", std::nullopt,
                    "heard again after " + std::to_string(silence.count()) + " s");
        boot.lost.reset();
    }
    mark_heard(boot, arrival);
    boot.last_now_us = std::max(boot.last_now_us, now_us);
}

void know_kernel(BootChange& change, Moment arrival, std::uint64_t now_us,
                 std::string_view kernel) {
    BootRecord& boot = change.record;
    if (boot.kernel) return;
    const Moment start = kernel_start(arrival, now_us);
    boot.kernel = start.time;
    boot.kernel_us = start.uptime_us;
    // A request that dhcpd logged later was the kernel's own: the firmware's were not seen.
    if (boot.firmware && *boot.firmware > *boot.kernel) boot.firmware.reset();
    change.tell(*boot.kernel, "agent", BootStage::kernel,
                kernel.empty() ? std::string("the kernel starts")
                               : "kernel " + story_text(kernel) + " starts");
}

/// Without what cannot be one: a record has a limit.
std::optional<std::vector<std::string>>
fingerprints(std::optional<std::vector<std::string>> authorities) {
    constexpr std::size_t kDigits = 64;
    if (authorities)
        std::erase_if(*authorities, [](const std::string& each) { return each.size() != kDigits; });
    return authorities;
}

/// Attempt after attempt that fails alike fills no story: the 1st, 2nd, 4th, 8th… is told.
bool is_told(const BootRecord& boot, BootStage stage) {
    return !boot.failure || stage > boot.failure->stage || std::has_single_bit(boot.attempt);
}

void add_stages(BootChange& change, std::vector<api::StageTime> stages, Moment arrival) {
    std::ranges::sort(stages, {},
                      [](const api::StageTime& each) { return std::pair(each.at_us, each.stage); });
    BootRecord& boot = change.record;
    for (const api::StageTime& each : stages) {
        if (std::pair(each.at_us, each.stage) <= std::pair(boot.last_stage_us, boot.stage) &&
            boot.last_stage_us != 0) {
            continue;  // told before
        }
        const Timestamp time = place(boot, each.at_us, arrival);
        boot.last_stage_us = each.at_us;
        // A report that was long under way, or is a lie, does not take a blade back.
        if (!boot.running) {
            boot.stage = each.stage;
            boot.stage_since = time;
            if (each.stage == BootStage::exec_init) boot.exec = time;
        }
        // What the server itself refused stays refused until it gives a plan.
        if (boot.failure && boot.failure->stage != BootStage::plan &&
            each.at_us > boot.last_failure_us) {
            boot.has_failed = false;
        }
        if (is_told(boot, each.stage))
            change.tell(time, "agent", each.stage, std::string(stage_text(each.stage)));
    }
}

/// A blade that says nothing is not to look as if nobody knew why.
std::string cause_of(const api::BootFailure& failure) {
    const std::string_view cause = trim(failure.cause);
    return cause.empty() ? "its agent names no cause" : story_text(cause);
}

void add_failure(BootChange& change, const api::BootFailure& failure, Moment arrival) {
    BootRecord& boot = change.record;
    if (failure.at_us <= boot.last_failure_us && boot.last_failure_us != 0) return;  // told before
    boot.last_failure_us = failure.at_us;
    // The agent repeats what the server itself has told it, and knows less about it.
    const bool is_known = boot.has_failed && boot.failure->stage == BootStage::plan;
    if (is_known && failure.stage == BootStage::plan) return;
    const Timestamp time = place(boot, failure.at_us, arrival);
    std::vector<std::string> detail{"tried: " + story_text(failure.tried)};
    for (const std::string& line : failure.kernel_messages)
        detail.push_back("kernel: " + story_text(line));
    if (!boot.running) boot.stage = failure.stage;
    change.fail({failure.stage, cause_of(failure),
                 failure_cure(failure.stage, failure.system_errno), failure.attempt, time, time},
                "agent", std::move(detail));
}

/// Try after try that fails alike fills no story: the 1st, 2nd, 4th, 8th… is told.
void fail_move(BootChange& change, model::Generation generation, std::string_view words,
               Moment arrival) {
    BootRecord& boot = change.record;
    const std::string_view cause = trim(words);
    FailedMove failed{.generation = generation,
                      .cause = cause.empty() ? "its monitor names no cause" : story_text(cause),
                      .attempt = 1,
                      .uptime_us = arrival.uptime_us};
    const auto& last = boot.failed_move;
    if (last && last->generation == generation && last->cause == failed.cause)
        failed.attempt = last->attempt + 1;
    if (std::has_single_bit(failed.attempt)) {
        std::vector<std::string> detail{"attempt " + std::to_string(failed.attempt)};
        if (boot.generation)
            detail.push_back("generation " + to_string(*boot.generation) + " stays in use");
        change.tell(arrival, "monitor", BootStage::running,
                    "shared root of generation " + to_string(generation) +
                        " could not be mounted: " + failed.cause,
                    std::move(detail));
    }
    boot.failed_move = std::move(failed);
}

/// By either clock: the time of day may have been set in between, and the server been booted.
bool is_same_kernel(const BootRecord& boot, const Moment& start) {
    const auto is_near = [](std::int64_t one, std::int64_t other) {
        return std::abs(one - other) <= count_us(kKernelStartTolerance);
    };
    return is_near(boot.kernel->microseconds(), start.time.microseconds()) ||
           (boot.kernel_us && is_near(*boot.kernel_us, start.uptime_us));
}

void start_running(BootChange& change, Moment arrival, std::string text) {
    BootRecord& boot = change.record;
    boot.failure.reset();
    boot.has_failed = false;
    boot.stage = BootStage::running;
    if (boot.running) return;
    // Our own clock may have been set back meanwhile.
    if (boot.exec) boot.exec = std::min<Timestamp>(*boot.exec, arrival);
    boot.running = arrival;
    boot.stage_since = arrival;
    change.tell(arrival, "monitor", BootStage::running, std::move(text));
}

}  // namespace

Moment kernel_start(Moment arrival, std::uint64_t now_us) {
    const auto ours = static_cast<std::uint64_t>(arrival.time.microseconds());
    const auto up_us = static_cast<std::int64_t>(std::min(ours, now_us));
    return {.time = moment(arrival.time.microseconds() - up_us),
            .uptime_us = arrival.uptime_us - up_us};
}

std::optional<std::size_t> find_boot(std::span<const BootRecord> newest_first, Moment arrival,
                                     std::uint64_t now_us) {
    for (std::size_t i = 0; i < newest_first.size(); ++i) {
        const BootRecord& boot = newest_first[i];
        if (!boot.kernel) continue;
        if (is_same_kernel(boot, kernel_start(arrival, now_us)) && now_us >= boot.last_now_us)
            return i;
        break;
    }
    if (newest_first.empty() || newest_first.front().kernel) return std::nullopt;
    const auto up = microseconds(
        static_cast<std::int64_t>(std::min(now_us, static_cast<std::uint64_t>(INT64_MAX))));
    if (since_heard(newest_first.front(), arrival) - kFirmwareAge > up) return std::nullopt;
    return 0;
}

BootChange apply_boot_request(const model::ComponentName& blade, std::optional<BootRecord> boot,
                              const api::BootRequest& request, Moment arrival) {
    BootChange change{boot ? *std::move(boot) : begin_record(blade, BootStage::kernel, arrival),
                      {}};
    hear(change, arrival, request.now_us);
    know_kernel(change, arrival, request.now_us, request.kernel);
    if (!change.record.agent) {
        change.record.agent = place(change.record, request.agent_started_us, arrival);
        std::vector<std::string> detail{
            story_text(request.machine) + ", " + std::to_string(request.cpus) + " CPUs, " +
            to_string(model::ByteSize(request.memory_bytes)) + " memory"};
        if (request.serial) detail.push_back("serial " + story_text(*request.serial));
        if (request.uuid) detail.push_back("UUID " + story_text(*request.uuid));
        change.tell(*change.record.agent, "agent", BootStage::environment,
                    "agent " + story_text(request.agent_version) + " starts", std::move(detail));
    }
    change.record.attempt = request.attempt;
    change.record.authorities = fingerprints(request.authorities);
    change.record.kernel_release = story_text(request.kernel);
    change.record.kernel_version.reset();
    if (request.kernel_version) change.record.kernel_version = story_text(*request.kernel_version);
    for (const api::BootFailure& failure : request.earlier_failures)
        add_failure(change, failure, arrival);
    add_stages(change, request.stages, arrival);
    return change;
}

BootChange apply_plan(BootRecord boot, const api::BootPlan& plan, std::string_view token_hash,
                      Timestamp now) {
    BootChange change{std::move(boot), {}};
    change.record.token_hash = token_hash;
    change.record.image = plan.image;
    change.record.generation = plan.generation;
    change.record.failed_move.reset();
    change.record.heartbeat_seconds = plan.heartbeat_seconds;
    change.record.actimeo_seconds = actimeo_seconds(plan.root.options);
    const bool had_failed = std::exchange(change.record.has_failed, false);
    const bool is_recovery = had_failed && change.record.failure->stage == BootStage::plan;
    if (!is_recovery && !is_told(change.record, BootStage::plan)) return change;
    std::vector<std::string> detail{plan.root.source + " on / (" + plan.root.options + ")"};
    for (const api::NfsMount& mount : plan.shared)
        detail.push_back(mount.source + " on " + mount.target + " (" + mount.options + ")");
    detail.push_back("init " + plan.init);
    change.tell(now, "imageserver", BootStage::plan,
                "boot plan: " + to_string(plan.image) + " generation " + to_string(plan.generation),
                std::move(detail));
    return change;
}

BootChange apply_refused_plan(BootRecord boot, const Error& reason, std::uint32_t attempt,
                              Timestamp now) {
    BootChange change{std::move(boot), {}};
    change.record.stage = BootStage::plan;
    change.fail({BootStage::plan, story_text(reason.message()), story_text(reason.cure()), attempt,
                 now, now},
                "imageserver", {});
    return change;
}

BootChange apply_stages(BootRecord boot, const api::StageReport& report, Moment arrival) {
    BootChange change{std::move(boot), {}};
    hear(change, arrival, report.now_us);
    add_stages(change, report.stages, arrival);
    return change;
}

BootChange apply_failure(const model::ComponentName& blade, std::optional<BootRecord> boot,
                         const api::FailureReport& report, Moment arrival) {
    BootChange change{boot ? *std::move(boot) : begin_record(blade, BootStage::kernel, arrival),
                      {}};
    hear(change, arrival, report.now_us);
    know_kernel(change, arrival, report.now_us, {});
    add_failure(change, report.failure, arrival);
    return change;
}

BootChange apply_running(BootRecord boot, const api::RunningReport& report, Moment arrival) {
    BootChange change{std::move(boot), {}};
    hear(change, arrival, report.now_us);
    if (!change.record.running)
        change.record.exec = place(change.record, report.init_started_us, arrival);
    start_running(change, arrival, "running: process 1 is " + story_text(report.init));
    return change;
}

BootChange apply_heartbeat(BootRecord boot, const api::Heartbeat& heartbeat, Moment arrival) {
    BootChange change{std::move(boot), {}};
    hear(change, arrival, heartbeat.now_us);
    start_running(change, arrival, "running, by its heartbeat");
    return change;
}

BootChange apply_move(BootRecord boot, const api::MoveReport& report, Moment arrival) {
    BootChange change{std::move(boot), {}};
    hear(change, arrival, report.now_us);
    BootRecord& record = change.record;
    if (report.cause) {
        fail_move(change, report.generation, *report.cause, arrival);
        return change;
    }
    record.failed_move.reset();
    if (record.generation == report.generation) return change;  // told before
    record.generation = report.generation;
    change.tell(arrival, "monitor", BootStage::running,
                "shared root of generation " + to_string(report.generation) + " in use");
    return change;
}

BootChange apply_restarts(BootRecord boot, const api::RestartReport& report, Moment arrival) {
    BootChange change{std::move(boot), {}};
    hear(change, arrival, report.now_us);
    return change;
}

BootChange apply_enrolment(const model::ComponentName& blade, std::optional<BootRecord> boot,
                           const api::EnrolmentRequest& request, std::string_view token_hash,
                           Moment arrival) {
    BootChange change{boot ? *std::move(boot) : begin_record(blade, BootStage::kernel, arrival),
                      {}};
    hear(change, arrival, request.now_us);
    know_kernel(change, arrival, request.now_us, {});
    BootRecord& record = change.record;
    record.token_hash = token_hash;
    record.image = request.image;
    record.generation = request.generation;
    record.failed_move.reset();
    record.heartbeat_seconds = kHeartbeatSeconds;
    if (!record.running) record.exec = place(record, request.init_started_us, arrival);
    change.tell(arrival, "monitor", BootStage::running,
                "its boot was not known here any more: known again");
    start_running(change, arrival, "running: process 1 is " + story_text(request.init));
    return change;
}

}  // namespace dim::server
