#include "libdim/override/resolver_file.hpp"

#include <gmock/gmock.h>

namespace dim::overrides {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

std::string asked(std::string_view text) { return with_name_server(text, "10.1.0.1", "demo.lab"); }

TEST(ResolverFile, AsksTheServerBeforeThoseOfTheMaster) {
    EXPECT_THAT(asked("nameserver 192.0.2.53\noptions edns0"),
                EndsWith("\nsearch demo.lab\nnameserver 10.1.0.1\n# DIM end\n"
                         "nameserver 192.0.2.53\noptions edns0"));
    EXPECT_THAT(asked(""), EndsWith("\nsearch demo.lab\nnameserver 10.1.0.1\n# DIM end\n"));
}

TEST(ResolverFile, SearchesTheDomainBeforeThoseOfTheMaster) {
    const std::string made =
        asked("domain first.example\nsearch lab.example\tdemo.lab x.example\n");
    EXPECT_THAT(made, HasSubstr("\nsearch demo.lab lab.example x.example\nnameserver 10.1.0.1\n"));
    EXPECT_THAT(made, Not(HasSubstr("\nsearch lab.example")));
    EXPECT_THAT(made, Not(HasSubstr("\ndomain first.example")));
    EXPECT_THAT(made, EndsWith(": search lab.example\tdemo.lab x.example\n"));
}

TEST(ResolverFile, WhatWasDoneIsNotDoneAgain) {
    const std::string made = asked("search lab.example\nnameserver 127.0.0.53\n");
    EXPECT_EQ(asked(made), made);
    const std::string moved = with_name_server(made, "10.2.0.1", "other.lab");
    EXPECT_THAT(moved, HasSubstr("\nsearch other.lab lab.example\nnameserver 10.2.0.1\n"));
    EXPECT_THAT(moved, Not(HasSubstr("10.1.0.1")));
}

TEST(ResolverFile, KnowsTheLinksOfResolved) {
    for (const char* target :
         {"../run/systemd/resolve/stub-resolv.conf", "/run/systemd/resolve/resolv.conf",
          "../usr/lib/systemd/resolv.conf", "/lib/systemd/resolv.conf"})
        EXPECT_TRUE(is_link_to_resolved(target)) << target;
    for (const char* target :
         {"/run/NetworkManager/resolv.conf", "../run/resolvconf/resolv.conf", "resolv.conf.mine"})
        EXPECT_FALSE(is_link_to_resolved(target)) << target;
    EXPECT_THAT(resolved_drop_in("10.1.0.1", "demo.lab"),
                EndsWith("\n[Resolve]\nDNS=10.1.0.1\nDomains=demo.lab\n"));
}

}  // namespace
}  // namespace dim::overrides
