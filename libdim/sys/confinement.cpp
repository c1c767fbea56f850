#include "libdim/sys/confinement.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <grp.h>
#include <linux/capability.h>
#include <mutex>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace dim::sys {

namespace {

constexpr std::size_t kPasswdEntryLimit = 16 * 1024;
constexpr mode_t kOwnDirectoryMode = 0750;

static_assert(static_cast<int>(Capability::net_bind_service) == CAP_NET_BIND_SERVICE &&
              static_cast<int>(Capability::mknod) == CAP_MKNOD);

int number(Capability capability) { return static_cast<int>(capability); }

struct UserIds {
    uid_t user;
    gid_t group;
};

Result<UserIds> find_user(const std::string& name) {
    std::array<char, kPasswdEntryLimit> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    const int error = ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (found != nullptr) return UserIds{.user = entry.pw_uid, .group = entry.pw_gid};
    if (error != 0) return fail(Error::from_errno(error, "look up the user " + name));
    return fail(Error(ErrorCode::not_found, "there is no user " + name)
                    .with_cure("install the package that brings it: scripts/install-packages"));
}

Result<void> refused(const std::string& what) {
    return fail(Error::from_errno(errno, what)
                    .with_cure("the image server must run as root, with every capability that it "
                               "gives to its services (in a container, too)"));
}

bool is_kept(const Confinement& confinement, int capability) {
    return std::ranges::find(confinement.capabilities, capability, number) !=
           confinement.capabilities.end();
}

Result<void> bound_capabilities(const Confinement& confinement) {
    for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
        if (is_kept(confinement, capability)) continue;
        if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
            return refused("give up capability number " + std::to_string(capability));
    }
    return {};
}

/// What is kept over the change of user, and over exec.
Result<void> set_capabilities(const Confinement& confinement) {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    for (const Capability capability : confinement.capabilities) {
        auto& set = sets.at(CAP_TO_INDEX(number(capability)));
        set.permitted |= CAP_TO_MASK(number(capability));
        set.effective = set.inheritable = set.permitted;
    }
    if (::syscall(SYS_capset, &header, sets.data()) != 0) return refused("keep capabilities");
    for (const Capability capability : confinement.capabilities)
        if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number(capability), 0, 0) != 0)
            return refused("pass on the capability " + to_string(capability));
    return {};
}

/// The calls themselves: the C library's would change every thread of the process.
Result<void> confine_thread(const Confinement& confinement, const UserIds& ids) {
    const bool is_root = ids.user == 0;
    DIM_CHECK(bound_capabilities(confinement));
    if (!is_root && ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return refused("keep capabilities");
    if (::syscall(SYS_setgroups, 0, nullptr) != 0 ||
        ::syscall(SYS_setresgid, ids.group, ids.group, ids.group) != 0 ||
        ::syscall(SYS_setresuid, ids.user, ids.user, ids.user) != 0)
        return refused("become the user " + confinement.user);
    if (!is_root) DIM_CHECK(set_capabilities(confinement));
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("set no_new_privs");
    return {};
}

Result<void> own_entry(const Fd& directory, const std::string& name, const UserIds& ids) {
    if (::fchownat(directory.get(), name.c_str(), ids.user, ids.group,
                   AT_SYMLINK_NOFOLLOW | (name.empty() ? AT_EMPTY_PATH : 0)) == 0)
        return {};
    return fail(Error::from_errno(errno, "give " + name + " to its service"));
}

}  // namespace

std::string to_string(Capability capability) {
    switch (capability) {
        case Capability::chown: return "chown";
        case Capability::dac_override: return "dac_override";
        case Capability::dac_read_search: return "dac_read_search";
        case Capability::fowner: return "fowner";
        case Capability::fsetid: return "fsetid";
        case Capability::setgid: return "setgid";
        case Capability::setuid: return "setuid";
        case Capability::net_bind_service: return "net_bind_service";
        case Capability::net_admin: return "net_admin";
        case Capability::net_raw: return "net_raw";
        case Capability::sys_chroot: return "sys_chroot";
        case Capability::mknod: return "mknod";
    }
    std::unreachable();
}

std::string to_string(const Confinement& confinement) {
    std::string names;
    for (const Capability capability : confinement.capabilities)
        names += (names.empty() ? "" : ",") + to_string(capability);
    return "user=" + confinement.user + " capabilities=" + names;
}

Result<void> run_confined(const Confinement& confinement,
                          const std::function<Result<void>()>& function) {
    DIM_TRY(const UserIds ids, find_user(confinement.user));
    // While the thread is another user's, the process must not be open to that user's others: the
    // kernel closes it at the change of user (PR_SET_DUMPABLE, proc(5)), we open it again after.
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    const int dumpable = ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    Result<void> outcome;
    std::thread([&] {
        outcome = confine_thread(confinement, ids);
        if (outcome) outcome = function();
    }).join();
    if (dumpable == 1) ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    return outcome;
}

Result<void> ensure_directory_of(const std::string& user, const std::string& path) {
    DIM_TRY(const UserIds ids, find_user(user));
    DIM_CHECK(ensure_directory(path, kOwnDirectoryMode));
    DIM_TRY(const Fd directory, open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    DIM_TRY(const FileStatus status, fstat(directory));
    // What its owner made there stays as it is: it could be a link to a file that is not its own.
    if (status.owner == ids.user) return {};
    DIM_TRY(const std::vector<std::string> names, list_names(directory));
    for (const std::string& name : names)
        DIM_CHECK(own_entry(directory, name, ids));
    if (::fchmod(directory.get(), kOwnDirectoryMode) != 0)
        return fail(Error::from_errno(errno, "set the mode of " + path));
    return own_entry(directory, "", ids);
}

}  // namespace dim::sys
