#include "linuxrc/initrd.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"
#include "linuxrc/gzip.hpp"

#include <algorithm>
#include <array>

namespace dim::linuxrc {

namespace {

constexpr std::chrono::minutes kCpioTimeout{1};
// Any constant would do: two ramdisks never meet on one machine.
constexpr const char* kUuid = "d1d1d1d1-0000-4000-8000-646d72616d30";
constexpr const char* kTime = "E2FSPROGS_FAKE_TIME=1000000000";
// The kernel's default ramdisk is CONFIG_BLK_DEV_RAM_SIZE, 16 MiB.
constexpr std::uint64_t kInitrdLimit = std::uint64_t{16} << 20;
constexpr std::uint64_t kBlock = 1024;

/// e2fsprogs with a clock that stands still.
Result<void> run_tool(const std::vector<std::string>& arguments) {
    DIM_TRY(const sys::RunResult result,
            sys::run(arguments, kCpioTimeout,
                     {.environment = {kTime, "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"},
                      .directory = {}}));
    if (result.status.is_success()) return {};
    return fail(ErrorCode::io, arguments.front() + ": " + to_string(result.status) + ": " +
                                   printable(trim(result.output), 500));
}

/// What debugfs(8) is to do; it reports failures only in its output.
std::string debugfs_script(const std::string& directory) {
    std::string script;
    for (const char* name : {"dev", "dim", "proc", "run", "sys", "sysroot", "tmp"})
        script.append("mkdir ").append(name).append("\n");
    script += "write " + directory +
              "/init init\n"
              "set_inode_field init mode 0100755\n"
              "symlink linuxrc init\n"
              "write " +
              directory +
              "/ca.pem dim/ca.pem\n"
              "set_inode_field dim/ca.pem mode 0100644\n"
              "cd dev\n"
              "mknod console c 5 1\n"
              "set_inode_field console mode 020600\n"
              "mknod null c 1 3\n"
              "set_inode_field null mode 020666\n";
    return script;
}

Result<void> fill(const std::string& image, const std::string& directory) {
    const std::string script_file = directory + "/script";
    DIM_CHECK(sys::write_file_atomically(script_file, debugfs_script(directory)));
    DIM_CHECK(run_tool({"debugfs", "-w", "-f", script_file, image}));
    return run_tool({"e2fsck", "-f", "-n", image});
}

}  // namespace

Result<std::string> build_initrd(const RamdiskContents& contents, const std::string& directory) {
    DIM_CHECK(check_contents(contents));
    const std::string image = directory + "/initrd";
    DIM_CHECK(sys::write_file_atomically(directory + "/init", contents.agent));
    DIM_CHECK(sys::write_file_atomically(directory + "/ca.pem", contents.ca_certificate));
    const std::uint64_t content = contents.agent.size() + contents.ca_certificate.size();
    // Room for the file system's own tables, and for the agent to make directories.
    const std::uint64_t size =
        std::max<std::uint64_t>(content + content / 16 + 512 * 1024, std::uint64_t{2} << 20) /
        kBlock * kBlock;
    if (size > kInitrdLimit) {
        return fail(Error(ErrorCode::limit_exceeded, "the agent is too large for an initrd")
                        .with_cure("use an agent built for size, or an initramfs"));
    }
    DIM_CHECK(run_tool({"mkfs.ext2", "-q", "-F", "-b", std::to_string(kBlock), "-I", "128", "-m",
                        "0", "-N", "128", "-O", "none,filetype,sparse_super", "-U", kUuid, "-E",
                        std::string("root_owner=0:0,hash_seed=") + kUuid, image,
                        std::to_string(size / kBlock)}));
    DIM_CHECK(fill(image, directory));
    DIM_TRY(const std::string bytes, sys::read_file(image, kInitrdLimit));
    return gzip(bytes);
}

}  // namespace dim::linuxrc
