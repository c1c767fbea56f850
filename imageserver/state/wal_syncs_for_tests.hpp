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
        real = sqlite3_vfs_find(nullptr);
        ours = *real;
        ours.zName = "dim-wal-syncs";
        ours.pNext = nullptr;
        ours.xOpen = open;
        sqlite3_vfs_register(&ours, 1);
    }
    ~WalSyncs() {
        sqlite3_vfs_unregister(&ours);
        sqlite3_vfs_register(real, 1);
    }
    WalSyncs(const WalSyncs&) = delete;
    WalSyncs& operator=(const WalSyncs&) = delete;

    /// Since it was asked last.
    static int take() { return count.exchange(0); }

private:
    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
        const int code = real->xOpen(real, name, file, flags, out_flags);
        if (code != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0) return code;
        real_methods = file->pMethods;
        methods = *real_methods;
        methods.xSync = sync;
        file->pMethods = &methods;
        return code;
    }
    static int sync(sqlite3_file* file, int flags) {
        ++count;
        return real_methods->xSync(file, flags);
    }

    static inline sqlite3_vfs* real = nullptr;
    static inline sqlite3_vfs ours{};
    static inline const sqlite3_io_methods* real_methods = nullptr;
    static inline sqlite3_io_methods methods{};
    static inline std::atomic<int> count{0};
};

}  // namespace dim::server
