#pragma once

#include "libdim/api/json.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/model/boot_stage.hpp"
#include "libdim/model/hardware.hpp"
#include "libdim/model/ipv4.hpp"
#include "libdim/model/mac_address.hpp"
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
    /// The row of the cluster definition that its type= names, which is like TYPE.
    std::optional<model::ComponentName> platform = {};
    /// Absent: the cluster definition does not know it yet.
    std::optional<model::MacAddress> mac = {};
    std::optional<std::string> mac_source = {};  ///< "definition", "learn", a plug-in's name
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
    std::optional<std::string> kernel = {};       ///< that runs, when it is not the next one
    std::optional<std::string> next_kernel = {};  ///< that its next boot will start, then

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

/// A bay of a chassis with a blade in it, or with something that its module says unclearly.
struct ChassisBay {
    std::uint32_t bay;
    std::optional<model::ComponentName> blade = {};    ///< which one of ours that is
    std::optional<std::string> power = {};             ///< "on", "off"...
    std::optional<model::Timestamp> power_since = {};  ///< when it was first seen so
    std::optional<std::string> health = {};
    std::optional<std::string> type = {};    ///< machine type and model: "8842-21X"
    std::optional<std::string> serial = {};  ///< of the blade
    std::optional<std::string> label = {};   ///< its name in the module
    std::optional<std::string> problem = {};

    bool operator==(const ChassisBay&) const = default;
};

/// What a management module said when it last answered, and why it does not answer now.
struct ChassisStatus {
    model::ComponentName module;
    std::optional<model::Timestamp> answered = {};  ///< absent: never yet
    std::optional<double> age_seconds = {};         ///< since then, when the status was made
    std::optional<std::string> health = {};
    std::optional<std::string> type = {};
    std::optional<std::string> serial = {};
    std::optional<std::string> label = {};
    std::vector<ChassisBay> bays = {};
    std::optional<std::string> problem = {};  ///< why it is not asked, or did not answer last
    std::optional<std::string> cure = {};

    bool operator==(const ChassisStatus&) const = default;
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
    std::vector<ChassisStatus> chassis = {};

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

/// DELETE /v1/assignments: blades that get no boot file any more.
struct Blades {
    std::vector<model::ComponentName> blades;

    bool operator==(const Blades&) const = default;
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

/// POST /v1/boot-files: assemble the zImage of an image. What is absent is as in the boot file that
/// the image has; with RESET, or without one, there are no more words and drivers, the ramdisk is
/// an initramfs, and the kernel the newest.
struct BuildBootFile {
    model::ImageName image;
    /// More words for the kernel command line: "quiet", "dim.on-failure=reboot".
    std::optional<std::vector<std::string>> options;
    std::optional<std::string> ramdisk;  ///< "initramfs", "initrd"
    /// Modules beside those of the platform's table.
    std::optional<std::vector<std::string>> drivers = {};
    std::optional<std::string> kernel = {};  ///< which release, as fnmatch(3) compares it
    std::optional<bool> reset = {};

    bool operator==(const BuildBootFile&) const = default;
};

struct BootFile {
    model::ImageName image;
    model::Generation generation;
    std::string path;  ///< below the TFTP root
    std::uint64_t bytes;
    std::string sha256;
    std::string command_line;
    std::optional<std::string> kernel = {};  ///< its release; absent: built before it was noted
    std::optional<std::string> kernel_version = {};  ///< its uname -v; absent: it does not tell
    /// What BuildBootFile wished for; absent: nothing.
    std::optional<std::vector<std::string>> wished_drivers = {};
    std::optional<std::string> wished_kernel = {};

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
