#pragma once

#include "libdim/sys/fd.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/process.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/own_mounts.hpp"
#include "libdim/testing/own_network.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace dim::server::testing {

/// A real sshd with keys of its own, in a network namespace of its own: this machine, as a master.
class OwnSshd {
public:
    /// With mounts of our own, too. Before any thread; false for want of privileges.
    static bool enter_network() {
        static const dim::testing::OwnNetwork network;
        if (!network.is_made()) return false;
        dim::testing::enter_own_mounts();
        dim::testing::run_script(
            "ip link set lo up; mkdir -p /run/sshd; mount -t tmpfs -o mode=0755 none /run/sshd");
        return true;
    }

    /// Its keys are in DIRECTORY/keys. Returns when it listens: it says so.
    explicit OwnSshd(const std::string& directory) : keys_(directory + "/keys") {
        dim::testing::run_script("mkdir -m 700 '" + keys_ + "' && cd '" + keys_ + R"sh('
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
        start();
    }
    OwnSshd(const OwnSshd&) = delete;
    OwnSshd& operator=(const OwnSshd&) = delete;
    ~OwnSshd() { stop(); }

    void stop() {
        if (!sshd_) return;
        static_cast<void>(sshd_->kill(SIGTERM));
        static_cast<void>(sshd_->wait(sys::Deadline::in(std::chrono::seconds(10))));
        sshd_.reset();
    }
    /// "host", "known", "authorized"…
    std::string key(const std::string& name) const { return keys_ + "/" + name; }
    std::vector<std::string> ssh_options() const { return {"-F", key("ssh")}; }
    /// For all ssh of root's that is not told otherwise, in mounts of our own.
    void be_known_to_root() const {
        dim::testing::run_script(
            "mount -t tmpfs -o mode=0700 none /root && mkdir -m 700 /root/.ssh "
            "&& cp '" +
            key("ssh") + "' /root/.ssh/config");
    }
    static std::string source(const std::string& path) {
        return "ssh://root@127.0.0.1:2222" + path;
    }
    /// From now on BODY runs in the place of each script, which is in $SSH_ORIGINAL_COMMAND.
    void run_instead(const std::string& body) const {
        dim::testing::write(key("instead"), "#!/bin/bash\ncd '" + keys_ + "'\n" + body, 0755);
        dim::testing::write(key("authorized"),
                            "command=\"" + key("instead") + "\" " +
                                dim::testing::value_of(sys::read_file(key("ours.pub"))));
    }

private:
    void start() {
        sys::Pipe errors = dim::testing::value_of(sys::pipe());
        sshd_.emplace(dim::testing::value_of(
            sys::spawn({.arguments = {"/usr/sbin/sshd", "-D", "-e", "-f", key("sshd")},
                        .standard_error = &errors.write_end})));
        errors.write_end.reset();
        std::string said;
        std::array<char, 1024> buffer{};
        while (!said.contains("Server listening on")) {
            const std::size_t count = dim::testing::value_of(sys::read(errors.read_end, buffer));
            if (count == 0) throw std::runtime_error("sshd: " + said);
            said.append(buffer.data(), count);
        }
        log_ = std::move(errors.read_end);
    }

    std::string keys_;
    std::optional<sys::Process> sshd_;
    sys::Fd log_;
};

}  // namespace dim::server::testing
