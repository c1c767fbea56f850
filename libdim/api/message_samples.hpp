#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/api/agent_messages.hpp"
#include "libdim/api/cluster_messages.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/api/look_messages.hpp"
#include "libdim/api/mac_messages.hpp"
#include "libdim/api/override_messages.hpp"
#include "libdim/api/pin_messages.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/api/push_messages.hpp"
#include "libdim/api/rename_messages.hpp"
#include "libdim/api/restart_messages.hpp"
#include "libdim/api/server_messages.hpp"
#include "libdim/api/source_messages.hpp"
#include "libdim/api/sync_messages.hpp"

/// One message of each kind for tests: full has every member, bare only those that must be.
namespace dim::api::samples {

inline model::MacAddress mac() { return *model::MacAddress::parse("52:54:00:01:01:01"); }
inline model::Ipv4Address address() { return *model::Ipv4Address::parse("10.1.0.11"); }
inline model::ComponentName blade() { return *model::ComponentName::parse("s01c1b01"); }
inline model::ImageName image() { return *model::ImageName::parse("granite"); }
inline model::Generation generation() { return *model::Generation::from_number(7); }
inline model::Timestamp time() { return *model::Timestamp::parse("2026-11-20T13:40:00.000250Z"); }

inline BootFailure boot_failure() {
    return {model::BootStage::mount_root,
            "mount: Connection refused",
            "mount -t nfs4 10.1.0.1:/blades/s01c1b01/granite /sysroot",
            111,
            3,
            4'500'000,
            {"nfs: server 10.1.0.1 not responding", "\"quoted\"\t\xc3\xa9"}};
}

inline BootRequest boot_request() {
    return {.mac = mac(),
            .architecture = model::Architecture::ppc64,
            .machine = "IBM,8844-AC1",
            .serial = "ZJ1234",
            .uuid = "00000000-0000-0000-0000-000000000001",
            .memory_bytes = std::uint64_t{4} << 30,
            .cpus = 4,
            .kernel = "6.1.0",
            .agent_version = "0.1.0",
            .attempt = 2,
            .agent_started_us = 1'200'000,
            .stages = {{model::BootStage::environment, 1'250'000},
                       {model::BootStage::network, 1'300'000}},
            .earlier_failures = {boot_failure()},
            .now_us = UINT64_MAX,
            .authorities = {{std::string(64, 'a'), std::string(64, 'b')}}};
}

inline BootRequest bare_boot_request() {
    BootRequest request = boot_request();
    request.serial.reset();
    request.uuid.reset();
    request.stages.clear();
    request.earlier_failures.clear();
    request.authorities.reset();
    return request;
}

inline BootPlan boot_plan() {
    return {.boot_id = "s01c1b01-17",
            .token = "0123456789abcdef0123456789abcdef",
            .blade = blade(),
            .image = image(),
            .generation = generation(),
            .root = {"10.1.0.1:/blades/s01c1b01/granite", "/", "rw,vers=4.1"},
            .shared = {{"10.1.0.1:/shared/granite/7/usr", "/usr", "ro,vers=4.1"}},
            .init = "/sbin/init",
            .heartbeat_seconds = 10};
}

inline StageReport stage_report() {
    return {"0123", {{model::BootStage::mount_shared, 2'000'000}}, 2'100'000};
}
inline FailureReport failure_report() {
    return {mac(), "s01c1b01-17", "0123", boot_failure(), 5'000'000};
}
inline FailureReport bare_failure_report() {
    FailureReport report = failure_report();
    report.boot_id.reset();
    report.token.reset();
    report.failure.system_errno.reset();
    report.failure.kernel_messages.clear();
    return report;
}
inline RunningReport running_report() { return {"0123", "/bin/busybox", 3'000'000, 3'500'000}; }
inline Heartbeat heartbeat() { return {"0123", 123'456'789, 42, 0.015625, 60'000'000, 10}; }
inline Heartbeat bare_heartbeat() {
    Heartbeat bare = heartbeat();
    bare.wait_seconds.reset();
    return bare;
}
inline SharedRoots shared_roots() {
    return {generation(), {{"10.1.0.1:/shared/granite/7/usr", "/usr", "ro,vers=4.1"}}};
}
inline HeartbeatAnswer heartbeat_answer() { return {shared_roots()}; }
inline MoveReport move_report() { return {"0123", generation(), "Stale file handle", 61'000'000}; }
inline MoveReport bare_move_report() { return {"0123", generation(), {}, 61'000'000}; }
inline EnrolmentRequest enrolment_request() {
    return {mac(), image(), generation(), "/bin/busybox", 3'000'000, 3'500'000};
}
inline Enrolment enrolment() { return {"s01c1b01-18", "0123456789abcdef0123456789abcdef"}; }

inline RestartProcess restart_process() {
    return {4711, "sshd", "ssh.service", "/usr/sbin/sshd", 2};
}
inline RestartProcess bare_restart_process() { return {4712, "busybox", {}, "/bin/busybox", 1}; }
inline Restarts restarts() {
    return {{restart_process(), bare_restart_process()}, 2, "no result within 8000 ms"};
}
inline RestartReport restart_report() { return {"0123", restarts(), 62'000'000}; }
inline RestartReport bare_restart_report() { return {"0123", {{}, 0, {}}, 62'000'000}; }
inline RestartQuery restart_query() { return {{blade()}}; }
inline BladeRestarts blade_restarts() {
    return {blade(), "known", restarts(), "6.1.0-dim", "6.1.1-dim"};
}
inline RestartList restart_list() {
    return {{blade_restarts(), {.blade = blade(), .state = "unchanged"}}};
}

inline MacPlace mac_place() { return {*model::ComponentName::parse("s01c1mm"), 3}; }
inline BladeMac blade_mac() {
    return {blade(),
            mac(),
            "bladecenter-snmp",
            mac_place(),
            time(),
            *model::MacAddress::parse("52:54:00:01:01:02"),
            "csv",
            "the cluster definition has another MAC for it"};
}
inline MacList mac_list() { return {7, {blade_mac(), {.blade = blade()}}}; }
inline LearnMacs learn_macs() {
    return {"bladecenter-snmp", {{blade(), mac(), mac_place()}, {.blade = blade()}}, 7};
}

inline BladeStatus blade_status() {
    return {.name = blade(),
            .type = model::BladeType::js21,
            .mac = mac(),
            .mac_source = "csv",
            .address = address(),
            .image = image(),
            .generation = generation(),
            .state = model::BladeState::failed,
            .stage = model::BootStage::plan,
            .cause = "no image is assigned",
            .cure = "dim dhcp assign s01c1b01 IMAGE",
            .since = time(),
            .last_heard = time(),
            .age_seconds = 0.1,
            .seconds = {.firmware = 1.5, .kernel = 2.25, .agent = 0.4, .init = 3.0}};
}
inline BladeStatus bare_blade_status() {
    return {.name = blade(),
            .type = model::BladeType::js20,
            .mac = mac(),
            .address = address(),
            .state = model::BladeState::unseen};
}

inline ChassisStatus chassis_status() {
    return {.module = *model::ComponentName::parse("s01c1mm"),
            .answered = time(),
            .age_seconds = 12.5,
            .health = "normal",
            .type = "8677-3XG",
            .serial = "KPEMU01",
            .label = "chassis 1",
            .bays = {{.bay = 1,
                      .blade = blade(),
                      .power = "off",
                      .power_since = time(),
                      .health = "good",
                      .type = "8842-21X",
                      .serial = "ZJ1",
                      .label = "SN#1"},
                     {.bay = 3, .problem = "bladePowerState is 9"}},
            .problem = "no answer within 2 s",
            .cure = "look at its cable"};
}

inline ClusterStatus cluster_status() {
    return {.server = *model::ComponentName::parse("is01"),
            .version = "0.1.0",
            .now = time(),
            .since = time(),
            .blades = {blade_status(), bare_blade_status()},
            .services = {{"dhcpd", true, 4711, std::nullopt, time()},
                         {"tftpd", false, std::nullopt, "it ended with status 1", std::nullopt}},
            .alerts = {{time(), time(), 3, "unknown-mac", "52:54:00:ff:ff:ff", "asked dhcpd",
                        "add the blade"},
                       {time(), time(), 1, "tls", "10.1.0.99", "no TLS", std::nullopt}},
            .disk = DiskStatus{"/var/lib/dim", "reserved", 1000, 400, 500, 300, 90.5},
            .chassis = {chassis_status(), {.module = *model::ComponentName::parse("s01c2mm")}}};
}

inline BladeStory blade_story() {
    return {blade_status(),
            {{time(), "dhcpd", std::nullopt, model::BootStage::firmware, "asks", {}},
             {time(), "agent", "s01c1b01-17", std::nullopt, "tries", {"one", "two"}}}};
}

inline ImportImage import_image() {
    return {image(),
            model::Architecture::ppc64,
            *model::MasterSource::parse("/srv/tree"),
            std::vector<std::string>{"usr", "opt"},
            "/sbin/init",
            std::uint64_t{1} << 28,
            {"/proc/*", "lost+found"},
            true,
            model::FileSystem::xfs};
}
inline ImageSummary image_summary() {
    return {image(),
            model::Architecture::ppc64,
            generation(),
            {"usr"},
            "/sbin/init",
            std::uint64_t{1} << 28,
            time(),
            4'800'000,
            56,
            {},
            model::FileSystem::ext4,
            {model::ConflictPolicy::keep, "- /etc/motd; /srv/app/", "passwd,group"}};
}
inline ImageList image_list() {
    ImageSummary bare = image_summary();
    bare.zimage_bytes.reset();
    return {{image_summary(), bare}};
}
inline TreeSummary tree_summary() {
    return {"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 145'000, 120'000,
            std::uint64_t{3} << 30};
}
inline ImageSource image_source() {
    return {*model::MasterSource::parse("ssh://root@master:2222/srv/tree"),
            {"/proc/*", "lost+found"},
            false};
}
inline UpdateImage update_image() {
    return {image(),
            image_source(),
            "security fixes",
            std::vector<std::string>{"usr", "srv"},
            std::vector<std::string>{"/etc/passwd"},
            true};
}
inline UpdateImage bare_update_image() { return {image(), {}, ""}; }
inline RollBackImage roll_back_image() { return {image(), generation(), ""}; }
inline CollectGenerations collect_generations() { return {image(), 3, false, true}; }
inline SetImage set_image() {
    return {image(), "/lib/systemd/systemd",           "4.2",         30,
            8,       model::ConflictPolicy::overwrite, "- /etc/motd", "none"};
}
inline SetImage bare_set_image() {
    return {.name = image(),
            .init = {},
            .nfs_version = {},
            .nfs_actimeo_seconds = {},
            .nfs_nconnect = {}};
}
inline LabelGeneration label_generation() { return {image(), generation(), "good"}; }
inline ImageGenerationList image_generation_list() {
    return {{{generation(),
              time(),
              "good",
              "/srv/tree",
              tree_summary().digest,
              tree_summary().digest,
              56,
              4,
              {"usr", "opt"},
              std::uint64_t{2} << 30,
              std::uint64_t{3} << 20,
              1 << 20}}};
}
inline ImageDetails image_details() {
    return {image_summary(),        tree_summary(), tree_summary(), std::uint64_t{3} << 30,
            std::uint64_t{1} << 28, {blade()},      image_source()};
}
inline ImageDetails bare_image_details() {
    ImageDetails bare = image_details();
    bare.shared_root.reset();
    bare.golden_image.reset();
    bare.blades.clear();
    bare.source.reset();
    return bare;
}
inline TreeDifference tree_difference() {
    return {R"(usr/lib/a\20name)", "content", {"size", "content", "modified"}};
}
inline ImageCheck image_check() {
    return {image(), generation(), tree_summary().digest, 145'000, 1, {tree_difference()}};
}
inline GenerationDifference generation_difference() {
    return {image(), generation(), generation(), 2, {tree_difference()}};
}
inline Blades blades() { return {{blade()}}; }
inline ImageOfBlades image_of_blades() { return {image(), {blade()}}; }
inline ResizeBladeImages resize_blade_images() {
    return {image(), {blade()}, std::uint64_t{2} << 30};
}
inline BladeImage blade_image() {
    return {blade(),         image(), generation(), "/var/lib/dim/blades/s01c1b01/granite.img",
            1 << 28,         1 << 20, true,         false,
            "it is damaged", true};
}
inline PinBlades pin_blades() { return {image(), generation(), {blade()}}; }
inline RenameImage rename_image() { return {image(), *model::ImageName::parse("slate")}; }
inline BladeImageList blade_image_list() {
    BladeImage bare = blade_image();
    bare.cause.reset();
    return {{blade_image(), bare}};
}
inline TrashedBladeImage trashed_blade_image() {
    return {blade(), image(), generation(), "/var/lib/dim/trash/s01c1b01-granite-3.img",
            1 << 28, 1 << 20, time(),       "deleted by an administrator",
            90'000,  514'800};
}
inline TrashList trash_list() {
    TrashedBladeImage bare = trashed_blade_image();
    bare.seconds_left.reset();
    return {{trashed_blade_image(), bare}, 7};
}
inline UnknownFile unknown_file() {
    return {image(), generation(), blade(), "/var/lib/dim/blades/s01c1b01/granite.img",
            "it is damaged"};
}
inline UnknownFileList unknown_file_list() {
    UnknownFile bare = unknown_file();
    bare.generation.reset();
    bare.blade.reset();
    bare.problem.reset();
    return {{unknown_file(), bare}};
}
inline AdoptImage adopt_image() { return {image(), model::Architecture::ppc64, "/sbin/init"}; }
inline Firewall firewall() {
    return {"table inet dim {\n\tchain \"x\" { }\n}\n", true, false, "nft is missing"};
}
inline Firewall bare_firewall() {
    Firewall bare = firewall();
    bare.cause.reset();
    return bare;
}
inline NfsExport nfs_export() { return {"/blades/s01c1b01/granite", "/mnt", "10.1.0.11", true}; }
inline NfsExportList nfs_export_list() { return {{nfs_export()}}; }
inline DhcpHost dhcp_host() {
    return {blade(), mac(), address(), image(), "granite/7/ppc64-01234567/zImage"};
}
inline DhcpHostList dhcp_host_list() {
    return {{dhcp_host(), {blade(), mac(), address(), std::nullopt, std::nullopt}}};
}
inline CertificateSummary certificate_summary() { return {std::string(64, 'c'), time(), time()}; }
inline AuthorityStatus authority_status() {
    return {
        certificate_summary(), certificate_summary(), {image()}, {blade()}, certificate_summary()};
}
inline AuthorityStatus bare_authority_status() {
    return {certificate_summary(), certificate_summary(), {}, {}, std::nullopt};
}
inline RotateAuthority rotate_authority() { return {true, false}; }
inline BuildBootFile build_boot_file() {
    return {image(), {"quiet", "dim.on-failure=reboot"}, "initrd"};
}
inline BootFile boot_file() {
    return {image(),   generation(),         "granite/7/ppc64-01234567/zImage",
            4'800'000, std::string(64, 'a'), "console=hvc0",
            "6.1.0"};
}
inline NameQuery name_query() { return {"s01c[1-4]b[01-14],-b3", "blade"}; }
inline NamedAddress named_address() {
    return {"s01c1b01", *model::ComponentName::parse("bootnet-s01"), address(),
            *model::Ipv6Address::parse("fd00:1::1:1")};
}
inline NamedComponent named_component() {
    return {blade(),
            *model::ComponentName::parse("b1"),
            "blade",
            *model::ComponentName::parse("s01"),
            {named_address()}};
}
inline NameList name_list() {
    NamedComponent bare = named_component();
    bare.server.reset();
    bare.addresses.front().address6.reset();
    return {{named_component(), bare}};
}
inline ClusterRevision cluster_revision() {
    return {12,
            time(),
            "applied: /root/new.xml",
            std::string(64, 'b'),
            2406,
            true,
            true,
            "<cluster name=\"x\">\n\t</cluster>\n"};
}
inline ClusterRevisionList cluster_revision_list() {
    ClusterRevision bare = cluster_revision();
    bare.xml.reset();
    bare.is_in_force = false;
    return {{cluster_revision(), bare}};
}
inline ClusterProposal cluster_proposal() { return {"<cluster/>", "new.xml", 3, 12}; }
inline ClusterChange cluster_change() {
    return {"changed", "s01c[1-4]b[01-14]", 56, "type js20 \xe2\x86\x92 js21"};
}
inline ClusterDifference cluster_difference() {
    return {12,
            {cluster_change()},
            56,
            {*model::ComponentName::parse("s01")},
            {{"dhcpd", "dhcpd.conf: 1 line new"}},
            {"b1: it runs"}};
}
inline Problem problem() {
    return {"urn:dim:error:not-found", "No such thing", 404, "there is no image granite",
            "dim image import"};
}
inline OverrideQuery override_query() { return {{blade()}, image(), "/etc/motd"}; }
inline OverrideFile override_file() {
    return {"/etc/motd",          "group/gpu/etc/motd",   "changed", false,
            {"cluster/etc/motd"}, "the blade changed it", time(),    "welcome\n"};
}
inline ImageOverrides image_overrides() {
    return {blade(), image(), {override_file()}, {{"built-in fstab", "switched off"}}, problem()};
}
inline OverrideList override_list() {
    OverrideFile bare = override_file();
    bare.note.reset();
    bare.written.reset();
    bare.text.reset();
    return {{image_overrides(), {blade(), image(), {bare}, {}, {}}}};
}
inline ApplyOverrides apply_overrides() { return {image(), {blade()}, true}; }
inline BladeQuestion blade_question() { return {blade(), image()}; }
inline BladeDifference blade_difference() {
    return {blade(),
            image(),
            generation(),
            3,
            {{"etc/hosts", "content", {"size", "content"}, "built-in hosts"},
             {R"(var/a\20name)", "created", {}, {}}}};
}
inline SourceDifference source_difference() {
    return {image(), generation(), "/srv/tree", 2, {tree_difference()}};
}
inline SourceDifferenceLine source_difference_line() {
    return {"looking", 1, 2, source_difference(), problem()};
}
inline BladeDifferenceLine blade_difference_line() {
    return {"look at the blade image", 3, 10, blade_difference(), problem()};
}
inline PathQuestion path_question() { return {blade(), image(), "/etc/motd"}; }
inline PathExplanation path_explanation() {
    return {.blade = blade(),
            .image = image(),
            .generation = generation(),
            .path = "/etc/motd",
            .part = "private",
            .state = "changed",
            .aspects = {"target", "mode"},
            .type = "symlink",
            .target = "../run/motd",
            .size = 12,
            .mode = "0644",
            .owner = 0,
            .group = 100,
            .modified = time(),
            .rule = "group/gpu/etc/motd",
            .written = time(),
            .pattern = "/etc/*"};
}
inline PathExplanation bare_path_explanation() {
    return {.blade = blade(),
            .image = image(),
            .generation = generation(),
            .path = "/usr/bin/true",
            .part = "shared",
            .state = "absent"};
}
inline BladeFileText blade_file_text() { return {"/etc/motd", "welcome\n"}; }
inline CheckBladeImages check_blade_images() { return {image(), {blade()}, true}; }
inline BladeImageCheck blade_image_check() {
    return {blade(), image(), time(), "damaged", "Inode 12 is a zero-length directory"};
}
inline BladeImageCheckList blade_image_check_list() {
    return {{blade_image_check(), {blade(), image(), time(), "clean", {}}}, 30};
}
inline SyncImage sync_image() {
    return {
        image(), generation(), {blade()}, true, model::ConflictPolicy::overwrite, {"- /etc/motd"},
        5};
}
inline SyncOutcome sync_outcome() {
    return {.blades = {blade()},
            .state = "synced",
            .from = generation(),
            .to = generation(),
            .created = 1,
            .changed = 2,
            .removed = 3,
            .conflict_count = 1,
            .conflicts = {{"/etc/motd", "it was changed here, and in the newer generation"}},
            .kept_out_count = 1,
            .kept_out = {{"/var/app", "- /var/app (cluster)"}},
            .merged = {"/etc/passwd"},
            .differences = {tree_difference()},
            .problem = problem()};
}
inline SyncReport sync_report() { return {image(), generation(), true, {sync_outcome()}}; }
inline SyncLine sync_line() { return {"sync s01c1b01", 1, 2, sync_report(), problem()}; }
inline SyncLogQuery sync_log_query() { return {image(), blade(), 20}; }
inline LoggedSync logged_sync() {
    return {.number = 14,
            .image = image(),
            .from = {generation()},
            .generation = generation(),
            .began = time(),
            .ended = time(),
            .by = "root",
            .options = "--overwrite",
            .blades = 5,
            .moved = 3,
            .failed = 1,
            .changed_paths = 12,
            .conflicts = 2,
            .kept_out = 4,
            .undoes = 13,
            .undone_by = 15,
            .outcome = sync_outcome(),
            .is_of_removed = true};
}
inline SyncConflictQuery sync_conflict_query() {
    return {image(), {blade()}, {"/etc/motd"}, true, true};
}
inline SyncConflict sync_conflict() {
    return {.blade = blade(),
            .image = image(),
            .path = "/etc/motd",
            .reason = "it was changed here, and in the newer generation",
            .older = generation(),
            .newer = generation(),
            .since = time(),
            .sides = SyncConflictSides{"file 0644 0:0 12 bytes, 5891b5b5", "nothing", "symlink"}};
}
inline SyncConflictList sync_conflict_list() {
    return {7, {sync_conflict()}, {{blade(), image(), 7}}};
}
inline ResolveConflicts resolve_conflicts() {
    return {image(), {blade()}, {"/etc/motd"}, "generation"};
}
inline UndoSync undo_sync() { return {image(), 14, true}; }
inline SyncLog sync_log() { return {{logged_sync()}}; }
inline model::Ipv4Endpoint server_endpoint() {
    return model::Ipv4Endpoint::parse("10.9.0.1:7444", 1).value();
}
inline InviteServer invite_server() { return {blade()}; }
inline ServerToken server_token() { return {blade(), "is01.00ff.MIIB", time()}; }
inline JoinCluster join_cluster() { return {"is01.00ff.MIIB", server_endpoint()}; }
inline JoinRequest join_request() {
    return {blade(), "00ff", "-----BEGIN PUBLIC KEY-----\n", server_endpoint()};
}
inline JoinAnswer join_answer() { return {"-----BEGIN CERTIFICATE-----\n"}; }
inline ServerSummary server_summary() {
    return {blade(), "member", server_endpoint(), time(), "no answer"};
}
inline OfferGeneration offer_generation() {
    return {.image = image_summary(),
            .label = "monday",
            .source = "is01: /srv/masters/granite",
            .changeset_bytes = 4096,
            .changeset_sha256 = std::string(64, 'a')};
}
inline IncomingGeneration incoming_generation() { return {.received_bytes = 2048}; }
inline SyncServers sync_servers() {
    return {.image = image(), .generation = generation(), .servers = {blade()}, .is_dry_run = true};
}
inline ServerSyncReport server_sync_report() {
    return {image(), generation(), true, {{blade(), "failed", generation(), 4096, problem()}}};
}
inline ServerSyncLine server_sync_line() {
    return {"is02: sent", 1, 2, server_sync_report(), problem()};
}
inline ServerList server_list() { return {{server_summary()}}; }
inline RolloutProposal rollout_proposal() {
    return {"<cluster/>", "/root/new.xml", 3, 7, {{blade(), 5}}};
}
inline MemberAnswer member_answer() { return {blade(), R"({"images":[]})", 240, problem()}; }
inline MemberAnswer bare_member_answer() { return {.server = blade()}; }
inline RunCommand run_command() { return {{blade()}, {"sh", "-c", "uname -n"}, image(), 60, 4}; }
inline RunCommand bare_run_command() { return {{}, {}, std::nullopt, 1, 1}; }
inline CommandResult command_result() {
    return {blade(), image(), 3, 9, problem(), "s01c1b01\n", true, 0.25};
}
inline CommandLine command_line() { return {"still at it", command_result(), "done"}; }
inline CommandLine bare_command_line() {
    return {std::nullopt, CommandResult{blade()}, std::nullopt};
}
inline JobLine job_line() { return {"copying", 3, 10, std::nullopt, problem()}; }
inline JobLine done_line() {
    return {std::nullopt, std::nullopt, std::nullopt, "image imported", std::nullopt};
}

}  // namespace dim::api::samples
