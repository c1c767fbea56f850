#include "libdim/changeset/rsync_delta.hpp"

#include "libdim/changeset/content.hpp"
#include "libdim/sys/file.hpp"

#include <cstdio>
#include <memory>
#include <new>
#include <vector>

#include <librsync.h>

namespace dim::changeset {

namespace {

/// What a Sink answers once it has enough.
constexpr const char* kEnough = "enough";

struct FreeJob {
    void operator()(rs_job_t* job) const { rs_job_free(job); }
    void operator()(rs_signature_t* signature) const { rs_free_sumset(signature); }
};
using Job = std::unique_ptr<rs_job_t, FreeJob>;
using Signature = std::unique_ptr<rs_signature_t, FreeJob>;

Job owned(rs_job_t* job) {
    if (job == nullptr) throw std::bad_alloc();
    ::rs_trace_set_level(RS_LOG_CRIT);  // what is wrong is told by whoever called
    return Job(job);
}

Result<void> check(rs_result result) {
    if (result == RS_DONE) return {};
    return fail(ErrorCode::invalid_input, rs_strerror(result));
}

/// Gives JOB all of SOURCE, and SINK all that it makes of it.
Result<void> drive(const Job& job, const Source& source, const Sink& sink) {
    std::vector<char> input(kPiece);
    std::vector<char> output(kPiece);
    rs_buffers_t buffers{};
    for (;;) {
        if (buffers.avail_in == 0 && buffers.eof_in == 0) {
            DIM_TRY(buffers.avail_in, source(input));
            buffers.next_in = input.data();
            buffers.eof_in = buffers.avail_in == 0 ? 1 : 0;
        }
        buffers.next_out = output.data();
        buffers.avail_out = output.size();
        const rs_result result = rs_job_iter(job.get(), &buffers);
        DIM_CHECK(sink({output.data(), output.size() - buffers.avail_out}));
        if (result != RS_BLOCKED) return check(result);
    }
}

/// All of FD from its beginning, however often.
Source contents(const sys::Fd& fd) {
    return [&fd, offset = std::uint64_t{0}](std::span<char> buffer) mutable {
        Result<std::size_t> count = sys::read_at(fd, buffer, offset);
        if (count) offset += *count;
        return count;
    };
}

Result<Signature> signature_of(const sys::Fd& fd) {
    DIM_TRY(const sys::FileStatus status, sys::fstat(fd));
    rs_magic_number magic = RS_RK_BLAKE2_SIG_MAGIC;
    std::size_t block = 0;
    std::size_t strong = 0;
    DIM_CHECK(check(rs_sig_args(static_cast<rs_long_t>(status.size), &magic, &block, &strong)));
    std::string text;
    DIM_CHECK(drive(owned(rs_sig_begin(block, strong, magic)), contents(fd),
                    [&](std::string_view bytes) -> Result<void> {
                        text += bytes;
                        return {};
                    }));
    rs_signature_t* read = nullptr;
    const Job load = owned(rs_loadsig_begin(&read));
    const Result<void> loaded = drive(
        load,
        [&](std::span<char> buffer) -> Result<std::size_t> {
            const std::size_t count = text.copy(buffer.data(), buffer.size());
            text.erase(0, count);
            return count;
        },
        [](std::string_view) -> Result<void> { return {}; });
    Signature signature(read);
    DIM_CHECK(loaded);
    DIM_CHECK(check(rs_build_hash_table(signature.get())));
    return signature;
}

/// librsync's callback for the content of the older file.
rs_result read_older(void* older, rs_long_t position, std::size_t* count, void** buffer) {
    const auto read =
        sys::read_at(*static_cast<const sys::Fd*>(older), {static_cast<char*>(*buffer), *count},
                     static_cast<std::uint64_t>(position));
    if (!read) return RS_IO_ERROR;
    *count = *read;
    return *read == 0 ? RS_INPUT_ENDED : RS_DONE;
}

}  // namespace

Result<std::optional<std::string>> make_delta(const sys::Fd& older, const sys::Fd& newer,
                                              std::size_t limit) {
    DIM_TRY(const Signature signature, signature_of(older));
    std::string delta;
    bool is_too_long = false;
    const Result<void> made = drive(owned(rs_delta_begin(signature.get())), contents(newer),
                                    [&](std::string_view bytes) -> Result<void> {
                                        is_too_long = bytes.size() > limit - delta.size();
                                        if (is_too_long)
                                            return fail(ErrorCode::limit_exceeded, kEnough);
                                        delta += bytes;
                                        return {};
                                    });
    if (is_too_long) return std::nullopt;
    DIM_CHECK(made);
    return delta;
}

Result<void> apply_delta(const sys::Fd& older, const Source& delta, std::uint64_t size,
                         const Sink& sink) {
    std::uint64_t left = size;
    // The callback's interface has no const.
    const Job job = owned(rs_patch_begin(&read_older, const_cast<sys::Fd*>(&older)));
    DIM_CHECK(drive(job, delta, [&](std::string_view bytes) -> Result<void> {
        if (bytes.size() > left)
            return fail(ErrorCode::invalid_input, "a delta makes more bytes than it should");
        left -= bytes.size();
        return sink(bytes);
    }));
    if (left == 0) return {};
    return fail(ErrorCode::invalid_input, "a delta makes fewer bytes than it should");
}

}  // namespace dim::changeset
