#include "libdim/api/admin_messages.hpp"

#include "libdim/api/codec.hpp"
#include "libdim/api/problem_codec.hpp"
#include "libdim/model/path_pattern.hpp"

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
        member("mac", &BladeStatus::mac),
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
struct Members<ClusterStatus> {
    static constexpr auto kAll = std::tuple{
        member("server", &ClusterStatus::server), member("version", &ClusterStatus::version),
        member("now", &ClusterStatus::now),       member("since", &ClusterStatus::since),
        member("blades", &ClusterStatus::blades), member("services", &ClusterStatus::services),
        member("alerts", &ClusterStatus::alerts), member("disk", &ClusterStatus::disk),
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
struct Members<ImportImage> {
    static constexpr auto kAll = std::tuple{
        member("name", &ImportImage::name),
        member("architecture", &ImportImage::architecture),
        member("source", &ImportImage::source),
        member("shared", &ImportImage::shared),
        member("init", &ImportImage::init),
        member("blade_image_bytes", &ImportImage::blade_image_bytes),
        member("exclude", &ImportImage::exclude, model::PathPatterns::kLimit),
        member("one_file_system", &ImportImage::one_file_system),
    };
};

template <>
struct Members<ImageSummary> {
    static constexpr auto kAll = std::tuple{
        member("name", &ImageSummary::name),
        member("architecture", &ImageSummary::architecture),
        member("generation", &ImageSummary::generation),
        member("shared", &ImageSummary::shared),
        member("init", &ImageSummary::init),
        member("blade_image_bytes", &ImageSummary::blade_image_bytes),
        member("created", &ImageSummary::created),
        member("zimage_bytes", &ImageSummary::zimage_bytes),
        member("blade_images", &ImageSummary::blade_images),
    };
};

template <>
struct Members<ImageList> {
    static constexpr auto kAll = std::tuple{
        member("images", &ImageList::images),
    };
};

template <>
struct Members<TreeSummary> {
    static constexpr auto kAll = std::tuple{
        member("digest", &TreeSummary::digest),
        member("entries", &TreeSummary::entries),
        member("files", &TreeSummary::files),
        member("bytes", &TreeSummary::bytes),
    };
};

template <>
struct Members<ImageSource> {
    static constexpr auto kAll = std::tuple{
        member("source", &ImageSource::source),
        member("exclude", &ImageSource::exclude, model::PathPatterns::kLimit),
        member("one_file_system", &ImageSource::one_file_system),
    };
};

template <>
struct Members<ImageDetails> {
    static constexpr auto kAll = std::tuple{
        member("image", &ImageDetails::image),
        member("shared_root", &ImageDetails::shared_root),
        member("golden_image", &ImageDetails::golden_image),
        member("shared_root_disk_bytes", &ImageDetails::shared_root_disk_bytes),
        member("golden_image_disk_bytes", &ImageDetails::golden_image_disk_bytes),
        member("blades", &ImageDetails::blades),
        member("source", &ImageDetails::source),
    };
};

template <>
struct Members<TreeDifference> {
    static constexpr auto kAll = std::tuple{
        member("path", &TreeDifference::path, limits::kTreePathBytes),
        member("kind", &TreeDifference::kind),
        member("aspects", &TreeDifference::aspects),
    };
};

template <>
struct Members<ImageCheck> {
    static constexpr auto kAll = std::tuple{
        member("image", &ImageCheck::image),
        member("generation", &ImageCheck::generation),
        member("digest", &ImageCheck::digest),
        member("entries", &ImageCheck::entries),
        member("difference_count", &ImageCheck::difference_count),
        member("differences", &ImageCheck::differences, limits::kTreeDifferences),
    };
};

template <>
struct Members<CollectGenerations> {
    static constexpr auto kAll = std::tuple{
        member("name", &CollectGenerations::name),
        member("keep", &CollectGenerations::keep),
        member("labelled", &CollectGenerations::labelled),
        member("is_dry_run", &CollectGenerations::is_dry_run),
    };
};

template <>
struct Members<UpdateImage> {
    static constexpr auto kAll = std::tuple{
        member("name", &UpdateImage::name),
        member("source", &UpdateImage::source),
        member("label", &UpdateImage::label),
    };
};

template <>
struct Members<RollBackImage> {
    static constexpr auto kAll = std::tuple{
        member("name", &RollBackImage::name),
        member("generation", &RollBackImage::generation),
        member("label", &RollBackImage::label),
    };
};

template <>
struct Members<LabelGeneration> {
    static constexpr auto kAll = std::tuple{
        member("name", &LabelGeneration::name),
        member("generation", &LabelGeneration::generation),
        member("label", &LabelGeneration::label),
    };
};

template <>
struct Members<ImageGeneration> {
    static constexpr auto kAll = std::tuple{
        member("generation", &ImageGeneration::generation),
        member("created", &ImageGeneration::created),
        member("label", &ImageGeneration::label),
        member("source", &ImageGeneration::source),
        member("shared_digest", &ImageGeneration::shared_digest),
        member("golden_digest", &ImageGeneration::golden_digest),
        member("blade_images", &ImageGeneration::blade_images),
    };
};

template <>
struct Members<ImageGenerationList> {
    static constexpr auto kAll = std::tuple{
        member("generations", &ImageGenerationList::generations),
    };
};

template <>
struct Members<GenerationDifference> {
    static constexpr auto kAll = std::tuple{
        member("image", &GenerationDifference::image),
        member("older", &GenerationDifference::older),
        member("newer", &GenerationDifference::newer),
        member("difference_count", &GenerationDifference::difference_count),
        member("differences", &GenerationDifference::differences, limits::kTreeDifferences),
    };
};

template <>
struct Members<Blades> {
    static constexpr auto kAll = std::tuple{member("blades", &Blades::blades)};
};

template <>
struct Members<ImageOfBlades> {
    static constexpr auto kAll = std::tuple{
        member("image", &ImageOfBlades::image),
        member("blades", &ImageOfBlades::blades),
    };
};

template <>
struct Members<TrashedBladeImage> {
    static constexpr auto kAll = std::tuple{
        member("blade", &TrashedBladeImage::blade),
        member("image", &TrashedBladeImage::image),
        member("generation", &TrashedBladeImage::generation),
        member("path", &TrashedBladeImage::path),
        member("size_bytes", &TrashedBladeImage::size_bytes),
        member("used_bytes", &TrashedBladeImage::used_bytes),
        member("trashed", &TrashedBladeImage::trashed),
        member("reason", &TrashedBladeImage::reason),
        member("age_seconds", &TrashedBladeImage::age_seconds),
        member("seconds_left", &TrashedBladeImage::seconds_left),
    };
};

template <>
struct Members<TrashList> {
    static constexpr auto kAll = std::tuple{
        member("images", &TrashList::images),
        member("days", &TrashList::days),
    };
};

template <>
struct Members<UnknownFile> {
    static constexpr auto kAll = std::tuple{
        member("image", &UnknownFile::image),
        member("generation", &UnknownFile::generation),
        member("blade", &UnknownFile::blade),
        member("path", &UnknownFile::path),
        member("problem", &UnknownFile::problem, limits::kMessageBytes),
    };
};

template <>
struct Members<UnknownFileList> {
    static constexpr auto kAll = std::tuple{member("files", &UnknownFileList::files)};
};

template <>
struct Members<AdoptImage> {
    static constexpr auto kAll = std::tuple{
        member("name", &AdoptImage::name),
        member("architecture", &AdoptImage::architecture),
        member("init", &AdoptImage::init),
    };
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
struct Members<OverrideQuery> {
    static constexpr auto kAll = std::tuple{
        member("blades", &OverrideQuery::blades, limits::kOverrideBlades),
        member("image", &OverrideQuery::image),
        member("path", &OverrideQuery::path, limits::kTreePathBytes),
    };
};

template <>
struct Members<OverrideFile> {
    static constexpr auto kAll = std::tuple{
        member("path", &OverrideFile::path, limits::kTreePathBytes),
        member("rule", &OverrideFile::rule, limits::kTreePathBytes),
        member("state", &OverrideFile::state),
        member("secret", &OverrideFile::is_secret),
        member("instead_of", &OverrideFile::instead_of),
        member("note", &OverrideFile::note, limits::kMessageBytes),
        member("written", &OverrideFile::written),
        member("text", &OverrideFile::text, limits::kOverrideTextBytes),
    };
};

template <>
struct Members<IdleOverride> {
    static constexpr auto kAll = std::tuple{
        member("rule", &IdleOverride::rule),
        member("reason", &IdleOverride::reason),
    };
};

template <>
struct Members<ImageOverrides> {
    static constexpr auto kAll = std::tuple{
        member("blade", &ImageOverrides::blade),     member("image", &ImageOverrides::image),
        member("files", &ImageOverrides::files),     member("idle", &ImageOverrides::idle),
        member("problem", &ImageOverrides::problem),
    };
};

template <>
struct Members<OverrideList> {
    static constexpr auto kAll = std::tuple{member("images", &OverrideList::images)};
};

template <>
struct Members<ApplyOverrides> {
    static constexpr auto kAll = std::tuple{
        member("image", &ApplyOverrides::image),
        member("blades", &ApplyOverrides::blades),
        member("forced", &ApplyOverrides::is_forced),
    };
};

template <>
struct Members<BladeImage> {
    static constexpr auto kAll = std::tuple{
        member("blade", &BladeImage::blade),
        member("image", &BladeImage::image),
        member("generation", &BladeImage::generation),
        member("path", &BladeImage::path),
        member("size_bytes", &BladeImage::size_bytes),
        member("used_bytes", &BladeImage::used_bytes),
        member("mounted", &BladeImage::is_mounted),
        member("exported", &BladeImage::is_exported),
        member("cause", &BladeImage::cause, limits::kMessageBytes),
    };
};

template <>
struct Members<BladeImageList> {
    static constexpr auto kAll = std::tuple{
        member("blade_images", &BladeImageList::blade_images),
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
        member("image", &BuildBootFile::image),
        member("options", &BuildBootFile::options),
        member("ramdisk", &BuildBootFile::ramdisk),
    };
};

template <>
struct Members<BootFile> {
    static constexpr auto kAll = std::tuple{
        member("image", &BootFile::image),   member("generation", &BootFile::generation),
        member("path", &BootFile::path),     member("bytes", &BootFile::bytes),
        member("sha256", &BootFile::sha256), member("command_line", &BootFile::command_line),
    };
};

template <>
struct Members<NameQuery> {
    static constexpr auto kAll = std::tuple{
        member("range", &NameQuery::range, limits::kRangeBytes),
        member("role", &NameQuery::role),
    };
};

template <>
struct Members<NamedAddress> {
    static constexpr auto kAll = std::tuple{
        member("host", &NamedAddress::host),
        member("network", &NamedAddress::network),
        member("address", &NamedAddress::address),
        member("address6", &NamedAddress::address6),
    };
};

template <>
struct Members<NamedComponent> {
    static constexpr auto kAll = std::tuple{
        member("name", &NamedComponent::name),           member("linear", &NamedComponent::linear),
        member("role", &NamedComponent::role),           member("server", &NamedComponent::server),
        member("addresses", &NamedComponent::addresses),
    };
};

template <>
struct Members<NameList> {
    static constexpr auto kAll = std::tuple{
        member("names", &NameList::names, limits::kComponents),
    };
};

template <>
struct Members<ClusterRevision> {
    static constexpr auto kAll = std::tuple{
        member("number", &ClusterRevision::number),
        member("time", &ClusterRevision::time),
        member("origin", &ClusterRevision::origin, limits::kMessageBytes),
        member("sha256", &ClusterRevision::sha256),
        member("blades", &ClusterRevision::blades),
        member("in_force", &ClusterRevision::is_in_force),
        member("was_in_force", &ClusterRevision::was_in_force),
        member("xml", &ClusterRevision::xml, limits::kClusterXmlBytes),
    };
};

template <>
struct Members<ClusterRevisionList> {
    static constexpr auto kAll = std::tuple{
        member("revisions", &ClusterRevisionList::revisions),
    };
};

template <>
struct Members<ClusterProposal> {
    static constexpr auto kAll = std::tuple{
        member("xml", &ClusterProposal::xml, limits::kClusterXmlBytes),
        member("file_name", &ClusterProposal::file_name, limits::kMessageBytes),
        member("revision", &ClusterProposal::revision),
        member("base", &ClusterProposal::base),
    };
};

template <>
struct Members<ClusterChange> {
    static constexpr auto kAll = std::tuple{
        member("kind", &ClusterChange::kind),
        member("what", &ClusterChange::what, limits::kNamesBytes),
        member("count", &ClusterChange::count),
        member("text", &ClusterChange::text, limits::kMessageBytes),
    };
};

template <>
struct Members<ServiceReload> {
    static constexpr auto kAll = std::tuple{
        member("service", &ServiceReload::service),
        member("reason", &ServiceReload::reason, limits::kMessageBytes),
    };
};

template <>
struct Members<ClusterDifference> {
    static constexpr auto kAll = std::tuple{
        member("base", &ClusterDifference::base),
        member("changes", &ClusterDifference::changes, 2 * limits::kComponents),
        member("blades", &ClusterDifference::blades),
        member("servers", &ClusterDifference::servers, limits::kComponents),
        member("reloads", &ClusterDifference::reloads),
        member("warnings", &ClusterDifference::warnings),
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
DIM_API_MESSAGE(BladeStory, limits::kReplyBytes)
DIM_API_MESSAGE(ImportImage, limits::kMessageBytes)
DIM_API_MESSAGE(ImageSummary, limits::kReplyBytes)
DIM_API_MESSAGE(ImageList, limits::kReplyBytes)
DIM_API_MESSAGE(ImageSource, limits::kMessageBytes)
DIM_API_MESSAGE(ImageDetails, limits::kReplyBytes)
DIM_API_MESSAGE(ImageCheck, limits::kReplyBytes)
DIM_API_MESSAGE(UpdateImage, limits::kMessageBytes)
DIM_API_MESSAGE(RollBackImage, limits::kMessageBytes)
DIM_API_MESSAGE(CollectGenerations, limits::kMessageBytes)
DIM_API_MESSAGE(LabelGeneration, limits::kMessageBytes)
DIM_API_MESSAGE(ImageGenerationList, limits::kReplyBytes)
DIM_API_MESSAGE(GenerationDifference, limits::kReplyBytes)
DIM_API_MESSAGE(Blades, limits::kReplyBytes)
DIM_API_MESSAGE(ImageOfBlades, limits::kReplyBytes)
DIM_API_MESSAGE(BladeImage, limits::kReplyBytes)
DIM_API_MESSAGE(BladeImageList, limits::kReplyBytes)
DIM_API_MESSAGE(TrashedBladeImage, limits::kReplyBytes)
DIM_API_MESSAGE(TrashList, limits::kReplyBytes)
DIM_API_MESSAGE(OverrideQuery, limits::kMessageBytes)
DIM_API_MESSAGE(OverrideFile, limits::kReplyBytes)
DIM_API_MESSAGE(ImageOverrides, limits::kReplyBytes)
DIM_API_MESSAGE(OverrideList, limits::kReplyBytes)
DIM_API_MESSAGE(ApplyOverrides, limits::kReplyBytes)
DIM_API_MESSAGE(UnknownFile, limits::kReplyBytes)
DIM_API_MESSAGE(UnknownFileList, limits::kReplyBytes)
DIM_API_MESSAGE(AdoptImage, limits::kMessageBytes)
DIM_API_MESSAGE(Firewall, limits::kReplyBytes)
DIM_API_MESSAGE(NfsExport, limits::kReplyBytes)
DIM_API_MESSAGE(NfsExportList, limits::kReplyBytes)
DIM_API_MESSAGE(DhcpHost, limits::kReplyBytes)
DIM_API_MESSAGE(DhcpHostList, limits::kReplyBytes)
DIM_API_MESSAGE(AuthorityStatus, limits::kReplyBytes)
DIM_API_MESSAGE(RotateAuthority, limits::kMessageBytes)
DIM_API_MESSAGE(BuildBootFile, limits::kMessageBytes)
DIM_API_MESSAGE(BootFile, limits::kReplyBytes)
DIM_API_MESSAGE(NameQuery, 2 * limits::kRangeBytes + limits::kMessageBytes)
DIM_API_MESSAGE(NameList, limits::kReplyBytes)
DIM_API_MESSAGE(ClusterRevision, limits::kClusterMessageBytes)
DIM_API_MESSAGE(ClusterRevisionList, limits::kReplyBytes)
DIM_API_MESSAGE(ClusterProposal, limits::kClusterMessageBytes)
DIM_API_MESSAGE(ClusterDifference, limits::kReplyBytes)
DIM_API_MESSAGE(RunCommand, limits::kReplyBytes)
DIM_API_MESSAGE(CommandResult, limits::kReplyBytes)
DIM_API_MESSAGE(CommandLine, limits::kReplyBytes)
DIM_API_MESSAGE(JobLine, limits::kReplyBytes)

}  // namespace dim::api
