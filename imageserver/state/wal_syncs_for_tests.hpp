#pragma once

#include <atomic>
#include <sqlite3.h>

namespace dim::server {

/// For tests: as long as it lives, databases that are opened count how often their write-ahead log
/// is given to the disk (SQLite's file interface, https://sqlite.org/vfs.html). One at a time, and
/// the databases end first.
class WalSyncs {
public:
    WalSyncs() {
        real_ = sqlite3_vfs_find(nullptr);
        ours_ = *real_;
        ours_.zName = "dim-wal-syncs";
        ours_.pNext = nullptr;
        ours_.xOpen = open;
        sqlite3_vfs_register(&ours_, 1);
    }
    ~WalSyncs() {
        sqlite3_vfs_unregister(&ours_);
        sqlite3_vfs_register(real_, 1);
    }
    WalSyncs(const WalSyncs&) = delete;
    WalSyncs& operator=(const WalSyncs&) = delete;

    /// Since it was asked last.
    static int take() { return count_.exchange(0); }

private:
    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
        const int code = real_->xOpen(real_, name, file, flags, out_flags);
        if (code != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0) return code;
        real_methods_ = file->pMethods;
        methods_ = *real_methods_;
        methods_.xSync = sync;
        file->pMethods = &methods_;
        return code;
    }
    static int sync(sqlite3_file* file, int flags) {
        ++count_;
        return real_methods_->xSync(file, flags);
    }

    static inline sqlite3_vfs* real_ = nullptr;
    static inline sqlite3_vfs ours_{};
    static inline const sqlite3_io_methods* real_methods_ = nullptr;
    static inline sqlite3_io_methods methods_{};
    static inline std::atomic<int> count_{0};
};

}  // namespace dim::server
