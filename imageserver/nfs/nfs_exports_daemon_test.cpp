#include "imageserver/image/image_store_test_fixture.hpp"
#include "imageserver/nfs/ganesha_server.hpp"
#include "imageserver/nfs/ganesha_service.hpp"
#include "imageserver/nfs/nfs_exports.hpp"
#include "imageserver/nfs/nfsd_server.hpp"
#include "imageserver/service/child_supervisor.hpp"
#include "imageserver/service/configured_service.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/netlink.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/process.hpp"
#include "libdim/sys/process_privileges_for_tests.hpp"
#include "libdim/testing/source_directory.hpp"

#include <csignal>
#include <cstring>
#include <ctime>
#include <set>
#include <thread>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::AnyOf;
using testing::blade_name;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::run;
using testing::value_of;

constexpr const char* kServer = "10.1.0.1";
constexpr const char* kFirstBlade = "10.1.0.11";
constexpr const char* kSecondBlade = "10.1.0.12";
constexpr const char* kUnknownHost = "10.1.0.99";
constexpr const char* kOutside = "10.2.0.5";

model::Ipv4Address address(const char* text) { return value_of(model::Ipv4Address::parse(text)); }

/// A network of our own, with the server's and everybody's address on its loopback interface, and a
/// cache of what block devices hold.
void enter_own_world() {
    static const bool is_done = [] {
        if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0)
            throw std::runtime_error("unshare: needs root");
        run({"mount", "--make-rslave", "/"});
        value_of(sys::ensure_directory("/run/blkid"));
        run({"mount", "-t", "tmpfs", "blkid", "/run/blkid"});
        constexpr int kLoopback = 1;
        value_of(sys::set_link_up(kLoopback));
        for (const char* host : {kServer, kFirstBlade, kSecondBlade, kUnknownHost, kOutside})
            value_of(sys::add_address(kLoopback, address(host).value(), 32));
        return true;
    }();
    static_cast<void>(is_done);
}

/// An NFS client with an address of its own, and a port as that of root or of a user there.
class [[nodiscard]] Client {
public:
    explicit Client(const char* host, const char* port = "reserved") : host_(host), port_(port) {}

    std::string list(const std::string& path) const { return call({"ls", path}); }
    std::string read(const std::string& path) const { return call({"cat", path}); }
    std::string copy(const std::string& file, const std::string& path) const {
        return call({"put", file, path});
    }
    std::string fetch(const std::string& path, const std::string& file) const {
        return call({"cat", path}, " > " + file);
    }
    /// Reads PATH into OUTPUT, as fast as that is emptied.
    sys::Process begin_read(const std::string& path, const sys::Fd& output) const {
        return value_of(sys::spawn({.arguments = {"sh", "-c", "exec " + command({"cat", path})},
                                    .standard_output = &output}));
    }
    /// The minor versions of NFSv4 that are offered.
    std::string versions() const { return std::string(trim(call({"versions"}))); }
    std::string make_link(const std::string& path, const std::string& target) const {
        return call({"link", target, path});
    }
    std::string read_link(const std::string& path) const {
        return std::string(trim(call({"readlink", path})));
    }
    /// The file handle of PATH, in hexadecimal.
    std::string handle(const std::string& path) const {
        return std::string(trim(call({"handle", path})));
    }
    /// What is listed by each of the handles, one a line.
    std::vector<std::string> list_handles(const std::string& handles,
                                          const std::string& scratch) const {
        testing::write(scratch, handles);
        const std::string listing = call({"list"}, " < " + scratch);
        std::vector<std::string> lines;
        for (const std::string_view line : split(trim(listing), '\n'))
            lines.emplace_back(line);
        return lines;
    }

private:
    std::string command(const std::vector<std::string>& words) const {
        std::string text = dim::testing::source_directory() +
                           "/imageserver/nfs/nfs_client.py --from " + std::string(host_) +
                           " --port " + port_ + " " + kServer;
        for (const std::string& word : words)
            text += " " + word;
        return text;
    }
    std::string call(const std::vector<std::string>& words, const std::string& ends = "") const {
        const auto result =
            value_of(sys::run({"sh", "-c", command(words) + ends}, std::chrono::seconds(20)));
        return result.status.is_success() ? result.output : "FAILED: " + result.output;
    }
    const char* host_;
    const char* port_;
};

std::string read_to_end(const sys::Fd& pipe_end) {
    std::string text;
    std::string chunk(64 * 1024, '\0');
    while (const std::size_t count = value_of(sys::read(pipe_end, chunk)))
        text.append(chunk, 0, count);
    return text;
}

MATCHER(Refused, "is refused") { return arg.starts_with("FAILED"); }

class NfsServer : public testing::ImageStoreTest {
protected:
    NfsServer() {
        enter_own_world();
        import();
        for (const char* blade : {"s01c1b01", "s01c1b02"}) {
            create(blade);
            value_of(store->set_exported(blade_name(blade), granite, true));
        }
        nfs.set_clients({.bootnet = value_of(model::Ipv4Network::parse("10.1.0.0/24")),
                         .blades = {{blade_name("s01c1b01"), address(kFirstBlade)},
                                    {blade_name("s01c1b02"), address(kSecondBlade)},
                                    {blade_name("s01c1b03"), address(kUnknownHost)}}});
        value_of(nfs.apply());
    }
    ~NfsServer() override {
        static_cast<void>(supervisor->stop("ganesha"));
        if (HasFailure()) {
            const auto log = sys::read_file(ganesha_directory + "/ganesha.log");
            std::fprintf(stderr, "%s\n", log ? log->c_str() : "no log");
        }
    }

    Database& nfs_database() {
        second = std::make_unique<Database>(value_of(Database::open(
            directory / "nfs.db", testing::with_image_migrations({&kNfsMigration, 1}))));
        return *second;
    }
    std::uint32_t pid() const { return *supervisor->status("ganesha").pid; }

    std::unique_ptr<Database> second;
    const std::string ganesha_directory = state + "/services/ganesha";
    std::unique_ptr<ChildSupervisor> supervisor =
        value_of(ChildSupervisor::create({.run_directory = directory / "run",
                                          .first_delay = std::chrono::milliseconds(10),
                                          .on_change = {}}));
    GaneshaServer ganesha{*supervisor, nfs_database(), address(kServer), ganesha_directory};
    NfsdServer nfsd{{.root = state + "/mounts", .address = address(kServer)}};
    NfsExports nfs{*store, {.ganesha = ganesha, .nfsd = nfsd}};
    const Client first_blade{kFirstBlade};
    const Client second_blade{kSecondBlade};
    const Client unknown{kUnknownHost};
    const Client outside{kOutside};
    const std::string first_path = "/blades/s01c1b01/granite";
    const std::string second_path = "/blades/s01c1b02/granite";
    const std::string shared_path = "/shared/granite/1";
};

TEST_F(NfsServer, GivesABladeItsOwnImageAndNobodyElse) {
    EXPECT_EQ(first_blade.read(first_path + "/etc/hostname"), "s01c1b01\n");
    EXPECT_EQ(second_blade.read(second_path + "/etc/hostname"), "s01c1b02\n");
    testing::write(directory / "file", "from the blade");
    EXPECT_THAT(first_blade.copy(directory / "file", first_path + "/var/file"), Not(Refused()));
    const std::string mounted = store->mount_point(blade_name("s01c1b01"), granite);
    EXPECT_EQ(value_of(sys::read_file(mounted + "/var/file")), "from the blade");

    EXPECT_THAT(first_blade.list(second_path), Refused());
    EXPECT_THAT(second_blade.read(first_path + "/etc/hostname"), Refused());
    for (const Client& stranger : {unknown, outside}) {
        EXPECT_THAT(stranger.list(first_path), Refused());
        EXPECT_THAT(stranger.list("/blades/s01c1b01"), Not(HasSubstr("granite")));
    }
}

TEST_F(NfsServer, MayDoNothingButWhatFilesNeed) {
    const sys::ProcessPrivileges seen = sys::privileges_of(pid());
    EXPECT_EQ(seen.bounding,
              sys::capability_set({sys::Capability::chown, sys::Capability::dac_override,
                                   sys::Capability::dac_read_search, sys::Capability::fowner,
                                   sys::Capability::fsetid, sys::Capability::mknod,
                                   sys::Capability::setuid, sys::Capability::setgid}));
    EXPECT_EQ(seen.effective & ~seen.bounding, 0U);
    EXPECT_EQ(seen.other_groups, "");
    EXPECT_TRUE(seen.no_new_privileges);
    // Of the distribution's own files some are closed to all but their owner, who is not root.
    const std::string var = store->mount_point(blade_name("s01c1b01"), granite) + "/var";
    testing::write(var + "/closed", "the user's own");
    value_of(sys::chmod(var + "/closed", 0600));
    run({"chown", "1000:1000", var + "/closed"});
    EXPECT_EQ(first_blade.read(first_path + "/var/closed"), "the user's own");
}

TEST_F(NfsServer, LetsABladeUseLinksThatLeadNobodyOnTheServer) {
    const std::string victim = directory / "victim";
    const std::string mounted = store->mount_point(blade_name("s01c1b01"), granite);
    EXPECT_EQ(first_blade.make_link(first_path + "/etc/app.conf", victim), "");
    EXPECT_EQ(first_blade.make_link(first_path + "/etc/name", "hostname"), "");
    EXPECT_EQ(first_blade.read_link(first_path + "/etc/app.conf"), victim);
    EXPECT_EQ(first_blade.read_link(first_path + "/var/dangling"), "nowhere");
    EXPECT_EQ(first_blade.read_link(first_path + "/etc/name"), "hostname");
    EXPECT_EQ(first_blade.read_link(shared_path + "/usr/lib/root"), "/");

    EXPECT_EQ(value_of(sys::read_link(mounted + "/etc/app.conf")), victim);
    const auto written = sys::open(mounted + "/etc/app.conf", O_WRONLY | O_TRUNC);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().system_errno(), ELOOP);
    EXPECT_EQ(value_of(sys::read_file(victim)), "untouched");
}

TEST_F(NfsServer, SharesReadOnlyWithTheBootnetAlone) {
    testing::write(directory / "file", "from the blade");
    for (const Client& blade : {first_blade, second_blade}) {
        EXPECT_EQ(blade.read(shared_path + "/usr/bin/tool"), "tool");
        EXPECT_THAT(blade.copy(directory / "file", shared_path + "/usr/bin/new"), Refused());
    }
    EXPECT_FALSE(sys::stat(store->shared_directory(granite, first) + "/usr/bin/new"));
    EXPECT_THAT(outside.list(shared_path), Refused());
}

TEST_F(NfsServer, RefusesAUserOfABladeWhoClaimsToBeRoot) {
    const Client user(kFirstBlade, "any");
    testing::write(directory / "file", "from a user");
    for (const std::string& path : {first_path, shared_path}) {
        EXPECT_THAT(first_blade.list(path), Not(Refused()));
        EXPECT_THAT(user.list(path), Refused()) << path;
    }
    EXPECT_THAT(user.read(first_path + "/etc/hostname"), Refused());
    EXPECT_THAT(user.copy(directory / "file", first_path + "/etc/hostname"), Refused());
    // Nor does a handle help that root of the blade was given.
    const std::string handle = first_blade.handle(first_path + "/etc");
    EXPECT_THAT(first_blade.list_handles(handle + "\n", directory / "handles").front(),
                HasSubstr("hostname"));
    EXPECT_THAT(user.list_handles(handle + "\n", directory / "handles").front(),
                ::testing::StartsWith("refused"));
}

TEST_F(NfsServer, OffersNoVersionThatNobodyNeeds) { EXPECT_EQ(first_blade.versions(), "1 2"); }

TEST_F(NfsServer, ShowsAtOnceWhatTheServerChanges) {
    const std::string shared = store->shared_directory(granite, first) + "/usr/bin";
    const std::string own = store->mount_point(blade_name("s01c1b01"), granite) + "/etc";
    EXPECT_EQ(first_blade.read(shared_path + "/usr/bin/tool"), "tool");
    EXPECT_EQ(first_blade.read(first_path + "/etc/hostname"), "s01c1b01\n");
    for (const std::string& round :
         {std::string("one"), std::string("two"), std::string("three")}) {
        testing::write(shared + "/tool.new", round);
        value_of(sys::rename(shared + "/tool.new", shared + "/tool"));
        EXPECT_EQ(first_blade.read(shared_path + "/usr/bin/tool"), round);
        testing::write(shared + "/added-" + round, round);
        EXPECT_THAT(first_blade.list(shared_path + "/usr/bin"), HasSubstr("added-" + round));
        testing::write(own + "/hostname", round);
        EXPECT_EQ(first_blade.read(first_path + "/etc/hostname"), round);
    }
}

TEST_F(NfsServer, OffersAnotherImageWithoutDisturbingTheOthers) {
    const std::uint32_t before = pid();
    // A transfer that has begun, and that ends only after the change: a pipe holds far less.
    const std::string large(std::size_t{4} << 20, 'x');
    testing::write(store->mount_point(blade_name("s01c1b01"), granite) + "/var/large", large);
    sys::Pipe pipe = value_of(sys::pipe());
    sys::Process transfer = first_blade.begin_read(first_path + "/var/large", pipe.write_end);
    pipe.write_end.reset();
    const sys::Deadline deadline = sys::Deadline::in(std::chrono::seconds(60));
    value_of(sys::poll(pipe.read_end, sys::Readiness::readable, deadline));
    create("s01c1b03");
    value_of(store->set_exported(blade_name("s01c1b03"), granite, true));
    const std::int64_t start = sys::monotonic_us();
    value_of(nfs.apply());
    RecordProperty("apply_us", std::to_string(sys::monotonic_us() - start));
    EXPECT_EQ(value_of(transfer.try_wait()), std::nullopt) << "it was over before the change";
    EXPECT_TRUE(read_to_end(pipe.read_end) == large);
    EXPECT_TRUE(value_of(transfer.wait(deadline)).is_success());
    EXPECT_EQ(unknown.read("/blades/s01c1b03/granite/etc/hostname"), "s01c1b03\n");
    EXPECT_EQ(pid(), before);
}

TEST_F(NfsServer, OffersTheSharedRootThatABladeHasMountedUntilItBoots) {
    testing::write(tree + "/usr/bin/tool", "second");
    value_of(store->update_image(
        {.name = granite,
         .source = api::ImageSource{.source = value_of(model::MasterSource::parse(tree)),
                                    .exclude = {},
                                    .one_file_system = false},
         .label = ""},
        quiet()));
    const auto change = value_of(store->find_change(granite, first, number(2)));
    for (const std::string_view blade : {"s01c1b01", "s01c1b02"})
        value_of(store->move_blade_image(
            {.blade = blade_name(blade), .kept_out = {}, .is_held = blade == "s01c1b01"}, *change));
    value_of(nfs.apply());
    EXPECT_EQ(first_blade.read(shared_path + "/usr/bin/tool"), "tool");
    EXPECT_EQ(first_blade.read("/shared/granite/2/usr/bin/tool"), "second");
    value_of(store->release_generations(blade_name("s01c1b01")));
    value_of(nfs.apply());
    EXPECT_THAT(first_blade.read(shared_path + "/usr/bin/tool"), Refused());
    EXPECT_EQ(first_blade.read("/shared/granite/2/usr/bin/tool"), "second");
}

TEST_F(NfsServer, WithdrawsAnImageSoThatItCanBeDeleted) {
    value_of(store->set_exported(blade_name("s01c1b02"), granite, false));
    value_of(nfs.apply());
    EXPECT_THAT(second_blade.list(second_path), Refused());
    EXPECT_EQ(first_blade.read(first_path + "/etc/hostname"), "s01c1b01\n");
    value_of(store->delete_blade_image(blade_name("s01c1b02"), granite));
    create("s01c1b02");
    EXPECT_FALSE(nfs.ensure_served(blade_name("s01c1b02"), granite));
    value_of(store->set_exported(blade_name("s01c1b02"), granite, true));
    value_of(nfs.ensure_served(blade_name("s01c1b02"), granite));
    EXPECT_EQ(second_blade.read(second_path + "/etc/hostname"), "s01c1b02\n");
}

TEST_F(NfsServer, ServesTheFileThatReplacedALostOne) {
    const std::string file = blade_file("s01c1b02");
    run({"cp", "--sparse=always", file, file + ".copy"});
    run({"tune2fs", "-U", "random", file + ".copy"});
    value_of(sys::unlink(file));
    const auto missing = nfs.ensure_served(blade_name("s01c1b02"), granite);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::not_found);
    value_of(sys::rename(file + ".copy", file));
    value_of(nfs.ensure_served(blade_name("s01c1b02"), granite));
    EXPECT_EQ(value_of(store->mount_state(blade_name("s01c1b02"), granite)), MountState::mounted);
    const std::string mounted = store->mount_point(blade_name("s01c1b02"), granite);
    testing::write(mounted + "/var/new", "in the new file");
    EXPECT_EQ(second_blade.read(second_path + "/var/new"), "in the new file");
    EXPECT_EQ(first_blade.read(first_path + "/etc/hostname"), "s01c1b01\n");
}

TEST_F(NfsServer, ServesAgainWhatSomebodyUnmounted) {
    const std::string mounted = store->mount_point(blade_name("s01c1b02"), granite);
    value_of(sys::umount(mounted, MNT_DETACH));
    value_of(nfs.ensure_served(blade_name("s01c1b02"), granite));
    testing::write(mounted + "/var/new", "seen");
    EXPECT_EQ(second_blade.read(second_path + "/var/new"), "seen");
}

TEST_F(NfsServer, NeverShowsTheServersOwnDiskWhereAnImageIsNotMounted) {
    value_of(supervisor->stop("ganesha"));
    value_of(store->unmount(blade_name("s01c1b02"), granite));
    value_of(supervisor->start(ganesha_service(ganesha_directory, address(kServer)).service));
    testing::write(directory / "file", "from the blade");
    second_blade.copy(directory / "file", second_path + "/file");
    EXPECT_THAT(second_blade.list(second_path), Not(HasSubstr("etc")));
    // Below what covers the mount points there is the disk.
    const std::string mounts = state + "/mounts";
    value_of(sys::umount(mounts, MNT_DETACH));
    EXPECT_THAT(value_of(sys::list_names(mounts)), ::testing::IsEmpty());
}

TEST_F(NfsServer, OffersAnImageThatWasNotMountedWhenItStarted) {
    value_of(supervisor->stop("ganesha"));
    value_of(store->unmount(blade_name("s01c1b02"), granite));
    value_of(supervisor->start(ganesha_service(ganesha_directory, address(kServer)).service));
    value_of(nfs.ensure_served(blade_name("s01c1b02"), granite));
    EXPECT_THAT(second_blade.list(second_path + "/etc"), HasSubstr("hostname"));
    EXPECT_THAT(first_blade.list(first_path + "/etc"), HasSubstr("hostname"));
}

TEST_F(NfsServer, AsksAnImageWhatItIsNotACacheOfItsDevices) {
    const auto uuid_of = [&](const char* blade) {
        const std::string file = blade_file(blade);
        return std::string(
            trim(value_of(sys::run({"blkid", "-p", "-o", "value", "-s", "UUID", file},
                                   std::chrono::seconds(10)))
                     .output));
    };
    const std::string mounted = store->mount_point(blade_name("s01c1b02"), granite);
    const std::string device = std::string(trim(
        value_of(sys::run({"findmnt", "-n", "-o", "SOURCE", mounted}, std::chrono::seconds(10)))
            .output));
    ASSERT_THAT(device, ::testing::StartsWith("/dev/loop"));
    ASSERT_NE(uuid_of("s01c1b01"), uuid_of("s01c1b02"));
    value_of(supervisor->stop("ganesha"));
    // As if the device had had the first blade's image a moment ago.
    testing::write("/run/blkid/blkid.tab",
                   "<device DEVNO=\"0x07" +
                       to_hex(std::string(1, static_cast<char>(std::stoi(
                                                 device.substr(std::strlen("/dev/loop")))))) +
                       "\" TIME=\"" + std::to_string(std::time(nullptr)) + ".0\" UUID=\"" +
                       uuid_of("s01c1b01") + "\" TYPE=\"ext4\">" + device + "</device>\n");
    value_of(supervisor->start(ganesha_service(ganesha_directory, address(kServer)).service));
    EXPECT_EQ(first_blade.read(first_path + "/etc/hostname"), "s01c1b01\n");
    EXPECT_EQ(second_blade.read(second_path + "/etc/hostname"), "s01c1b02\n");
}

/// An inode number or generation as ext4 writes it into a file handle on this machine.
std::string handle_number(std::uint32_t value) {
    return to_hex(std::string_view(reinterpret_cast<const char*>(&value), sizeof value));
}

/// HANDLE, of a file with the inode REAL, forged to be any of the first inodes; generation 0 stands
/// for every generation.
std::string forge_inodes(const std::string& handle, std::uint64_t real) {
    const std::size_t place = handle.find(handle_number(static_cast<std::uint32_t>(real)));
    EXPECT_NE(place, handle.npos) << handle;
    std::string forged;
    for (std::uint32_t inode = 2; place != handle.npos && inode < 1000; ++inode)
        forged += handle.substr(0, place) + handle_number(inode) + "00000000" +
                  handle.substr(place + 16) + "\n";
    return forged;
}

TEST_F(NfsServer, ShowsAForgedHandleNothingButTheSharedRoot) {
    const std::string shared = store->shared_directory(granite, first);
    const std::string forged = forge_inodes(first_blade.handle(shared_path + "/usr/bin"),
                                            value_of(sys::stat(shared + "/usr/bin")).inode);
    std::set<std::string> found;
    for (const std::string& listing : first_blade.list_handles(forged, directory / "handles"))
        if (!listing.starts_with("refused")) found.insert(listing);
    // The forgery works: it finds what the blade may see anyway.
    EXPECT_THAT(found, ::testing::IsSupersetOf({"bin lib", "tool"}));
    // It finds neither the server's own disk nor another image.
    for (const std::string& listing : found)
        EXPECT_THAT(listing, Not(AnyOf(HasSubstr("images"), HasSubstr("etc"), HasSubstr("dim.db"),
                                       HasSubstr("granite"), HasSubstr("hostname"))));
}

TEST_F(NfsServer, RefusesAHandleThatNamesAnotherFileSystemOrExport) {
    const std::string own = second_blade.handle(second_path + "/etc");
    const std::string other = first_blade.handle(first_path + "/etc");
    ASSERT_EQ(own.size(), other.size());
    // Both at once, and each byte of the other's in its own handle, one and several at a time.
    std::string handles = own + "\n" + other + "\n";
    for (std::size_t begin = 0; begin < own.size(); begin += 2)
        for (std::size_t end = begin + 2; end <= own.size(); end += 2) {
            std::string forged = own;
            forged.replace(begin, end - begin, other, begin, end - begin);
            handles += forged + "\n";
        }
    testing::write(store->mount_point(blade_name("s01c1b01"), granite) + "/etc/secret", "");
    const auto listings = second_blade.list_handles(handles, directory / "handles");
    EXPECT_THAT(listings.front(), HasSubstr("hostname"));
    for (const std::string& listing : listings)
        EXPECT_THAT(listing, Not(HasSubstr("secret")));
}

TEST_F(NfsServer, ServesAgainAfterItWasKilled) {
    EXPECT_THAT(first_blade.list(first_path), HasSubstr("etc"));
    const std::uint32_t before = pid();
    ASSERT_EQ(::kill(static_cast<pid_t>(before), SIGKILL), 0);
    const sys::Deadline deadline = sys::Deadline::in(std::chrono::seconds(10));
    while (!supervisor->status("ganesha").is_running || pid() == before) {
        ASSERT_FALSE(deadline.has_passed());
        static_cast<void>(sys::poll(supervisor->event_fd(), sys::Readiness::readable,
                                    sys::Deadline::in(std::chrono::milliseconds(100))));
        value_of(supervisor->handle_events());
    }
    value_of(nfs.apply());
    EXPECT_THAT(first_blade.list(first_path), HasSubstr("etc"));
    EXPECT_THAT(second_blade.list(first_path), Refused());
}

}  // namespace
}  // namespace dim::server
