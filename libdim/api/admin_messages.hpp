#pragma once

#include "libdim/api/json.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/model/boot_stage.hpp"
#include "libdim/model/hardware.hpp"
#include "libdim/model/ipv4.hpp"
#include "libdim/model/ipv6.hpp"
#include "libdim/model/mac_address.hpp"
#include "libdim/model/master_source.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the administrator's programs and the daemon say to each other, over the Unix socket
/// (docs/api/openapi.json).
namespace dim::api {

/// Where the time of a boot went. Absent: not observed (yet).
struct BootSeconds {
    std::optional<double> firmware = {};  ///< first DHCP request to start of the kernel
    std::optional<double> kernel = {};    ///< start of the kernel to process 1
    std::optional<double> agent = {};     ///< process 1 to exec of the distribution's init
    std::optional<double> init = {};      ///< exec to the monitor's report that it runs

    bool operator==(const BootSeconds&) const = default;
};

/// Unless more is known: of a blade nobody has heard of.
struct BladeStatus {
    model::ComponentName name;
    model::BladeType type;
    /// Absent: the cluster definition does not know it yet.
    std::optional<model::MacAddress> mac = {};
    model::Ipv4Address address;
    std::optional<model::ImageName> image = {};
    std::optional<model::Generation> generation = {};
    model::BladeState state = model::BladeState::unseen;
    /// The last stage begun; with state failed, the one that failed.
    std::optional<model::BootStage> stage = {};
    std::optional<std::string> cause = {};            ///< why it failed or is lost
    std::optional<std::string> cure = {};             ///< what to do about it
    std::optional<model::Timestamp> since = {};       ///< when the state began
    std::optional<model::Timestamp> last_heard = {};  ///< when the blade last said anything
    std::optional<double> age_seconds = {};  ///< since last_heard, when the status was made
    BootSeconds seconds = {};

    bool operator==(const BladeStatus&) const = default;
};

/// A daemon that DIM runs: dhcpd, tftpd, ganesha.
struct ServiceStatus {
    std::string name;
    bool is_running;
    std::optional<std::uint32_t> pid = {};
    /// Why it does not run, or why its last configuration was refused.
    std::optional<std::string> cause = {};
    std::optional<model::Timestamp> since = {};

    bool operator==(const ServiceStatus&) const = default;
};

/// Something seen that belongs to no known blade: a refused connection, an unknown MAC address.
struct Alert {
    model::Timestamp first;
    model::Timestamp last;
    std::uint32_t count;
    std::string
        kind;  ///< "unknown-mac", "unknown-address", "tls", "malformed", "slow", "too-many"…
    std::string origin;  ///< MAC or IP address
    std::string text;
    std::optional<std::string> cure;

    bool operator==(const Alert&) const = default;
};

/// The file system of the state directory, with all blade images on it.
struct DiskStatus {
    std::string directory;
    std::string provisioning;  ///< "reserved", "thin:200%"
    std::uint64_t total_bytes;
    std::uint64_t free_bytes;
    std::uint64_t committed_bytes;               ///< what blade images may grow to, added up
    std::uint64_t allocated_bytes;               ///< what they take now
    std::optional<double> full_in_seconds = {};  ///< at the rate of the last minutes

    bool operator==(const DiskStatus&) const = default;
};

/// GET /v1/status
struct ClusterStatus {
    model::ComponentName server;
    std::string version;
    model::Timestamp now;
    model::Timestamp since;  ///< start of the daemon
    std::vector<BladeStatus> blades;
    std::vector<ServiceStatus> services;
    std::vector<Alert> alerts;
    std::optional<DiskStatus> disk = {};  ///< absent until it was looked at

    bool operator==(const ClusterStatus&) const = default;
};

/// One line of a blade's story.
struct StoryEvent {
    model::Timestamp time;
    std::string
        source;  ///< who saw it: "dhcpd", "agent", "monitor", "imageserver", "administrator"
    std::optional<std::string> boot_id;
    std::optional<model::BootStage> stage;
    std::string text;
    std::vector<std::string> detail;  ///< more lines: what was tried, kernel messages

    bool operator==(const StoryEvent&) const = default;
};

/// GET /v1/blades/{name}: what is, and how it came to be; events oldest first.
struct BladeStory {
    BladeStatus status;
    std::vector<StoryEvent> events;

    bool operator==(const BladeStory&) const = default;
};

/// POST /v1/images: make generation 1 of an image from a master.
struct ImportImage {
    model::ImageName name;
    model::Architecture architecture;
    model::MasterSource source;       ///< "/srv/masters/sles10", "ssh://root@master/"
    std::vector<std::string> shared;  ///< first-level directories of the shared root: "usr", "opt"
    std::string init;                 ///< "/sbin/init"
    std::uint64_t blade_image_bytes;  ///< the size (and so the quota) of a blade image
    std::vector<std::string> exclude = {};  ///< what is left out: model::PathPattern
    bool one_file_system = false;           ///< leave out what is mounted below the source

    bool operator==(const ImportImage&) const = default;
};

/// GET /v1/images
struct ImageSummary {
    model::ImageName name;
    model::Architecture architecture;
    model::Generation generation;
    std::vector<std::string> shared;
    std::string init;
    std::uint64_t blade_image_bytes;
    model::Timestamp created;
    std::optional<std::uint64_t> zimage_bytes;  ///< absent: no boot file built yet
    std::uint32_t blade_images;                 ///< how many there are

    bool operator==(const ImageSummary&) const = default;
};

struct ImageList {
    std::vector<ImageSummary> images;

    bool operator==(const ImageList&) const = default;
};

/// A manifest in short (docs/manifest.md).
struct TreeSummary {
    std::string digest;     ///< SHA-256, hexadecimal; trees with one digest are the same
    std::uint64_t entries;  ///< files, directories and all the rest
    std::uint64_t files;    ///< one of several names counts once
    std::uint64_t bytes;    ///< content of the files

    bool operator==(const TreeSummary&) const = default;
};

/// Where a generation came from, and what of it was left out.
struct ImageSource {
    model::MasterSource source;
    std::vector<std::string> exclude;
    bool one_file_system;

    bool operator==(const ImageSource&) const = default;
};

/// GET /v1/images/{image}: what its newest generation is made of.
struct ImageDetails {
    ImageSummary image;
    std::optional<TreeSummary> shared_root;  ///< absent: imported before there were manifests
    std::optional<TreeSummary> golden_image;
    std::uint64_t shared_root_disk_bytes;  ///< what its file takes on the server's disk
    std::uint64_t golden_image_disk_bytes;
    std::vector<model::ComponentName> blades;  ///< that have an image of it
    std::optional<ImageSource> source = {};    ///< absent: adopted, or older than this is kept

    bool operator==(const ImageDetails&) const = default;
};

/// A file that is not as the manifest says.
struct TreeDifference {
    std::string path;                  ///< escaped as in a manifest; a very long one is cut
    std::string kind;                  ///< "created", "removed", "content", "metadata"
    std::vector<std::string> aspects;  ///< "size", "mode", …; none when created or removed

    bool operator==(const TreeDifference&) const = default;
};

/// POST /v1/images/{image}/check: how the shared root differs from its manifest.
struct ImageCheck {
    model::ImageName image;
    model::Generation generation;
    std::string digest;     ///< of the manifest
    std::uint64_t entries;  ///< of the manifest
    std::uint64_t difference_count;
    std::vector<TreeDifference> differences;  ///< the first of them, by path

    bool operator==(const ImageCheck&) const = default;
};

/// POST /v1/image-generations: makes the next one of a master.
struct UpdateImage {
    model::ImageName name;
    std::optional<ImageSource> source;  ///< absent: as the last time
    std::string label;

    bool operator==(const UpdateImage&) const = default;
};

/// POST /v1/image-rollbacks: makes the next generation what an earlier one was.
struct RollBackImage {
    model::ImageName name;
    model::Generation generation;
    std::string label;

    bool operator==(const RollBackImage&) const = default;
};

/// PUT /v1/image-labels
struct LabelGeneration {
    model::ImageName name;
    model::Generation generation;
    std::string label;  ///< empty takes it away

    bool operator==(const LabelGeneration&) const = default;
};

/// POST /v1/image-collections: deletes generations that nobody has.
struct CollectGenerations {
    model::ImageName name;
    std::uint32_t keep;  ///< so many of the newest stay whoever has them, at least 1
    bool labelled;       ///< those with a label, too
    bool is_dry_run;     ///< tell only which

    bool operator==(const CollectGenerations&) const = default;
};

struct ImageGeneration {
    model::Generation generation;
    model::Timestamp created;
    std::string label;
    std::string source;  ///< "/srv/masters/granite", "ssh://master/", "generation 3", "adopted"
    std::string shared_digest;  ///< of the manifests; trees with one digest are the same
    std::string golden_digest;
    std::uint32_t blade_images;  ///< that are of it

    bool operator==(const ImageGeneration&) const = default;
};

/// GET /v1/images/{image}/generations
struct ImageGenerationList {
    std::vector<ImageGeneration> generations;  ///< ascending

    bool operator==(const ImageGenerationList&) const = default;
};

/// GET /v1/images/{image}/generations/{older}/{newer}: what makes the newer one differ.
struct GenerationDifference {
    model::ImageName image;
    model::Generation older;
    model::Generation newer;
    std::uint64_t difference_count;
    std::vector<TreeDifference> differences;  ///< the first of them, by path

    bool operator==(const GenerationDifference&) const = default;
};

/// DELETE /v1/assignments: blades that get no boot file any more.
struct Blades {
    std::vector<model::ComponentName> blades;

    bool operator==(const Blades&) const = default;
};

/// POST /v1/blade-images, PUT /v1/assignments, PUT and DELETE /v1/exports: an image and the blades
/// it is about.
struct ImageOfBlades {
    model::ImageName image;
    std::vector<model::ComponentName> blades;

    bool operator==(const ImageOfBlades&) const = default;
};

/// GET /v1/blade-images
struct BladeImage {
    model::ComponentName blade;
    model::ImageName image;
    model::Generation generation;
    std::string path;  ///< of the file on the server
    std::uint64_t size_bytes;
    std::uint64_t used_bytes;  ///< blocks the file takes on the server's disk
    bool is_mounted;
    bool is_exported;
    std::optional<std::string> cause;  ///< what is wrong with it

    bool operator==(const BladeImage&) const = default;
};

struct BladeImageList {
    std::vector<BladeImage> blade_images;

    bool operator==(const BladeImageList&) const = default;
};

/// A blade image that was deleted, and can be restored until it is purged.
struct TrashedBladeImage {
    model::ComponentName blade;
    model::ImageName image;
    model::Generation generation;
    std::string path;  ///< of the file on the server
    std::uint64_t size_bytes;
    std::uint64_t used_bytes;  ///< blocks the file takes on the server's disk
    model::Timestamp trashed;
    std::string reason;
    double age_seconds;  ///< since it was trashed
    /// Until it is deleted by itself, while the daemon runs; absent: it is not.
    std::optional<double> seconds_left = {};

    bool operator==(const TrashedBladeImage&) const = default;
};

/// GET /v1/trash
struct TrashList {
    std::vector<TrashedBladeImage> images;
    std::uint32_t days;  ///< after so many an image is deleted by itself; 0: never

    bool operator==(const TrashList&) const = default;
};

/// A file below the state directory that the database does not know: of an image's generation, or
/// with BLADE of that blade's image.
struct UnknownFile {
    model::ImageName image;
    std::optional<model::Generation> generation = {};
    std::optional<model::ComponentName> blade = {};
    std::string path;
    std::optional<std::string> problem = {};  ///< why it cannot be adopted as it is

    bool operator==(const UnknownFile&) const = default;
};

/// POST /v1/overrides/look: what differs per blade in the images of BLADES.
struct OverrideQuery {
    std::vector<model::ComponentName> blades;    ///< at most limits::kOverrideBlades
    std::optional<model::ImageName> image = {};  ///< of this image alone
    std::optional<std::string> path = {};        ///< of this file alone, with its text: "/etc/motd"

    bool operator==(const OverrideQuery&) const = default;
};

/// A file of a blade's image that DIM writes.
struct OverrideFile {
    std::string path;        ///< "/etc/motd"
    std::string rule;        ///< "built-in hosts"; the template: "group/gpu/etc/motd"
    std::string state;       ///< "current", "missing", "outdated", "changed", "leftover", "problem"
    bool is_secret = false;  ///< its text is never told
    std::vector<std::string> instead_of = {};      ///< weaker rules for the same file
    std::optional<std::string> note = {};          ///< more about the state
    std::optional<model::Timestamp> written = {};  ///< when DIM wrote it
    /// What the rule says, where one file was asked for that is a text, no secret, and at most
    /// limits::kOverrideTextBytes long.
    std::optional<std::string> text = {};

    bool operator==(const OverrideFile&) const = default;
};

/// A rule that writes nothing into an image.
struct IdleOverride {
    std::string rule;
    std::string reason;

    bool operator==(const IdleOverride&) const = default;
};

struct ImageOverrides {
    model::ComponentName blade;
    model::ImageName image;
    std::vector<OverrideFile> files = {};  ///< by path
    std::vector<IdleOverride> idle = {};
    std::optional<Problem> problem = {};  ///< why nobody can say

    bool operator==(const ImageOverrides&) const = default;
};

struct OverrideList {
    std::vector<ImageOverrides> images;

    bool operator==(const OverrideList&) const = default;
};

/// PUT /v1/overrides: write what is missing or outdated in the blade images of IMAGE.
struct ApplyOverrides {
    model::ImageName image;
    std::vector<model::ComponentName> blades;
    bool is_forced = false;  ///< what the blade changed itself, too

    bool operator==(const ApplyOverrides&) const = default;
};

/// GET /v1/unknown-files
struct UnknownFileList {
    std::vector<UnknownFile> files;

    bool operator==(const UnknownFileList&) const = default;
};

/// POST /v1/adopted-images: what the files of an image do not tell.
struct AdoptImage {
    model::ImageName name;
    model::Architecture architecture;
    std::string init;  ///< "/sbin/init"

    bool operator==(const AdoptImage&) const = default;
};

/// GET /v1/firewall
struct Firewall {
    std::string rules;  ///< as nft -f reads them
    bool is_wanted;     ///< somebody asked for it: it is brought into force at every start
    bool is_in_force;   ///< the kernel has its table
    std::optional<std::string> cause;  ///< why it is not in force although it is wanted

    bool operator==(const Firewall&) const = default;
};

/// GET /v1/exports: what the NFS server offers to whom.
struct NfsExport {
    std::string path;    ///< as clients name it: "/blades/s01c1b01/granite"
    std::string source;  ///< the directory on the server
    std::string client;  ///< address or network
    bool is_writable;

    bool operator==(const NfsExport&) const = default;
};

struct NfsExportList {
    std::vector<NfsExport> exports;

    bool operator==(const NfsExportList&) const = default;
};

/// GET /v1/dhcp: what dhcpd tells which blade.
struct DhcpHost {
    model::ComponentName blade;
    model::MacAddress mac;
    model::Ipv4Address address;
    std::optional<model::ImageName> image;
    std::optional<std::string>
        boot_file;  ///< below the TFTP root; absent: the blade is given an address only

    bool operator==(const DhcpHost&) const = default;
};

struct DhcpHostList {
    std::vector<DhcpHost> hosts;

    bool operator==(const DhcpHostList&) const = default;
};

/// POST /v1/boot-files: assemble the zImage of an image.
struct BuildBootFile {
    model::ImageName image;
    std::vector<std::string>
        options;  ///< more words for the kernel command line: "quiet", "dim.on-failure=reboot"
    std::optional<std::string> ramdisk;  ///< "initramfs" (the default), "initrd"

    bool operator==(const BuildBootFile&) const = default;
};

struct BootFile {
    model::ImageName image;
    model::Generation generation;
    std::string path;  ///< below the TFTP root
    std::uint64_t bytes;
    std::string sha256;
    std::string command_line;

    bool operator==(const BootFile&) const = default;
};

struct CertificateSummary {
    std::string fingerprint;  ///< SHA-256 of its DER, hexadecimal
    model::Timestamp not_before;
    model::Timestamp not_after;

    bool operator==(const CertificateSummary&) const = default;
};

/// GET /v1/authority: who vouches for this image server, and how far its replacement is.
struct AuthorityStatus {
    CertificateSummary authority;
    CertificateSummary server;             ///< what blades are shown, issued by AUTHORITY
    std::vector<model::ImageName> images;  ///< whose boot files do not trust what new ones would
    std::vector<model::ComponentName> blades;     ///< up, and not known to trust NEXT
    std::optional<CertificateSummary> next = {};  ///< the authority that is to take its place

    bool operator==(const AuthorityStatus&) const = default;
};

/// POST /v1/authority/rotation: makes the next authority and has boot files trust it, or brings it
/// into force.
struct RotateAuthority {
    bool finish;
    bool force;  ///< finish although blades would be locked out

    bool operator==(const RotateAuthority&) const = default;
};

/// POST /v1/names: which components a range names (docs/cluster-xml.md).
struct NameQuery {
    std::string range;  ///< "s01c[1-4]b[01-14]", "b[1-28]", "image=sles10@s01", "all"
    /// What a place stands for: "blade" (the default), "server", "management-module", "other",
    /// "any".
    std::optional<std::string> role;

    bool operator==(const NameQuery&) const = default;
};

/// A host name with its addresses.
struct NamedAddress {
    std::string host;  ///< "s01c1b01", "s01c1b01-usr"
    model::ComponentName network;
    model::Ipv4Address address;
    std::optional<model::Ipv6Address> address6;

    bool operator==(const NamedAddress&) const = default;
};

struct NamedComponent {
    model::ComponentName name;                   ///< the coordinate name: "s01c2b14"
    model::ComponentName linear;                 ///< "b28"; NAME for a component without levels
    std::string role;                            ///< "blade", "server"…
    std::optional<model::ComponentName> server;  ///< of a blade: who serves it
    std::vector<NamedAddress> addresses;         ///< the first is that of its name

    bool operator==(const NamedComponent&) const = default;
};

struct NameList {
    std::vector<NamedComponent> names;  ///< each once, in the order of the cluster

    bool operator==(const NameList&) const = default;
};

/// GET /v1/cluster, GET /v1/cluster/revisions/{number}: a cluster definition that is or was in
/// force.
struct ClusterRevision {
    std::uint32_t number;  ///< from 1
    model::Timestamp time;
    std::string origin;  ///< "applied: /root/new.xml", "edited: FILE", "back to revision 3"
    std::string sha256;  ///< of the XML text
    std::uint32_t blades;
    bool is_in_force;
    bool was_in_force = true;  ///< at any time: a file's text that was replaced unread never was
    std::optional<std::string> xml = {};  ///< absent in lists, and of old revisions

    bool operator==(const ClusterRevision&) const = default;
};

/// GET /v1/cluster/revisions: the newest first, without their XML.
struct ClusterRevisionList {
    std::vector<ClusterRevision> revisions;

    bool operator==(const ClusterRevisionList&) const = default;
};

/// POST /v1/cluster/difference, PUT /v1/cluster: either XML or REVISION.
struct ClusterProposal {
    std::optional<std::string> xml = {};
    std::optional<std::string> file_name = {};   ///< of the XML, for messages
    std::optional<std::uint32_t> revision = {};  ///< to go back to
    /// The revision the proposal was made against; PUT needs it, and refuses one that is no longer
    /// in force.
    std::optional<std::uint32_t> base = {};

    bool operator==(const ClusterProposal&) const = default;
};

/// One change that is the same for all it is about.
struct ClusterChange {
    std::string kind;     ///< "added", "removed", "changed"
    std::string what;     ///< "s01c[1-4]b[01-14]", "network bootnet-s01", "the cluster"
    std::uint32_t count;  ///< of components; 0 for what is no component
    std::string text;     ///< "type js20 → js21"

    bool operator==(const ClusterChange&) const = default;
};

/// A service of this server that would be made to read its configuration again, start or end.
struct ServiceReload {
    std::string service;  ///< "dhcpd"
    std::string reason;   ///< "dhcpd.conf: 3 lines new, 1 gone"

    bool operator==(const ServiceReload&) const = default;
};

/// What a proposal would change.
struct ClusterDifference {
    std::uint32_t base;  ///< the revision in force
    std::vector<ClusterChange> changes;
    std::uint32_t blades;                       ///< added, removed or changed
    std::vector<model::ComponentName> servers;  ///< whose configuration changes
    std::vector<ServiceReload> reloads;         ///< of this server
    std::vector<std::string> warnings = {};     ///< what becomes of blades that are in use

    bool operator==(const ClusterDifference&) const = default;
};

/// POST /v1/commands: run a command in the roots of blades.
struct RunCommand {
    std::vector<model::ComponentName> blades;
    std::vector<std::string> command;  ///< program and arguments, no shell
    /// Whose blade images; absent: of the image assigned to each blade.
    std::optional<model::ImageName> image = {};
    std::uint32_t time_limit_seconds;  ///< for each blade
    std::uint32_t parallel;            ///< blades at a time

    bool operator==(const RunCommand&) const = default;
};

/// How a command went in the root of one blade: one of exit_code, signal and problem.
struct CommandResult {
    model::ComponentName blade;
    std::optional<model::ImageName> image = {};
    std::optional<std::uint32_t> exit_code = {};
    std::optional<std::uint32_t> signal = {};  ///< what killed it
    std::optional<Problem> problem = {};       ///< why it was not run, or not to its end
    std::string output = {};  ///< standard output and standard error as they came, as text
    bool is_output_cut = false;
    double seconds = 0;

    bool operator==(const CommandResult&) const = default;
};

/// One line of the answer to POST /v1/commands: a result for each blade in the order in which they
/// ended, then one with "done".
struct CommandLine {
    std::optional<std::string> progress = {};  ///< only to show that the daemon lives
    std::optional<CommandResult> result = {};
    std::optional<std::string> done = {};

    bool operator==(const CommandLine&) const = default;
};

/// One line of the answer to a long request (application/x-ndjson): progress lines, then one with
/// "done" or "problem".
struct JobLine {
    std::optional<std::string> progress = {};  ///< what is being done
    std::optional<std::uint64_t> step = {};    ///< of STEPS
    std::optional<std::uint64_t> steps = {};
    std::optional<std::string> done = {};  ///< what was achieved, one sentence
    std::optional<Problem> problem = {};

    bool operator==(const JobLine&) const = default;
};

}  // namespace dim::api
