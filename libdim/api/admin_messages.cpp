#include "libdim/api/admin_messages.hpp"

#include "libdim/api/codec.hpp"
#include "libdim/api/problem_codec.hpp"

namespace dim::api {

template <>
struct Members<BootSeconds> {
    static constexpr auto kAll = std::tuple{
        member("firmware", &BootSeconds::firmware),
        member("kernel", &BootSeconds::kernel),
        member("agent", &BootSeconds::agent),
        member("init", &BootSeconds::init),
    };
};

template <>
struct Members<BladeStatus> {
    static constexpr auto kAll = std::tuple{
        member("name", &BladeStatus::name),
        member("type", &BladeStatus::type),
        member("platform", &BladeStatus::platform),
        member("mac", &BladeStatus::mac),
        member("mac_source", &BladeStatus::mac_source),
        member("address", &BladeStatus::address),
        member("image", &BladeStatus::image),
        member("generation", &BladeStatus::generation),
        member("state", &BladeStatus::state),
        member("stage", &BladeStatus::stage),
        member("cause", &BladeStatus::cause, limits::kMessageBytes),
        member("cure", &BladeStatus::cure),
        member("since", &BladeStatus::since),
        member("last_heard", &BladeStatus::last_heard),
        member("age_seconds", &BladeStatus::age_seconds),
        member("seconds", &BladeStatus::seconds),
        member("kernel", &BladeStatus::kernel),
        member("next_kernel", &BladeStatus::next_kernel),
    };
};

template <>
struct Members<ServiceStatus> {
    static constexpr auto kAll = std::tuple{
        member("name", &ServiceStatus::name),
        member("running", &ServiceStatus::is_running),
        member("pid", &ServiceStatus::pid),
        member("cause", &ServiceStatus::cause, limits::kMessageBytes),
        member("since", &ServiceStatus::since),
    };
};

template <>
struct Members<Alert> {
    static constexpr auto kAll = std::tuple{
        member("first", &Alert::first),   member("last", &Alert::last),
        member("count", &Alert::count),   member("kind", &Alert::kind),
        member("origin", &Alert::origin), member("text", &Alert::text, limits::kMessageBytes),
        member("cure", &Alert::cure),
    };
};

template <>
struct Members<DiskStatus> {
    static constexpr auto kAll = std::tuple{
        member("directory", &DiskStatus::directory),
        member("provisioning", &DiskStatus::provisioning),
        member("total_bytes", &DiskStatus::total_bytes),
        member("free_bytes", &DiskStatus::free_bytes),
        member("committed_bytes", &DiskStatus::committed_bytes),
        member("allocated_bytes", &DiskStatus::allocated_bytes),
        member("full_in_seconds", &DiskStatus::full_in_seconds),
    };
};

template <>
struct Members<ChassisBay> {
    static constexpr auto kAll = std::tuple{
        member("bay", &ChassisBay::bay),         member("blade", &ChassisBay::blade),
        member("power", &ChassisBay::power),     member("power_since", &ChassisBay::power_since),
        member("health", &ChassisBay::health),   member("type", &ChassisBay::type),
        member("serial", &ChassisBay::serial),   member("label", &ChassisBay::label),
        member("problem", &ChassisBay::problem),
    };
};

template <>
struct Members<ChassisStatus> {
    static constexpr auto kAll = std::tuple{
        member("module", &ChassisStatus::module),
        member("answered", &ChassisStatus::answered),
        member("age_seconds", &ChassisStatus::age_seconds),
        member("health", &ChassisStatus::health),
        member("type", &ChassisStatus::type),
        member("serial", &ChassisStatus::serial),
        member("label", &ChassisStatus::label),
        member("bays", &ChassisStatus::bays),
        member("problem", &ChassisStatus::problem, limits::kMessageBytes),
        member("cure", &ChassisStatus::cure),
    };
};

template <>
struct Members<ClusterStatus> {
    static constexpr auto kAll = std::tuple{
        member("server", &ClusterStatus::server),   member("version", &ClusterStatus::version),
        member("now", &ClusterStatus::now),         member("since", &ClusterStatus::since),
        member("blades", &ClusterStatus::blades),   member("services", &ClusterStatus::services),
        member("alerts", &ClusterStatus::alerts),   member("disk", &ClusterStatus::disk),
        member("chassis", &ClusterStatus::chassis),
    };
};

template <>
struct Members<StoryEvent> {
    static constexpr auto kAll = std::tuple{
        member("time", &StoryEvent::time),
        member("source", &StoryEvent::source),
        member("boot_id", &StoryEvent::boot_id),
        member("stage", &StoryEvent::stage),
        member("text", &StoryEvent::text, limits::kMessageBytes),
        member("detail", &StoryEvent::detail),
    };
};

template <>
struct Members<BladeStory> {
    static constexpr auto kAll = std::tuple{
        member("status", &BladeStory::status),
        member("events", &BladeStory::events),
    };
};

template <>
struct Members<Blades> {
    static constexpr auto kAll = std::tuple{member("blades", &Blades::blades)};
};

template <>
struct Members<Firewall> {
    static constexpr auto kAll = std::tuple{
        member("rules", &Firewall::rules, limits::kMessageBytes),
        member("wanted", &Firewall::is_wanted),
        member("in_force", &Firewall::is_in_force),
        member("cause", &Firewall::cause, limits::kMessageBytes),
    };
};

template <>
struct Members<NfsExport> {
    static constexpr auto kAll = std::tuple{
        member("path", &NfsExport::path),
        member("source", &NfsExport::source),
        member("client", &NfsExport::client),
        member("writable", &NfsExport::is_writable),
    };
};

template <>
struct Members<NfsExportList> {
    static constexpr auto kAll = std::tuple{
        member("exports", &NfsExportList::exports),
    };
};

template <>
struct Members<DhcpHost> {
    static constexpr auto kAll = std::tuple{
        member("blade", &DhcpHost::blade),         member("mac", &DhcpHost::mac),
        member("address", &DhcpHost::address),     member("image", &DhcpHost::image),
        member("boot_file", &DhcpHost::boot_file),
    };
};

template <>
struct Members<DhcpHostList> {
    static constexpr auto kAll = std::tuple{
        member("hosts", &DhcpHostList::hosts),
    };
};

template <>
struct Members<CertificateSummary> {
    static constexpr auto kAll = std::tuple{
        member("fingerprint", &CertificateSummary::fingerprint),
        member("not_before", &CertificateSummary::not_before),
        member("not_after", &CertificateSummary::not_after),
    };
};

template <>
struct Members<AuthorityStatus> {
    static constexpr auto kAll = std::tuple{
        member("authority", &AuthorityStatus::authority),
        member("server", &AuthorityStatus::server),
        member("images", &AuthorityStatus::images),
        member("blades", &AuthorityStatus::blades),
        member("next", &AuthorityStatus::next),
    };
};

template <>
struct Members<RotateAuthority> {
    static constexpr auto kAll = std::tuple{
        member("finish", &RotateAuthority::finish),
        member("force", &RotateAuthority::force),
    };
};

template <>
struct Members<BuildBootFile> {
    static constexpr auto kAll = std::tuple{
        member("image", &BuildBootFile::image),     member("options", &BuildBootFile::options),
        member("ramdisk", &BuildBootFile::ramdisk), member("drivers", &BuildBootFile::drivers),
        member("kernel", &BuildBootFile::kernel),   member("reset", &BuildBootFile::reset),
    };
};

template <>
struct Members<BootFile> {
    static constexpr auto kAll = std::tuple{
        member("image", &BootFile::image),
        member("generation", &BootFile::generation),
        member("path", &BootFile::path),
        member("bytes", &BootFile::bytes),
        member("sha256", &BootFile::sha256),
        member("command_line", &BootFile::command_line),
        member("kernel", &BootFile::kernel),
        member("kernel_version", &BootFile::kernel_version),
        member("wished_drivers", &BootFile::wished_drivers),
        member("wished_kernel", &BootFile::wished_kernel),
    };
};

template <>
struct Members<RunCommand> {
    static constexpr auto kAll = std::tuple{
        member("blades", &RunCommand::blades),
        member("command", &RunCommand::command, limits::kCommandWords),
        member("image", &RunCommand::image),
        member("time_limit_seconds", &RunCommand::time_limit_seconds),
        member("parallel", &RunCommand::parallel),
    };
};

template <>
struct Members<CommandResult> {
    static constexpr auto kAll = std::tuple{
        member("blade", &CommandResult::blade),
        member("image", &CommandResult::image),
        member("exit_code", &CommandResult::exit_code),
        member("signal", &CommandResult::signal),
        member("problem", &CommandResult::problem),
        member("output", &CommandResult::output, limits::kCommandOutputBytes),
        member("output_cut", &CommandResult::is_output_cut),
        member("seconds", &CommandResult::seconds),
    };
};

template <>
struct Members<CommandLine> {
    static constexpr auto kAll = std::tuple{
        member("progress", &CommandLine::progress),
        member("result", &CommandLine::result),
        member("done", &CommandLine::done),
    };
};

template <>
struct Members<JobLine> {
    static constexpr auto kAll = std::tuple{
        member("progress", &JobLine::progress, limits::kMessageBytes),
        member("step", &JobLine::step),
        member("steps", &JobLine::steps),
        member("done", &JobLine::done, limits::kMessageBytes),
        member("problem", &JobLine::problem),
    };
};

DIM_API_MESSAGE(BladeStatus, limits::kReplyBytes)
DIM_API_MESSAGE(ClusterStatus, limits::kReplyBytes)
DIM_API_MESSAGE(ChassisStatus, limits::kMessageBytes)
DIM_API_MESSAGE(BladeStory, limits::kReplyBytes)
DIM_API_MESSAGE(Blades, limits::kReplyBytes)
DIM_API_MESSAGE(Firewall, limits::kReplyBytes)
DIM_API_MESSAGE(NfsExport, limits::kReplyBytes)
DIM_API_MESSAGE(NfsExportList, limits::kReplyBytes)
DIM_API_MESSAGE(DhcpHost, limits::kReplyBytes)
DIM_API_MESSAGE(DhcpHostList, limits::kReplyBytes)
DIM_API_MESSAGE(AuthorityStatus, limits::kReplyBytes)
DIM_API_MESSAGE(RotateAuthority, limits::kMessageBytes)
DIM_API_MESSAGE(BuildBootFile, limits::kMessageBytes)
DIM_API_MESSAGE(BootFile, limits::kReplyBytes)
DIM_API_MESSAGE(RunCommand, limits::kReplyBytes)
DIM_API_MESSAGE(CommandResult, limits::kReplyBytes)
DIM_API_MESSAGE(CommandLine, limits::kReplyBytes)
DIM_API_MESSAGE(JobLine, limits::kReplyBytes)

}  // namespace dim::api
