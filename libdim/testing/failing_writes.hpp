#pragma once

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

// Takes the place of libc's functions in the whole test program, SQLite's library included: one
// source of a program includes it.
namespace dim::testing {

/// Lets writes of this program to regular files on one file system fail, as on a disk that is full
/// (ENOSPC) or broken (EIO). One at a time.
class FailingWrites {
public:
    /// Those of the file system that DIRECTORY is on; the first SKIPPED succeed, then COUNT fail.
    FailingWrites(const std::string& directory, int number, int skipped = 0, int count = INT_MAX) {
        struct stat status{};
        if (::stat(directory.c_str(), &status) != 0) return;
        error_ = number;
        seen_ = 0;
        failed_ = 0;
        first_ = skipped;
        end_ = count > INT_MAX - skipped ? INT_MAX : skipped + count;
        device_ = status.st_dev;
    }
    FailingWrites(const FailingWrites&) = delete;
    FailingWrites& operator=(const FailingWrites&) = delete;
    ~FailingWrites() { device_ = 0; }

    static int failed() { return failed_; }

    /// Whether the write to FD that is about to be done fails; errno says why.
    static bool is_due(int fd) {
        struct stat status{};
        if (device_ == 0 || fd <= STDERR_FILENO || ::fstat(fd, &status) != 0) return false;
        if (status.st_dev != device_ || !S_ISREG(status.st_mode)) return false;
        const int number = seen_++;
        if (number < first_ || number >= end_) return false;
        ++failed_;
        errno = error_;
        return true;
    }

private:
    // NOLINTBEGIN(readability-identifier-naming): members, although of the class
    static inline std::atomic<dev_t> device_{0};
    static inline std::atomic<int> error_{0};
    static inline std::atomic<int> seen_{0};
    static inline std::atomic<int> failed_{0};
    static inline std::atomic<int> first_{0};
    static inline std::atomic<int> end_{0};
    // NOLINTEND(readability-identifier-naming)
};

template <class Function>
Function* function_of_libc(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace dim::testing

// In the one source of a test program that includes this.
// NOLINTBEGIN(misc-definitions-in-headers)
extern "C" {

ssize_t write(int fd, const void* bytes, std::size_t size) {
    static auto* const real = dim::testing::function_of_libc<decltype(write)>("write");
    return dim::testing::FailingWrites::is_due(fd) ? -1 : real(fd, bytes, size);
}

ssize_t pwrite64(int fd, const void* bytes, std::size_t size, off64_t offset) {
    static auto* const real = dim::testing::function_of_libc<decltype(pwrite64)>("pwrite64");
    return dim::testing::FailingWrites::is_due(fd) ? -1 : real(fd, bytes, size, offset);
}

int fdatasync(int fd) {
    static auto* const real = dim::testing::function_of_libc<decltype(fdatasync)>("fdatasync");
    return dim::testing::FailingWrites::is_due(fd) ? -1 : real(fd);
}

int fsync(int fd) {
    static auto* const real = dim::testing::function_of_libc<decltype(fsync)>("fsync");
    return dim::testing::FailingWrites::is_due(fd) ? -1 : real(fd);
}

int fallocate(int fd, int mode, off_t offset, off_t size) {
    static auto* const real = dim::testing::function_of_libc<decltype(fallocate)>("fallocate");
    return dim::testing::FailingWrites::is_due(fd) ? -1 : real(fd, mode, offset, size);
}
}
// NOLINTEND(misc-definitions-in-headers)
