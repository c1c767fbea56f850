#include "libdim/changeset/compressed_stream.hpp"

#include "libdim/sys/file.hpp"

#include <cstdint>
#include <new>
#include <string>
#include <vector>
#include <zstd.h>

namespace dim::changeset {

namespace {

/// Of what is read: a frame that wants more memory (16 MiB) is none of ours.
constexpr int kWindowLog = 24;
/// Threads that compress; more of them need more memory.
constexpr int kWorkers = 2;

struct FreeContext {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

template <class Context>
std::unique_ptr<Context, FreeContext> owned(Context* context) {
    if (context == nullptr) throw std::bad_alloc();
    return std::unique_ptr<Context, FreeContext>(context);
}

}  // namespace

struct CompressedWriter::State {
    explicit State(const sys::Fd& the_fd) : fd(the_fd) {
        ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
        // Whoever makes what is compressed goes on meanwhile. A library without threads refuses.
        ZSTD_CCtx_setParameter(context.get(), ZSTD_c_nbWorkers, kWorkers);
    }
    Result<void> put(std::string_view bytes, ZSTD_EndDirective directive) {
        ZSTD_inBuffer input{.src = bytes.data(), .size = bytes.size(), .pos = 0};
        for (;;) {
            ZSTD_outBuffer made{.dst = output.data(), .size = output.size(), .pos = 0};
            const std::size_t left = ZSTD_compressStream2(context.get(), &made, &input, directive);
            if (ZSTD_isError(left) != 0) return fail(ErrorCode::internal, ZSTD_getErrorName(left));
            DIM_CHECK(sys::write_all(fd, {output.data(), made.pos}));
            if (directive == ZSTD_e_end ? left == 0 : input.pos == input.size) return {};
        }
    }
    const sys::Fd& fd;
    std::unique_ptr<ZSTD_CCtx, FreeContext> context = owned(ZSTD_createCCtx());
    std::vector<char> output = std::vector<char>(ZSTD_CStreamOutSize());
};

CompressedWriter::CompressedWriter(const sys::Fd& fd) : state_(std::make_unique<State>(fd)) {}
CompressedWriter::CompressedWriter(CompressedWriter&&) noexcept = default;
CompressedWriter& CompressedWriter::operator=(CompressedWriter&&) noexcept = default;
CompressedWriter::~CompressedWriter() = default;

Result<void> CompressedWriter::write(std::string_view bytes) {
    return state_->put(bytes, ZSTD_e_continue);
}

Result<void> CompressedWriter::finish() { return state_->put({}, ZSTD_e_end); }

struct CompressedReader::State {
    explicit State(const sys::Fd& the_fd) : fd(the_fd) {
        ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLog);
    }
    /// More of the file, when all that was read of it is used up; false at its end.
    Result<bool> refill() {
        if (input.pos < input.size) return true;
        DIM_TRY(const std::size_t count, sys::read_at(fd, bytes, offset));
        offset += count;
        input = {.src = bytes.data(), .size = count, .pos = 0};
        return count != 0;
    }
    const sys::Fd& fd;
    std::unique_ptr<ZSTD_DCtx, FreeContext> context = owned(ZSTD_createDCtx());
    std::vector<char> bytes = std::vector<char>(ZSTD_DStreamInSize());
    ZSTD_inBuffer input{.src = nullptr, .size = 0, .pos = 0};
    std::uint64_t offset = 0;
    bool is_over = false;
};

CompressedReader::CompressedReader(const sys::Fd& fd) : state_(std::make_unique<State>(fd)) {}
CompressedReader::CompressedReader(CompressedReader&&) noexcept = default;
CompressedReader& CompressedReader::operator=(CompressedReader&&) noexcept = default;
CompressedReader::~CompressedReader() = default;

Result<std::size_t> CompressedReader::read(std::span<char> buffer) {
    ZSTD_outBuffer output{.dst = buffer.data(), .size = buffer.size(), .pos = 0};
    while (output.pos < output.size && !state_->is_over) {
        DIM_TRY(const bool has_more, state_->refill());
        const std::size_t before = output.pos;
        const std::size_t left =
            ZSTD_decompressStream(state_->context.get(), &output, &state_->input);
        if (ZSTD_isError(left) != 0)
            return fail(ErrorCode::invalid_input,
                        std::string("it is damaged, or no changeset: ") + ZSTD_getErrorName(left));
        state_->is_over = left == 0;
        if (!has_more && !state_->is_over && output.pos == before)
            return fail(ErrorCode::invalid_input, "its end is missing: it was cut off");
    }
    if (!state_->is_over) return output.pos;
    DIM_TRY(const bool has_more, state_->refill());
    if (has_more) return fail(ErrorCode::invalid_input, "it goes on behind its end");
    return output.pos;
}

}  // namespace dim::changeset
