#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/spool_file.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace dim::sys {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Spooled : public ::testing::Test {
protected:
    Spooled() { EXPECT_TRUE(mkdir(spools)); }
    Result<SpoolFile> spool(std::string_view text) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        const Fd input(ends[0]);
        {
            const Fd output(ends[1]);
            EXPECT_TRUE(write_all(output, text));
        }
        return SpoolFile::copy(input, spools + "/spool-");
    }
    std::vector<std::string> files() const {
        return list_names(open_directory(spools).value()).value();
    }

    const testing::TemporaryDirectory directory;
    const std::string spools = directory / "spools";
};

TEST_F(Spooled, IsAFileAsLongAsItIsNeeded) {
    {
        const auto spooled = spool("a tar file");
        ASSERT_TRUE(spooled);
        EXPECT_EQ(read_file(spooled->path()).value(), "a tar file");
        EXPECT_THAT(spooled->path(), HasSubstr("/spools/spool-"));
        EXPECT_EQ(stat(spooled->path())->mode & 0777, 0600U);
        EXPECT_EQ(spooled->bytes(), 10U);
    }
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_EQ(spool("")->bytes(), 0U);
}

TEST_F(Spooled, GoesWhenASignalEndsTheProgram) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const auto spooled = spool("a tar file");
        ::_exit(spooled && ::raise(SIGTERM) == 0 ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
    EXPECT_THAT(files(), IsEmpty());
}

}  // namespace
}  // namespace dim::sys
