#pragma once

#include "imageserver/master/capture.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/own_mounts.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "libdim/tls/sha256.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>

namespace dim::server::testing {

using dim::testing::differences;
using dim::testing::run;
using dim::testing::run_script;
using dim::testing::value_of;
using dim::testing::write;

/// One entry of a tar file (ustar(5)), by hand: TYPE '0' file, '1' hard link, '2' symbolic link,
/// '3' character device, '5' directory.
inline std::string tar_entry(std::string_view name, char type, std::string_view content = {},
                             std::string_view link = {}) {
    std::array<char, 512> header{};
    const auto put = [&](std::size_t offset, std::string_view text) {
        text.copy(header.data() + offset, text.size());
    };
    std::array<char, 32> number{};
    put(0, name.substr(0, 100));
    put(100, type == '5' ? "0000755" : "0000644");
    put(108, "0000000");
    put(116, "0000000");
    std::snprintf(number.data(), number.size(), "%011zo", content.size());
    put(124, number.data());
    put(136, "07346545000");
    put(148, "        ");
    header[156] = type;
    put(157, link.substr(0, 100));
    put(257, std::string_view("ustar\00000", 8));
    put(329, "0000001");
    put(337, "0000003");
    unsigned sum = 0;
    for (const char c : header)
        sum += static_cast<unsigned char>(c);
    std::snprintf(number.data(), number.size(), "%06o", sum);
    put(148, std::string_view(number.data(), 7));
    std::string text(header.data(), header.size());
    text += content;
    text.resize((text.size() + 511) / 512 * 512);
    return text;
}
inline std::string tar_end() { return std::string(1024, '\0'); }

/// A tree with one of everything that is easily lost on the way.
inline void make_master(const std::string& root) {
    run_script("mkdir -p '" + root + "' && cd '" + root + R"(' &&
mkdir -p etc dev && cp /etc/passwd /etc/group etc/ && mkdir -p sbin usr/bin usr/lib opt/empty var/lib proc tmp deep/er && chmod 1777 tmp && chmod 750 opt/empty
printf '#!/bin/sh\n' >sbin/init && chmod 755 sbin/init
printf tool >usr/bin/tool && chmod 4755 usr/bin/tool && ln usr/bin/tool usr/lib/tool-again
printf one >var/lib/one && ln var/lib/one var/two && ln var/lib/one usr/lib/across
chown 70000:80000 var/lib/one
printf odd >$'usr/lib/caf\xc3\xa9 \n name' && printf raw >$'usr/lib/\xff\xfe'
ln -s /etc/passwd etc/outside && ln -s ../../../.. etc/up && ln -s loop etc/loop && ln -s $'\xff' etc/odd
chown -h 7:8 etc/up
mknod dev/null c 1 3 && mknod dev/loop300 b 7 300 && mkfifo -m 620 dev/fifo
truncate -s 64M var/sparse && printf end | dd of=var/sparse bs=1 seek=33554432 conv=notrunc status=none
setfattr -n user.note -v kept usr/bin/tool && setfattr -n trusted.note -v link -h etc/up
setfacl -m u:1000:rw,g:7:r var/lib/one && setfacl -m d:u:1000:rwx var/lib && printf no-acl >var/lib/plain
chmod 640 var/lib/plain && setfacl -b var/lib/plain
touch -d '2001-02-03 04:05:06.123456789' usr/lib etc && touch -h -d '2003-02-01 01:02:03' etc/up
touch -d '1999-12-31 23:59:59.5' .
)");
}

class MasterTest : public ::testing::Test {
protected:
    MasterTest() { make_master(tree); }
    /// What we mount is seen by nobody else.
    static void SetUpTestSuite() { dim::testing::enter_own_mounts(); }
    ~MasterTest() override {
        // Whatever came of it, the next has room.
        EXPECT_FALSE(sys::stat(staging)) << "staging is left";
    }

    static Progress quiet() {
        return [](std::string_view, std::uint64_t, std::uint64_t) {};
    }
    Result<Master> capture_of(const std::string& source) const {
        return capture(value_of(model::MasterSource::parse(source)), settings, staging, quiet());
    }
    /// What comes of a tar file with these bytes.
    Result<Master> capture_bytes(std::string_view bytes) const {
        write(directory / "by-hand.tar", bytes);
        return capture_of(directory / "by-hand.tar");
    }
    std::string refusal(std::string_view bytes) const {
        const auto master = capture_bytes(bytes);
        if (master) return "taken";
        EXPECT_FALSE(sys::stat(staging)) << "staging is left";
        return to_string(master.error());
    }

    dim::testing::TemporaryDirectory directory;
    const std::string tree = directory / "tree";
    const std::string staging = directory / "staging";
    CaptureSettings settings{.architecture = model::Architecture::x86_64};
};

}  // namespace dim::server::testing
