#include "imageserver/blade/blade_status.hpp"
#include "imageserver/boot/agent_reports.hpp"
#include "imageserver/boot/boot_record_json.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/server_observations.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/api/json.hpp"
#include "libdim/testing/fuzz.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace dim::server {
namespace {

using model::BootStage;
using model::Timestamp;

testing::Goal boots("a boot that ends with a blade that runs");
testing::Goal failures("a failure that the status tells");
testing::Goal losses("a blade that is lost, and is heard again");
testing::Goal reboots("a second boot");
testing::Goal hostile("a blade's clock that says what cannot be");

/// The bytes of an input, one after the other; zeros behind its end.
class Bytes {
public:
    explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
    bool is_at_end() const { return bytes_.empty(); }
    std::uint8_t byte() {
        if (bytes_.empty()) return 0;
        const auto first = static_cast<std::uint8_t>(bytes_.front());
        bytes_.remove_prefix(1);
        return first;
    }
    std::uint64_t number() {
        std::uint64_t number = 0;
        for (int i = 0; i < 8; ++i)
            number = number << 8 | byte();
        return number;
    }
    template <std::size_t size, class Value>
    Value one_of(const std::array<Value, size>& values) {
        return values[byte() % size];
    }
    std::string text() {
        const std::size_t size = std::min(std::size_t{16} * byte(), bytes_.size());
        std::string text(bytes_.substr(0, size));
        bytes_.remove_prefix(size);
        return text;
    }

private:
    std::string_view bytes_;
};

/// A blade with a clock of its own, and the server that hears it.
class Sequence {
public:
    explicit Sequence(Bytes bytes) : bytes_(bytes) {}

    void run() {
        for (int step = 0; step < 100 && !bytes_.is_at_end(); ++step) {
            pass_time();
            hear();
            look();
        }
    }

private:
    static constexpr std::int64_t kSecond = 1'000'000;
    static constexpr std::int64_t kYear = 365 * 24 * 3600 * kSecond;

    /// The server's own clock may be set, too: only what is short passes on both of its clocks.
    void pass_time() {
        const std::int64_t step = bytes_.one_of(
            std::array<std::int64_t, 9>{kSecond / 10, 0, 1, 10 * kSecond, 100 * kSecond,
                                        3600 * kSecond, 10 * kYear, -kSecond, -10 * kYear});
        if (step > 0 && step < kYear) uptime_us_ += step;
        now_us_ = std::clamp<std::int64_t>(now_us_ + step, 0, 253'402'300'799'999'999);
        latest_us_ = std::max(latest_us_, now_us_);
    }
    Moment now() const {
        return {.time = Timestamp::from_microseconds(now_us_).value(), .uptime_us = uptime_us_};
    }

    /// What the blade's clock says: the truth first.
    std::uint64_t clock() {
        const auto truth = static_cast<std::uint64_t>(uptime_us_ - kernel_us_);
        switch (bytes_.byte() % 6) {
            case 0: return truth;
            case 1: return truth + 3 * kSecond;
            case 2: return 0;
            case 3: hostile.reach(); return std::numeric_limits<std::uint64_t>::max();
            case 4: hostile.reach(); return static_cast<std::uint64_t>(now_us_) + 1;
            default: return bytes_.number();
        }
    }
    BootStage stage() {
        return static_cast<BootStage>(bytes_.byte() %
                                      (static_cast<unsigned>(BootStage::running) + 1));
    }
    std::vector<api::StageTime> stages() {
        std::vector<api::StageTime> stages(bytes_.byte() % 5);
        for (api::StageTime& each : stages)
            each = {stage(), clock()};
        return stages;
    }

    /// Through the border, which refuses what no agent may say.
    template <class Message>
    std::optional<Message> arrive(const Message& message) {
        auto arrived = api::parse<Message>(to_json(message));
        if (!arrived) return std::nullopt;
        return *arrived;
    }
    void take(BootChange change) {
        boot_ = std::move(change.record);
        for (const StoryLine& line : change.story)
            if (line.time.microseconds() > latest_us_) std::abort();
    }

    void hear() {
        switch (bytes_.byte() % 9) {
            case 0: return hear_dhcp();
            case 1: return hear_request();
            case 2: return give_plan();
            case 3:
                if (boot_)
                    take(apply_refused_plan(
                        *boot_, Error(ErrorCode::not_found, "none").with_cure(bytes_.text()),
                        bytes_.byte(), now()));
                return;
            case 4: return hear_stages();
            case 5: return hear_failure();
            case 6: return hear_running();
            case 7: return hear_heartbeat();
            default: return notice_silence();
        }
    }
    void hear_dhcp() {
        constexpr std::array kKinds{DhcpEventKind::discover, DhcpEventKind::offer,
                                    DhcpEventKind::request, DhcpEventKind::acknowledge,
                                    DhcpEventKind::refuse};
        if (auto change =
                apply_dhcp(samples::blade(), boot_, samples::dhcp(bytes_.one_of(kKinds)), now()))
            take(*std::move(change));
    }
    /// The boot that a message with NOW_US is about.
    std::optional<BootRecord> found(std::uint64_t now_us) {
        if (!boot_) return std::nullopt;
        const auto place = find_boot(std::span(&*boot_, 1), now(), now_us);
        return place ? boot_ : std::nullopt;
    }
    void hear_request() {
        api::BootRequest request = samples::boot_request(9, bytes_.byte());
        request.now_us = clock();
        request.agent_started_us = clock();
        request.stages = stages();
        if (bytes_.byte() % 4 == 3) request.machine = request.kernel = bytes_.text();
        const auto arrived = arrive(request);
        if (!arrived) return;
        const auto boot = found(arrived->now_us);
        if (boot_ && !boot && boot_->kernel) reboots.reach();
        take(apply_boot_request(samples::blade(), boot, *arrived, now()));
    }
    void give_plan() {
        if (boot_) take(apply_plan(*boot_, samples::boot_plan(), "hash", now()));
    }
    void hear_stages() {
        api::StageReport report = samples::stage_report(BootStage::mount_root, 9);
        report.stages = stages();
        report.now_us = clock();
        if (const auto arrived = arrive(report); arrived && boot_)
            take(apply_stages(*boot_, *arrived, now()));
    }
    void hear_failure() {
        api::FailureReport report = samples::failure_report(stage(), 9, bytes_.byte());
        report.now_us = clock();
        report.failure.at_us = clock();
        report.failure.system_errno = bytes_.byte();
        if (bytes_.byte() % 4 == 3) report.failure.cause = bytes_.text();
        if (bytes_.byte() % 4 == 3) report.failure.kernel_messages = {bytes_.text(), bytes_.text()};
        if (const auto arrived = arrive(report))
            take(apply_failure(samples::blade(), found(arrived->now_us), *arrived, now()));
    }
    void hear_running() {
        api::RunningReport report = samples::running_report(9);
        report.now_us = clock();
        report.init_started_us = clock();
        if (bytes_.byte() % 4 == 3) report.init = bytes_.text();
        if (const auto arrived = arrive(report); arrived && boot_) {
            take(apply_running(*boot_, *arrived, now()));
            if (boot_->exec && boot_->running && *boot_->running < *boot_->exec) std::abort();
            if (boot_->agent) boots.reach();
        }
    }
    void hear_heartbeat() {
        api::Heartbeat heartbeat = samples::heartbeat(9);
        heartbeat.now_us = clock();
        if (const auto arrived = arrive(heartbeat); arrived && boot_) {
            const bool was_lost = boot_->lost.has_value();
            take(apply_heartbeat(*boot_, *arrived, now()));
            if (boot_->lost) std::abort();
            if (was_lost) losses.reach();
        }
    }
    void notice_silence() {
        if (!boot_) return;
        if (auto change = apply_silence(*boot_, now(), samples::at(0))) take(*std::move(change));
    }

    /// What was stored is read as it was; no time is later than any that the server's clock showed;
    /// and the status is one that the API can carry.
    void look() {
        if (!boot_) return;
        const std::string stored = to_json(*boot_);
        const auto read = parse_boot_record(stored);
        if (!read || *read != *boot_) std::abort();
        for (const auto& time :
             {boot_->firmware, boot_->address, boot_->kernel, boot_->agent, boot_->exec,
              boot_->running, boot_->lost, std::optional(boot_->stage_since),
              std::optional(boot_->last_heard)})
            if (time && time->microseconds() > latest_us_) std::abort();
        static const cluster::Blade blade{samples::blade(),
                                          model::BladeType::js21,
                                          samples::mac(),
                                          *model::ComponentName::parse("is01"),
                                          {}};
        const api::BladeStatus status = blade_status(
            {blade, samples::address(), samples::image(), *read}, now(), samples::at(0));
        const auto carried = api::parse<api::BladeStatus>(to_json(status));
        if (!carried || *carried != status) std::abort();
        if (status.age_seconds && *status.age_seconds < 0) std::abort();
        if (status.state == model::BladeState::failed) {
            if (!status.cause || status.cause->empty()) std::abort();
            failures.reach();
        }
    }

    Bytes bytes_;
    std::int64_t now_us_ = samples::at(0).time.microseconds();
    std::int64_t latest_us_ = now_us_;
    std::int64_t uptime_us_ = samples::at(0).uptime_us;
    const std::int64_t kernel_us_ = uptime_us_;  ///< when the blade's kernel started
    std::optional<BootRecord> boot_;
};

}  // namespace
}  // namespace dim::server

/// Each step: how much time passes, who speaks, and what of it is not as it should be.
dim::testing::Seeds dim::testing::fuzz_seeds() {
    using namespace std::string_literals;
    const std::string discover = "\0\0\0"s;
    const std::string acknowledge = "\0\0\3"s;
    const std::string request = "\0\1\1\0\0\2\0\0\1\0\0"s;  // attempt 1, true clocks, two stages
    const std::string plan = "\0\2"s;
    const std::string stages = "\0\4\1\7\0\0"s;
    const std::string failure = "\0\5\7\1\0\0\x6f\0\0"s;
    const std::string running = "\0\6\0\0\0"s;
    const std::string heartbeat = "\3\7\0"s;
    const std::string silence = "\4\x08"s;
    const std::string boot = discover + acknowledge + request + plan + stages + running;
    const std::string late_exec = "\0\4\1\x0a\0\0"s;
    return {{"boot", boot + heartbeat + heartbeat},
            {"late", discover + acknowledge + request + plan + heartbeat + late_exec + running},
            {"failure", discover + request + plan + failure + request + plan + running},
            {"lost", boot + heartbeat + silence + heartbeat},
            {"reboot", boot + "\5\0\0"s + "\0\1\1\2\2\0\0"s + plan + running},
            {"clocks", boot + "\0\7\3"s + "\7\7\4"s + "\x08\1\1\3\3\1\0\3\0"s + "\6\7\2"s}};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    dim::server::Sequence(dim::server::Bytes(dim::testing::text_of(data, size))).run();
    return 0;
}
