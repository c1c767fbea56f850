#include "imageserver/nfs/nfsd_server.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Keeps its table as the real one does, and notes how it was called.
constexpr const char* kExportfs = R"sh(#!/bin/sh
cd "$(dirname "$0")" || exit 1
echo "$*" >> calls
case $1 in
-u) shift
    for place; do grep -v "^${place#*:}	${place%%:*}(" etab > etab.new; mv etab.new etab; done ;;
-i) if [ -e refuse ]; then echo "exportfs: $4 does not support NFS export"; exit 1; fi
    printf '%s\t%s(%s)\n' "${4#*:}" "${4%%:*}" "$3" >> etab ;;
-a) sed -n 's/^\(\/[^ ]*\) /\1\t/p' exports.d/dim.exports >> etab ;;
esac
)sh";

class NfsdServerTest : public ::testing::Test {
protected:
    NfsdServerTest() {
        std::filesystem::create_directory(path("kernel"));
        write("kernel/versions", "-2 +3 +4 +4.1 +4.2\n");
        write("filesystems", "nodev\tnfsd\n");
        write("etab", "/srv/home\t10.0.0.0/8(rw,fsid=1)\n");
        write("exportfs", kExportfs);
        write("start", "#!/bin/sh\necho 8 > " + path("kernel/threads") + "\n");
        write("load", "#!/bin/sh\nprintf 'nodev\\tnfsd\\n' >> " + path("filesystems") + "\n");
        for (const char* program : {"exportfs", "load", "start"})
            std::filesystem::permissions(path(program), std::filesystem::perms::owner_all);
    }
    std::string path(const std::string& name) const { return directory / name; }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path(name)) << text;
    }
    std::string read(const std::string& name) const {
        return sys::read_file(path(name)).value_or("");
    }
    /// How exportfs was called since the last time.
    std::vector<std::string> calls() const {
        const std::string text = read("calls");
        std::filesystem::remove(path("calls"));
        std::vector<std::string> lines;
        for (const std::string_view line : split(trim(text), '\n'))
            if (!line.empty()) lines.emplace_back(line);
        return lines;
    }
    api::NfsExport image(const std::string& blade) const {
        return {.path = "/blades/" + blade + "/i",
                .source = path("mounts/blades/" + blade + "/i"),
                .client = "10.1.0.1" + blade,
                .is_writable = true};
    }
    Result<void> offer(const std::vector<std::string>& blades) {
        std::vector<api::NfsExport> exports;
        for (const std::string& blade : blades)
            exports.push_back(image(blade));
        return server.offer(exports);
    }

    const testing::TemporaryDirectory directory;
    Result<void> answer;
    NfsdServer server{{.root = path("mounts"),
                       .address = model::Ipv4Address(0x0a010001),
                       .exports_file = path("exports.d/dim.exports"),
                       .table = path("etab"),
                       .kernel = path("kernel"),
                       .file_systems = path("filesystems"),
                       .exportfs = path("exportfs"),
                       .load = {path("load")},
                       .start = {path("start")},
                       .probe = [this](model::Ipv4Address) { return answer; },
                       .ready_timeout = std::chrono::milliseconds(1)}};
};

TEST_F(NfsdServerTest, AddsAndTakesAwaySinglyAndLeavesOthersExportsAlone) {
    write("kernel/threads", "8\n");
    ASSERT_TRUE(offer({"1", "2"}));
    auto seen = calls();
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_THAT(seen[0], ::testing::StartsWith("-i -o rw,sync,no_root_squash,"));
    EXPECT_THAT(seen[0], ::testing::EndsWith("10.1.0.11:" + image("1").source));
    EXPECT_THAT(read("exports.d/dim.exports"), HasSubstr(image("2").source + " 10.1.0.12(rw,"));
    ASSERT_TRUE(offer({"1", "2"}));
    EXPECT_THAT(calls(), IsEmpty()) << "nothing changed";
    ASSERT_TRUE(offer({"2"}));
    EXPECT_THAT(calls(), ElementsAre("-u 10.1.0.11:" + image("1").source));
    EXPECT_THAT(read("exports.d/dim.exports"), ::testing::Not(HasSubstr("10.1.0.11(")));
    EXPECT_THAT(read("etab"), HasSubstr("/srv/home\t"));
    EXPECT_TRUE(server.status().is_running);
    EXPECT_EQ(server.status().cause, std::nullopt);
}

TEST_F(NfsdServerTest, PutsBackWhatSomebodyTookAway) {
    write("kernel/threads", "8\n");
    ASSERT_TRUE(offer({"1"}));
    write("etab", "");  // exportfs -au
    static_cast<void>(calls());
    ASSERT_TRUE(offer({"1"}));
    EXPECT_EQ(calls().size(), 1U);
}

TEST_F(NfsdServerTest, HasManyReadFromTheFile) {
    write("kernel/threads", "8\n");
    std::vector<std::string> blades;
    for (int number = 0; number < 17; ++number)
        blades.push_back(std::to_string(number));
    ASSERT_TRUE(offer(blades));
    EXPECT_THAT(calls(), ElementsAre("-a"));
    ASSERT_TRUE(offer(blades));
    EXPECT_THAT(calls(), IsEmpty());
}

TEST_F(NfsdServerTest, StartsWhatDoesNotRun) {
    EXPECT_FALSE(server.status().is_running);
    ASSERT_TRUE(offer({"1"}));
    EXPECT_TRUE(server.status().is_running);
}

TEST_F(NfsdServerTest, SaysWhatIsMissing) {
    const auto refusal = [this] {
        const auto offered = offer({"1"});
        EXPECT_FALSE(offered);
        const auto seen = server.status().cause;
        EXPECT_EQ(seen, to_string(offered.error()));
        return offered ? Error(ErrorCode::internal, "") : offered.error();
    };
    write("filesystems", "nodev\text4\n");
    write("start", "#!/bin/sh\necho Job failed.; exit 1\n");
    EXPECT_THAT(refusal().message(), HasSubstr("this kernel has no NFS server"));
    EXPECT_THAT(refusal().message(), HasSubstr("Job failed."));
    EXPECT_THAT(refusal().cure(), HasSubstr("ganesha"));

    write("filesystems", "nodev\tnfsd\n");
    answer = fail(ErrorCode::unavailable, "nobody listens");
    EXPECT_THAT(refusal().message(), HasSubstr("does not answer at 10.1.0.1: nobody listens"));
    EXPECT_THAT(refusal().cure(), HasSubstr("systemctl status nfs-server"));
    answer = {};
    EXPECT_THAT(refusal().message(), HasSubstr("another program answers at port 2049"));

    write("kernel/threads", "8\n");
    write("kernel/versions", "-2 +3 +4 -4.0 -4.1 -4.2\n");
    EXPECT_THAT(refusal().message(), HasSubstr("NFS 4.1, which blades mount with"));

    write("kernel/versions", "-2 -3 +4 -4.0 +4.1 +4.2\n");
    write("refuse", "");
    EXPECT_THAT(refusal().message(), HasSubstr("exportfs refused 1 exports"));
    EXPECT_THAT(refusal().message(), HasSubstr("does not support NFS export"));

    std::filesystem::remove(path("exportfs"));
    EXPECT_EQ(refusal().cure(), "apt-get install nfs-kernel-server");
}

TEST_F(NfsdServerTest, IsCheckedWithoutAStart) {
    EXPECT_TRUE(server.check());
    write("filesystems", "nodev\ttmpfs\n");
    EXPECT_TRUE(server.check()) << "the module is there to be loaded";
    EXPECT_FALSE(std::filesystem::exists(path("kernel/threads")));

    write("filesystems", "nodev\ttmpfs\n");
    write("load", "#!/bin/sh\necho module nfsd not found; exit 1\n");
    const auto checked = server.check();
    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().message(), HasSubstr("as a module: module nfsd not found"));

    std::filesystem::remove(path("exportfs"));
    EXPECT_EQ(server.check().error().cure(), "apt-get install nfs-kernel-server");
}

TEST_F(NfsdServerTest, ForgetsWhatAWithdrawnBladeHasOpen) {
    write("kernel/threads", "8\n");
    for (const auto& [number, address] : {std::pair{"3", "10.1.0.11"}, {"4", "10.1.0.12"}}) {
        const std::string client = std::string("kernel/clients/") + number;
        std::filesystem::create_directories(path(client));
        write(client + "/info", std::string("clientid: 0x1\naddress: \"") + address + ":785\"\n");
        write(client + "/ctl", "");
    }
    ASSERT_TRUE(offer({"1", "2"}));
    ASSERT_TRUE(offer({"2"}));
    EXPECT_EQ(read("kernel/clients/3/ctl"), "expire\n");
    EXPECT_EQ(read("kernel/clients/4/ctl"), "") << "it runs";
}

TEST_F(NfsdServerTest, EndsItsExportsOnly) {
    EXPECT_TRUE(server.end()) << "it never offered anything";
    EXPECT_THAT(calls(), IsEmpty());
    write("kernel/threads", "8\n");
    ASSERT_TRUE(offer({"1"}));
    static_cast<void>(calls());
    ASSERT_TRUE(server.end());
    EXPECT_THAT(calls(), ElementsAre("-u 10.1.0.11:" + image("1").source));
    EXPECT_FALSE(std::filesystem::exists(path("exports.d/dim.exports")));
    EXPECT_EQ(read("etab"), "/srv/home\t10.0.0.0/8(rw,fsid=1)\n");
    EXPECT_TRUE(server.status().is_running) << "it is the machine's";

    write("exports.d/dim.exports", "# Of another daemon\n/other/mounts/x 10.1.0.11(rw)\n");
    ASSERT_TRUE(server.end());
    EXPECT_TRUE(std::filesystem::exists(path("exports.d/dim.exports")));
}

}  // namespace
}  // namespace dim::server
