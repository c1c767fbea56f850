#include "imageserver/service/configured_service.hpp"

#include "imageserver/service/changed_items.hpp"
#include "imageserver/service/configuration_record.hpp"
#include "imageserver/service/service_log.hpp"
#include "libdim/base/log.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"

#include <algorithm>
#include <utility>

namespace dim::server {

namespace {

constexpr mode_t kConfigurationRecordMode = 0600;
constexpr std::size_t kRecordLimit = std::size_t{256} << 20;
constexpr std::size_t kCheckerLines = 8;

std::string candidate_path(const std::string& path) { return path + ".candidate"; }

/// What was loaded last; nothing when that is not known, which only costs a reload.
std::optional<ConfigurationRecord> read_record(const std::string& path) {
    const Result<std::string> text = sys::read_file(path, kRecordLimit);
    if (!text && text.error().code() == ErrorCode::not_found) return std::nullopt;
    Result<ConfigurationRecord> record =
        text ? parse_configuration_record(*text) : Result<ConfigurationRecord>(fail(text.error()));
    if (record) return std::move(*record);
    log(LogLevel::warning, path + ": " + to_string(record.error()));
    return std::nullopt;
}

bool has_bytes(const ConfigFile& file) {
    const Result<std::string> bytes = sys::read_file(file.path, kRecordLimit);
    return bytes && *bytes == file.bytes;
}

Result<void> install(std::span<const ConfigFile> files) {
    for (const ConfigFile& file : files)
        if (!has_bytes(file))
            DIM_CHECK(sys::write_file_atomically(file.path, file.bytes, file.mode));
    return {};
}

}  // namespace

ConfiguredService::ConfiguredService(ServiceControl& control, Settings settings)
    : control_(control), settings_(std::move(settings)) {}

Result<ConfiguredService::Outcome> ConfiguredService::apply(std::span<const ConfigFile> files) {
    const std::lock_guard one_at_a_time(apply_mutex_);
    Result<Outcome> outcome = apply_locked(files);
    if (!outcome) outcome = fail(std::move(outcome).error().with_context(settings_.service.name));
    const std::lock_guard lock(refusal_mutex_);
    refusal_ = outcome ? std::nullopt : std::optional(to_string(outcome.error()));
    return outcome;
}

ConfigurationRecord ConfiguredService::record_of(std::span<const ConfigFile> files) const {
    return {.arguments = settings_.service.arguments, .files = {files.begin(), files.end()}};
}

std::optional<std::string> ConfiguredService::load_reason(std::span<const ConfigFile> files) const {
    const auto last = read_record(record_path());
    if (!last) return "it has no configuration yet";
    if (*last == record_of(files)) return std::nullopt;
    if (!last->is_loaded) return "it was interrupted when it took its last configuration";
    for (const ConfigFile& file : files) {
        const auto old = std::ranges::find(last->files, file.path, &ConfigFile::path);
        const std::string name = file.path.substr(file.path.rfind('/') + 1);
        if (old == last->files.end()) return name + " is new";
        if (old->bytes == file.bytes) continue;
        return name + ": " +
               changed_items(split(old->bytes, '\n'), split(file.bytes, '\n'), "line");
    }
    return "it is started in another way";
}

bool ConfiguredService::has_loaded() const { return read_record(record_path()).has_value(); }

Result<void> ConfiguredService::forget() {
    const std::lock_guard one_at_a_time(apply_mutex_);
    auto removed = sys::unlink(record_path());
    if (!removed && removed.error().code() != ErrorCode::not_found) return removed;
    return {};
}

Result<ConfiguredService::Outcome>
ConfiguredService::apply_locked(std::span<const ConfigFile> files) {
    DIM_CHECK(sys::ensure_directory(settings_.directory));
    const ConfigurationRecord wanted = record_of(files);
    std::optional<ConfigurationRecord> last_good = read_record(record_path());
    if (last_good == wanted) {
        DIM_CHECK(install(files));
        const bool was_running = control_.status(settings_.service.name).is_running;
        // Keeps what runs, also a predecessor's; either way it has these very bytes.
        DIM_CHECK(control_.start(settings_.service));
        return was_running ? Outcome::unchanged : Outcome::loaded;
    }
    if (auto checked = check(files); !checked) {
        if (last_good) return fail(keep_running(std::move(checked).error(), *last_good));
        return fail(std::move(checked).error());
    }
    if (last_good) {
        last_good->is_loaded = false;
        DIM_CHECK(write_record(*last_good));
    }
    Result<void> loaded = install(files);
    if (loaded) loaded = load();
    if (!loaded && last_good)
        return fail(roll_back(std::move(loaded).error(), std::move(*last_good)));
    DIM_CHECK(loaded);
    // It runs with what was wanted, and whoever asked is told so. Without the record it is made to
    // load that once more.
    if (const auto written = write_record(wanted); !written)
        log(LogLevel::warning, record_path() + ": " + to_string(written.error()));
    return Outcome::loaded;
}

Result<void> ConfiguredService::load() const {
    const std::string& name = settings_.service.name;
    if (control_.status(name).is_running) return control_.reload(name);
    const Result<StartOutcome> outcome = control_.start(settings_.service);
    if (outcome == StartOutcome::started) return {};
    // A predecessor's, which has loaded something else, or one that is not ready.
    if (outcome || control_.status(name).is_running) return control_.reload(name);
    return fail(outcome.error());
}

Result<void> ConfiguredService::write_record(const ConfigurationRecord& record) const {
    DIM_TRY(const std::string text, to_json(record));
    return sys::write_file_atomically(record_path(), text, kConfigurationRecordMode);
}

Result<void> ConfiguredService::check(std::span<const ConfigFile> files) const {
    if (!settings_.checker) return {};
    std::vector<std::string> candidates;
    Result<void> checked;
    for (const ConfigFile& file : files) {
        candidates.push_back(candidate_path(file.path));
        checked = sys::write_file_atomically(candidates.back(), file.bytes, file.mode);
        if (!checked) break;
    }
    if (checked) checked = run_checker(candidates);
    for (const std::string& candidate : candidates)
        (void)sys::unlink(candidate);
    return checked;
}

Result<void> ConfiguredService::run_checker(const std::vector<std::string>& candidates) const {
    const std::vector<std::string> arguments = settings_.checker(candidates);
    // It may need to be told where to write, as the service itself.
    // It reads what the service may have written, so it may do no more than that.
    sys::RunSettings run_settings{.environment = settings_.service.environment,
                                  .confinement = settings_.service.confinement};
    if (!run_settings.environment.empty()) run_settings.environment.emplace_back("LANG=C");
    DIM_TRY(const sys::RunResult result,
            sys::run(arguments, settings_.checker_timeout, run_settings));
    if (result.status.is_success()) return {};
    const auto& explain = settings_.service.explain;
    const std::string said =
        explain ? explain(result.output) : last_lines(result.output, kCheckerLines);
    return fail(Error(ErrorCode::invalid_input, "the new configuration is refused by " +
                                                    arguments.at(0) + " (" +
                                                    to_string(result.status) + "): " + said)
                    .with_cure("what was in force stays in force"));
}

Error ConfiguredService::keep_running(Error cause, const ConfigurationRecord& last_good) const {
    const std::string& name = settings_.service.name;
    if (last_good.arguments != settings_.service.arguments || control_.status(name).is_running)
        return cause;
    if (!last_good.is_loaded) return roll_back(cause, last_good);
    Result<void> kept = install(last_good.files);
    if (kept) {
        if (auto started = control_.start(settings_.service); !started)
            kept = fail(started.error());
    }
    if (kept) return cause;
    Error error(cause.code(),
                cause.message() + "; with the previous one: " + kept.error().message());
    return std::move(error).with_cure(cause.cure());
}

Error ConfiguredService::roll_back(const Error& cause, ConfigurationRecord previous) const {
    Result<void> back = install(previous.files);
    if (back) back = load();
    previous.is_loaded = true;
    if (back) back = write_record(previous);
    Error error(cause.code(), cause.message() + "; the previous configuration " +
                                  (back ? "is in force again"
                                        : "could not be put back: " + back.error().message()));
    return std::move(error).with_cure(cause.cure());
}

api::ServiceStatus ConfiguredService::status() const {
    api::ServiceStatus status = control_.status(settings_.service.name);
    const std::lock_guard lock(refusal_mutex_);
    // One that was never started knows no better cause.
    if (refusal_ && (!status.cause || status.is_running || !status.since)) status.cause = refusal_;
    return status;
}

}  // namespace dim::server
