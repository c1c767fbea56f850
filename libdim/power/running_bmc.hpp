#pragma once

#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/process.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim::power {

/// A simulated BMC (OpenIPMI's ipmi_sim) as a process, with a loopback address of its own. Its
/// machine is a file: on while that is there. User dim, password secretword.
class [[nodiscard]] RunningBmc {
public:
    /// SERIAL_LINE: a port of 127.0.0.1 where somebody listens who is its machine's serial line.
    explicit RunningBmc(const std::string& serial_line = "") {
        write("control", kControl, 0700);
        write(
            "lan.conf",
            "name \"dim\"\nset_working_mc 0x20\nstartlan 1\n  addr " + address() +
                " 623\n  priv_limit admin\n  allowed_auths_admin none md2 md5 straight\n"
                "  guid a123456789abcdefa123456789abcdef\nendlan\n" +
                (serial_line.empty() ? "" : "sol \"tcp:127.0.0.1:" + serial_line + "\" 115200\n") +
                "chassis_control \"" + path("control") +
                "\"\nuser 2 true \"dim\" \"secretword\" admin 10 none md2 md5 straight\n",
            0600);
        write("bmc.emu",
              "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02\n"
              "mc_enable 0x20\n",
              0600);
        write("login", "user dim\npassword secretword\n", 0600);
        std::filesystem::create_directory(path("state"));
        process_.emplace(sys::spawn({.arguments = {"ipmi_sim", "-n", "-c", path("lan.conf"), "-f",
                                                   path("bmc.emu"), "-s", path("state")}})
                             .value());
    }
    ~RunningBmc() {
        EXPECT_TRUE(process_->kill(SIGKILL));
        EXPECT_TRUE(process_->wait(sys::Deadline::in(std::chrono::seconds(20))));
    }
    RunningBmc(const RunningBmc&) = delete;
    RunningBmc& operator=(const RunningBmc&) = delete;

    /// "127.17.3.1", by our process id.
    static std::string address() {
        const auto id = static_cast<unsigned>(::getpid());
        return "127." + std::to_string(16 + (id >> 16) % 200) + '.' +
               std::to_string((id >> 8) & 0xff) + '.' + std::to_string(id % 253 + 1);
    }
    /// A file with user and password.
    std::string login_file() const { return path("login"); }
    bool is_on() const { return std::filesystem::exists(path("is-on")); }
    void set_on() const { write("is-on", "", 0600); }
    /// What the machine was told, a line each: "set power 1".
    std::string told() const { return sys::read_file(path("told")).value_or(""); }

private:
    static constexpr const char* kControl = R"script(#!/bin/sh
cd "$(dirname "$0")" || exit 1
[ "$1" = get ] || echo "$@" >>told
verb=$1; shift
while [ $# -gt 0 ]; do
    case "$verb $1" in
        'get power') [ -e is-on ] && echo power:1 || echo power:0 ;;
        get*) echo "$1:0" ;;
        'set power') [ "$2" = 1 ] && : >is-on || rm -f is-on; shift ;;
        'set shutdown') rm -f is-on; shift ;;
        set*) shift ;;
    esac
    shift
done
)script";

    std::string path(const std::string& name) const { return directory_ / name; }
    void write(const std::string& name, const std::string& text, mode_t mode) const {
        EXPECT_TRUE(sys::write_file_atomically(path(name), text));
        EXPECT_EQ(::chmod(path(name).c_str(), mode), 0);
    }

    dim::testing::TemporaryDirectory directory_;
    std::optional<sys::Process> process_;
};

}  // namespace dim::power
