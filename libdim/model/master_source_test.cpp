#include "libdim/model/master_source.hpp"

#include <gmock/gmock.h>

namespace dim::model {
namespace {

using ::testing::HasSubstr;

Error refusal(std::string_view text) {
    const auto source = MasterSource::parse(text);
    return source ? Error(ErrorCode::internal, "taken") : source.error();
}

TEST(MasterSource, RefusesWhatIsNone) {
    EXPECT_THAT(to_string(refusal("tree")), HasSubstr("absolute"));
    EXPECT_EQ(refusal("").code(), ErrorCode::invalid_input);
    EXPECT_EQ(refusal("/a\nb").code(), ErrorCode::invalid_input);
    EXPECT_EQ(refusal("/" + std::string(2000, 'x')).code(), ErrorCode::limit_exceeded);
}

TEST(MasterSource, RefusesWordsThatSshWouldTakeForOptions) {
    for (const char* text :
         {"ssh://", "ssh:///tree", "ssh://-oProxyCommand=x", "ssh://-l@host", "ssh://@host",
          "ssh://a b", "ssh://host:0", "ssh://host:65536", "ssh://host:", "ssh://host:22x",
          "ssh://[fe80::1", "ssh://[-o]", "ssh://[::1]x", "ssh://user;x@host"})
        EXPECT_EQ(refusal(text).code(), ErrorCode::invalid_input) << text;
}

TEST(MasterSource, DoesNotRepeatAPassword) {
    const std::string told = to_string(refusal("ssh://root:secret@host/"));
    EXPECT_THAT(told, HasSubstr("password"));
    EXPECT_EQ(told.find("secret"), std::string::npos);
}

TEST(MasterSource, IsReadAndWritten) {
    for (const char* text :
         {"/srv/tree", "/srv/a b@c:d", "ssh://host/", "ssh://root@host:2222/srv/x",
          "ssh://[fe80::1%eth0]:22/", "ssh://root@10.0.0.1/"})
        EXPECT_EQ(to_string(MasterSource::parse(text).value()), text);
    const MasterSource source = MasterSource::parse("ssh://root@host").value();
    EXPECT_EQ(source.remote()->user, "root");
    EXPECT_EQ(source.remote()->host, "host");
    EXPECT_FALSE(source.remote()->port);
    EXPECT_EQ(source.path(), "/");
}

}  // namespace
}  // namespace dim::model
