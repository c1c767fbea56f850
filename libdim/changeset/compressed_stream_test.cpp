#include "libdim/changeset/compressed_stream.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>

#include <gtest/gtest.h>

namespace dim::changeset {
namespace {

using dim::testing::value_of;

class CompressedStream : public ::testing::Test {
protected:
    void write(const std::string& text) const {
        const sys::Fd fd = value_of(sys::open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600));
        CompressedWriter writer(fd);
        value_of(writer.write(text));
        value_of(writer.finish());
    }
    Result<std::string> read() const {
        const sys::Fd fd = value_of(sys::open(file, O_RDONLY));
        CompressedReader reader(fd);
        std::array<char, 7> piece{};
        std::string text;
        for (;;) {
            DIM_TRY(const std::size_t count, reader.read(piece));
            if (count == 0) return text;
            text.append(piece.data(), count);
        }
    }
    dim::testing::TemporaryDirectory directory;
    const std::string file = directory / "stream";
};

TEST_F(CompressedStream, IsReadAsItWasWritten) {
    std::string text;
    for (int i = 0; i < 30000; ++i)
        text += std::to_string(i * i);
    for (const std::string& wanted : {std::string(), std::string("x"), text}) {
        write(wanted);
        EXPECT_EQ(value_of(read()), wanted);
    }
    EXPECT_LT(value_of(sys::stat(file)).size, text.size());
}

TEST_F(CompressedStream, OneThatIsDamagedIsAnError) {
    write(std::string(100, 'x') + "abcdefgh");
    const std::string whole = value_of(sys::read_file(file));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        dim::testing::write(file, whole.substr(0, size));
        EXPECT_EQ(read().error().code(), ErrorCode::invalid_input) << size;
    }
    dim::testing::write(file, whole + "more");
    EXPECT_EQ(read().error().code(), ErrorCode::invalid_input);
    dim::testing::write(file, "no frame at all");
    EXPECT_EQ(read().error().code(), ErrorCode::invalid_input);
}

}  // namespace
}  // namespace dim::changeset
