#include "libdim/manifest/resolve.hpp"

#include <gtest/gtest.h>

namespace dim::manifest {
namespace {

Entry entry(std::string path, EntryType type, std::string target = {}) {
    Entry entry;
    entry.path = std::move(path);
    entry.type = type;
    entry.target = std::move(target);
    return entry;
}

/// As of a distribution whose /sbin is a link.
Manifest tree() {
    return {{entry("", EntryType::directory), entry("init", EntryType::symlink, "/sbin/init"),
             entry("lib", EntryType::symlink, "usr/lib"), entry("loop", EntryType::symlink, "loop"),
             entry("out", EntryType::symlink, "../../usr/sbin/init"),
             entry("sbin", EntryType::symlink, "usr/sbin"), entry("usr", EntryType::directory),
             entry("usr/lib", EntryType::directory), entry("usr/lib/systemd", EntryType::file),
             entry("usr/sbin", EntryType::directory),
             entry("usr/sbin/init", EntryType::symlink, "../lib/./systemd")}};
}

TEST(Resolve, FollowsLinksWithinTheTree) {
    const Manifest all = tree();
    for (const char* path : {"/sbin/init", "/usr/sbin/init", "/init", "/lib/systemd", "/out",
                             "//usr/./lib/../lib/systemd", "usr/lib/systemd"}) {
        const Entry* found = resolve(all, path);
        ASSERT_NE(found, nullptr) << path;
        EXPECT_EQ(found->path, "usr/lib/systemd") << path;
    }
    EXPECT_EQ(resolve(all, "/"), &all.entries.front());
    EXPECT_EQ(resolve(all, "/usr/../..")->path, "");
}

TEST(Resolve, LeadsNowhere) {
    const Manifest all = tree();
    for (const char* path : {"/missing", "/loop", "/usr/lib/systemd/more", "/lib/missing"})
        EXPECT_EQ(resolve(all, path), nullptr) << path;
    EXPECT_EQ(entry_at(all, "usr/li"), nullptr);
    EXPECT_EQ(resolve({}, "/"), nullptr);
}

}  // namespace
}  // namespace dim::manifest
