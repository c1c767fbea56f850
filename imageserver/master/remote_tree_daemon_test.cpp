#include "imageserver/master/master_fixture.hpp"
#include "libdim/sys/process.hpp"
#include "libdim/testing/own_network.hpp"

#include <csignal>
#include <memory>
#include <optional>

namespace dim::server {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr const char* kPort = "2222";

/// A real sshd with keys of its own, in a network namespace of its own.
class RemoteMasterTest : public MasterTest {
protected:
    static void SetUpTestSuite() {
        static const dim::testing::OwnNetwork network;
        ASSERT_TRUE(network.is_made()) << "needs root";
        MasterTest::SetUpTestSuite();
        run_script(
            "ip link set lo up; mkdir -p /run/sshd; mount -t tmpfs -o mode=0755 none /run/sshd");
    }
    RemoteMasterTest() {
        run_script("cd '" + directory.path() + R"sh(' && mkdir keys && chmod 700 keys && cd keys
ssh-keygen -q -t ed25519 -N '' -f host && ssh-keygen -q -t ed25519 -N '' -f ours
cp ours.pub authorized
echo "[127.0.0.1]:2222 $(cut -d' ' -f1,2 host.pub)" >known
cat >sshd <<END
ListenAddress 127.0.0.1:2222
HostKey $PWD/host
AuthorizedKeysFile $PWD/authorized
PidFile none
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
END
cat >ssh <<END
Host *
IdentityFile $PWD/ours
IdentitiesOnly yes
UserKnownHostsFile $PWD/known
GlobalKnownHostsFile /dev/null
END
)sh");
        settings.ssh_options = {"-F", directory / "keys/ssh"};
        start();
    }
    ~RemoteMasterTest() override { stop(); }

    /// Returns when it listens: it says so.
    void start() {
        sys::Pipe errors = value_of(sys::pipe());
        sshd.emplace(value_of(
            sys::spawn({.arguments = {"/usr/sbin/sshd", "-D", "-e", "-f", directory / "keys/sshd"},
                        .standard_error = &errors.write_end})));
        errors.write_end.reset();
        std::string said;
        std::array<char, 1024> buffer{};
        while (!said.contains("Server listening on")) {
            const std::size_t count = value_of(sys::read(errors.read_end, buffer));
            ASSERT_NE(count, 0U) << said;
            said.append(buffer.data(), count);
        }
        log = std::move(errors.read_end);
    }
    void stop() {
        if (!sshd) return;
        static_cast<void>(sshd->kill(SIGTERM));
        static_cast<void>(sshd->wait(sys::Deadline::in(std::chrono::seconds(10))));
        sshd.reset();
    }
    std::string source(const std::string& path) const {
        return std::string("ssh://root@127.0.0.1:") + kPort + path;
    }
    std::string refusal(const std::string& path) const {
        const auto master = capture_of(source(path));
        return master ? "taken" : to_string(master.error());
    }

    std::optional<sys::Process> sshd;
    sys::Fd log;
};

TEST_F(RemoteMasterTest, ARunningMachineIsCaptured) {
    std::uint64_t told = 0;
    const auto master = capture(value_of(model::MasterSource::parse(source(tree))), settings,
                                staging, [&](std::string_view text, std::uint64_t, std::uint64_t) {
                                    told += text.starts_with("copy from 127.0.0.1: ") ? 1 : 0;
                                });
    ASSERT_TRUE(master) << to_string(master.error());
    EXPECT_EQ(differences(tree, master->directory()), "");
    EXPECT_GE(told, 1U);
}

TEST_F(RemoteMasterTest, DisksBelowBelongToIt) {
    const std::string disk = tree + "/srv it's";
    const std::string memory = tree + "/memory";
    run_script("cd '" + directory.path() +
               "' && truncate -s 8M disk && mkfs.ext4 -q disk && mkdir \"" + disk + "\" \"" +
               memory + "\" && mount -o loop disk \"" + disk + "\" && mount -t tmpfs none \"" +
               memory + "\" && echo x >\"" + disk + "/inside\" && echo x >\"" + memory +
               "/inside\"");
    settings.exclude = {"/etc/*", "lost+found"};
    {
        const auto master = capture_of(source(tree));
        ASSERT_TRUE(master) << to_string(master.error());
        EXPECT_EQ(sys::list_names(master->directory() + "/srv it's").value(),
                  std::vector<std::string>{"inside"});
        EXPECT_TRUE(sys::list_names(master->directory() + "/memory").value().empty());
        EXPECT_TRUE(sys::list_names(master->directory() + "/etc").value().empty());
        settings.one_file_system = true;
    }
    {
        const auto master = capture_of(source(tree));
        ASSERT_TRUE(master) << to_string(master.error());
        EXPECT_TRUE(sys::list_names(master->directory() + "/srv it's").value().empty());
    }
    run_script("umount \"" + disk + "\" \"" + memory + "\"");
}

TEST_F(RemoteMasterTest, AFailureNamesItsCure) {
    EXPECT_THAT(refusal("/missing"), HasSubstr("/missing: No such file"));
    const std::string known = sys::read_file(directory / "keys/known").value();
    write(directory / "keys/known", "");
    EXPECT_THAT(refusal(tree), AllOf(HasSubstr("Host key verification failed"),
                                     HasSubstr("'ssh -p 2222 root@127.0.0.1' once")));
    run_script("cd '" + directory / "keys" +
               "' && echo \"[127.0.0.1]:2222 $(cut -d' ' -f1,2 ours.pub)\" >known");
    EXPECT_THAT(refusal(tree), HasSubstr("'ssh-keygen -R [127.0.0.1]:2222'"));
    write(directory / "keys/known", known);
    write(directory / "keys/authorized", "");
    EXPECT_THAT(refusal(tree), HasSubstr("ssh-copy-id -p 2222 root@127.0.0.1"));
    stop();
    EXPECT_THAT(refusal(tree), HasSubstr("does its sshd run?"));
}

TEST_F(RemoteMasterTest, AChattyShellIsNamed) {
    run_script("cd '" + directory / "keys" +
               "' && sed -i 's/^/command=\"echo Welcome\" /' authorized");
    EXPECT_THAT(refusal(tree), HasSubstr("its shell must say nothing by itself"));
}

TEST_F(RemoteMasterTest, AMachineThatGoesAwayIsAnError) {
    // Its tar is killed after the first bytes: the command of the key stands before it.
    run_script("cd '" + directory / "keys" + R"(' && cat >cut <<'END'
#!/bin/bash
case "$SSH_ORIGINAL_COMMAND" in *--create*) sh -c "$SSH_ORIGINAL_COMMAND" | head -c 3000; kill -9 $PPID;; *) sh -c "$SSH_ORIGINAL_COMMAND";; esac
END
chmod +x cut && sed -i "s|^|command=\"$PWD/cut\" |" authorized)");
    EXPECT_NE(refusal(tree), "taken");
}

TEST_F(RemoteMasterTest, AMachineThatStopsAnsweringIsNotWaitedFor) {
    run_script("cd '" + directory / "keys" + R"(' && cat >hang <<'END'
#!/bin/bash
if [ -e asked ]; then
    case "$SSH_ORIGINAL_COMMAND" in *--create*) sh -c "$SSH_ORIGINAL_COMMAND" | head -c 3000;; *) exec sh -c "$SSH_ORIGINAL_COMMAND";; esac
fi
exec sleep 1000
END
chmod +x hang && sed -i "s|^|command=\"cd $PWD; exec ./hang\" |" authorized)");
    settings.silence = std::chrono::milliseconds(100);
    EXPECT_THAT(refusal(tree), HasSubstr("root@127.0.0.1 has stopped answering"));
    write(directory / "keys/asked", "");
    settings.silence = std::chrono::seconds(5);
    EXPECT_THAT(refusal(tree), HasSubstr("root@127.0.0.1 has stopped answering"));
    EXPECT_FALSE(sys::stat(staging)) << "what came of it is gone";
}

TEST_F(RemoteMasterTest, WhatIsNotWholeIsNamed) {
    run_script("cd '" + directory / "keys" + R"(' && cat >odd <<'END'
#!/bin/bash
sh -c "$SSH_ORIGINAL_COMMAND"
case "$SSH_ORIGINAL_COMMAND" in *--create*) echo "tar: ./x: File removed before we read it" >&2; exit 1;; esac
END
chmod +x odd && sed -i "s|^|command=\"$PWD/odd\" |" authorized)");
    const auto master = capture_of(source(tree));
    ASSERT_TRUE(master) << to_string(master.error());
    EXPECT_THAT(master->notes(), Contains(HasSubstr("./x: File removed before we read it")));
}

}  // namespace
}  // namespace dim::server
