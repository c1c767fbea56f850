#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

namespace dim::server {

/// Transactions of many threads that need not wait for the disk one after the other: those that
/// come while one is written are written together.
class SharedTransactions {
public:
    using Work = std::function<Result<void>(Transaction&)>;

    /// DATABASE outlives this.
    explicit SharedTransactions(Database& database) : database_(&database) {}

    /// As Database::transaction: what WORK did is on the disk when this returns, and an error of it
    /// undoes that, and nothing of others. Any thread of those that call this may run it. Not to be
    /// nested. Errors: those of WORK; when the commit fails, that of all.
    Result<void> run(const Work& work);
    /// How many wait while others are written.
    std::size_t waiting() const;

private:
    struct Waiting {
        const Work& work;
        Result<void> result;
        bool is_done = false;
    };
    void run_together(const std::vector<Waiting*>& together);

    Database* database_;
    mutable std::mutex mutex_;
    std::condition_variable ended_;
    std::vector<Waiting*> waiting_;
    bool is_running_ = false;
};

}  // namespace dim::server
