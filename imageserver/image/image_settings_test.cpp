#include "imageserver/image/image_settings.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using manifest::Entry;
using manifest::EntryType;
using manifest::Manifest;

Entry entry(const char* path, EntryType type, std::uint32_t mode, const char* target) {
    Entry made;
    made.path = path;
    made.type = type;
    made.mode = mode;
    made.target = target;
    return made;
}
Entry directory(const char* path) { return entry(path, EntryType::directory, 0755, ""); }
Entry link(const char* path, const char* to) { return entry(path, EntryType::symlink, 0777, to); }
Entry file(const char* path, std::uint32_t mode) { return entry(path, EntryType::file, mode, ""); }

TEST(HasProgram, FollowsLinksAsABladeDoes) {
    // As in a distribution with a merged /usr: /sbin/init.
    const Manifest golden{{directory(""), directory("etc"), file("etc/notes", 0644),
                           link("etc/start", "../sbin/init"), link("loop", "loop"),
                           link("sbin", "usr/sbin"), directory("usr")}};
    const Manifest shared{{directory(""), directory("usr"), directory("usr/lib"),
                           file("usr/lib/systemd", 0755), directory("usr/sbin"),
                           link("usr/sbin/gone", "nowhere"),
                           link("usr/sbin/init", "/usr/lib/systemd"),
                           link("usr/sbin/out", "../../../../usr/lib/systemd")}};
    for (const char* path : {"/usr/lib/systemd", "/sbin/init", "//sbin/./init", "/etc/start",
                             "/sbin/out", "/etc/../sbin/init"})
        EXPECT_TRUE(has_program(golden, shared, path)) << path;
    for (const char* path : {"/", "/etc", "/etc/notes", "/sbin/gone", "/loop", "/loop/init",
                             "/sbin/init/more", "/etc/notes/..", "/none", "/usr/lib"})
        EXPECT_FALSE(has_program(golden, shared, path)) << path;
}

}  // namespace
}  // namespace dim::server
