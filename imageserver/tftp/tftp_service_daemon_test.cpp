#include "imageserver/service/child_supervisor.hpp"
#include "imageserver/tftp/tftp_service.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/process_privileges_for_tests.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/own_network.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// A real in.tftpd in a network namespace of this process's own, on an address that is not the
/// loopback interface's: those alone it does not take.
class TftpServiceDaemonTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        static const dim::testing::OwnNetwork network;
        ASSERT_TRUE(network.is_made()) << "run it as root";
        for (const std::string words :
             {"link set lo up", "link add boot0 type veth peer name wire0",
              "address add 10.1.0.1/24 dev boot0", "link set boot0 up", "link set wire0 up"}) {
            const auto result = sys::run({"/bin/sh", "-c", "ip " + words}, 10s);
            ASSERT_TRUE(result && result->status.is_success()) << words << result->output;
        }
    }
    TftpServiceDaemonTest() {
        // As TMPDIR's parents are for everybody, in.tftpd's user can come here.
        EXPECT_TRUE(sys::chmod(directory_.path(), 0755));
        EXPECT_TRUE(sys::ensure_directory(directory_ / "boot/granite"));
        EXPECT_TRUE(sys::write_file_atomically(directory_ / "boot/granite/zImage", kernel_));
        EXPECT_TRUE(sys::write_file_atomically(directory_ / "secret", "secret"));
    }
    ~TftpServiceDaemonTest() override { EXPECT_TRUE(supervisor_->stop("tftpd")); }

    std::unique_ptr<ChildSupervisor> make_supervisor() {
        return ChildSupervisor::create({.run_directory = directory_ / "run", .on_change = {}})
            .value();
    }
    TftpService make_service(ServiceControl& control, std::uint32_t address = 0x0a010001) {
        return TftpService(control, {.boot_directory = directory_ / "boot",
                                     .directory = directory_ / "tftpd",
                                     .address = model::Ipv4Address(address)});
    }
    /// What curl says, as a client of its own; --path-as-is: it must not tidy up the name for us.
    sys::RunResult fetch(const std::string& file) {
        const auto result = sys::run({"curl", "--silent", "--show-error", "--path-as-is",
                                      "--max-time", "10", "--tftp-blksize", "1468", "--output",
                                      directory_ / "fetched", "tftp://10.1.0.1/" + file},
                                     20s);
        EXPECT_TRUE(result) << to_string(result.error());
        return result.value_or(sys::RunResult{});
    }

    dim::testing::TemporaryDirectory directory_;
    std::string kernel_ = std::string(300'000, 'k') + "end";
    std::unique_ptr<ChildSupervisor> supervisor_ = make_supervisor();
    TftpService service_ = make_service(*supervisor_);
};

TEST_F(TftpServiceDaemonTest, RefusesWhatIsOutsideOrMissing) {
    ASSERT_TRUE(service_.start());
    ASSERT_TRUE(fetch("granite/zImage").status.is_success()) << "it serves what is there";
    ASSERT_TRUE(sys::unlink(directory_ / "fetched"));
    ASSERT_TRUE(sys::chmod(directory_ / "secret", 0644)) << "no mode keeps it";
    for (const std::string& file :
         {std::string("missing"), std::string("../secret"), std::string("granite/../../secret"),
          "/" + (directory_ / "secret"), std::string("//etc/passwd")}) {
        EXPECT_FALSE(fetch(file).status.is_success()) << file;
        const auto fetched = sys::read_file(directory_ / "fetched");
        EXPECT_TRUE(!fetched || fetched->empty()) << file << ": " << *fetched;
    }
}

TEST_F(TftpServiceDaemonTest, TakesNoFiles) {
    ASSERT_TRUE(service_.start());
    // No directory's mode is the reason; a file is taken only over one that everybody may write,
    // and boot files are 0644.
    ASSERT_TRUE(sys::chmod(directory_ / "boot/granite", 0777));
    for (const std::string& name : {std::string("zImage"), std::string("new")}) {
        const auto sent =
            sys::run({"curl", "--silent", "--show-error", "--max-time", "10", "--upload-file",
                      directory_ / "secret", "tftp://10.1.0.1/granite/" + name},
                     20s);
        ASSERT_TRUE(sent);
        EXPECT_FALSE(sent->status.is_success()) << name;
    }
    EXPECT_EQ(sys::list_names(directory_ / "boot/granite").value(),
              std::vector<std::string>{"zImage"});
    // It answers there, and what was sent is not what is there.
    EXPECT_TRUE(fetch("granite/zImage").status.is_success());
    EXPECT_EQ(sys::read_file(directory_ / "fetched").value(), kernel_);
}

TEST_F(TftpServiceDaemonTest, ServesABootFile) {
    const auto started = service_.start();
    ASSERT_TRUE(started) << to_string(started.error());
    const sys::RunResult result = fetch("granite/zImage");
    EXPECT_TRUE(result.status.is_success()) << result.output;
    EXPECT_EQ(sys::read_file(directory_ / "fetched").value(), kernel_);
}

TEST_F(TftpServiceDaemonTest, ReadsWithoutPrivileges) {
    ASSERT_TRUE(service_.start());
    ASSERT_TRUE(fetch("granite/zImage").status.is_success());
    ASSERT_TRUE(sys::chmod(directory_ / "boot/granite/zImage", 0600));
    EXPECT_FALSE(fetch("granite/zImage").status.is_success());
}

TEST_F(TftpServiceDaemonTest, MayDoNothingButTakeItsPortAndGiveUpRoot) {
    ASSERT_TRUE(service_.start());
    const sys::ProcessPrivileges seen = sys::privileges_of(service_.status().pid.value());
    EXPECT_EQ(seen.bounding,
              sys::capability_set({sys::Capability::net_bind_service, sys::Capability::sys_chroot,
                                   sys::Capability::setuid, sys::Capability::setgid}));
    EXPECT_EQ(seen.effective & ~seen.bounding, 0U);
    EXPECT_EQ(seen.other_groups, "");
    EXPECT_TRUE(seen.no_new_privileges);
    EXPECT_TRUE(fetch("granite/zImage").status.is_success());
}

TEST_F(TftpServiceDaemonTest, SurvivesUsAndIsAdopted) {
    ASSERT_TRUE(service_.start());
    const auto pid = service_.status().pid;
    const auto next = make_supervisor();
    TftpService service = make_service(*next);
    ASSERT_TRUE(service.start());
    EXPECT_EQ(service.status().pid, pid);
    EXPECT_TRUE(pid.has_value());
}

TEST_F(TftpServiceDaemonTest, SaysThatItsPortIsTaken) {
    ASSERT_TRUE(service_.start());
    const auto other =
        ChildSupervisor::create({.run_directory = directory_ / "other-run", .on_change = {}})
            .value();
    TftpService service = make_service(*other);
    const auto refused = service.start();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("perhaps port 69 of 10.1.0.1 is in use"));
    EXPECT_TRUE(other->stop("tftpd"));
}

TEST_F(TftpServiceDaemonTest, SaysThatItsAddressIsMissing) {
    TftpService service = make_service(*supervisor_, 0x0a020001);
    const auto refused = service.start();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(),
                HasSubstr("no network interface of this machine has the address 10.2.0.1"));
}

}  // namespace
}  // namespace dim::server
