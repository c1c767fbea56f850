#include "imageserver/state/shared_transactions.hpp"

#include <utility>

namespace dim::server {

namespace {

/// Without anything that other work did in the same transaction.
Result<void> run_alone(Transaction& transaction, const SharedTransactions::Work& work,
                       Result<void>& result) {
    DIM_CHECK(transaction.execute("SAVEPOINT shared"));
    result = work(transaction);
    if (!result) DIM_CHECK(transaction.execute("ROLLBACK TO shared"));
    return transaction.execute("RELEASE shared");
}

}  // namespace

Result<void> SharedTransactions::run(const Work& work) {
    Waiting own{.work = work, .result = {}};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&own);
    ended_.wait(lock, [&] { return own.is_done || !is_running_; });
    if (own.is_done) return std::move(own.result);
    is_running_ = true;
    const std::vector<Waiting*> together = std::exchange(waiting_, {});
    lock.unlock();
    run_together(together);
    lock.lock();
    for (Waiting* each : together)
        each->is_done = true;
    is_running_ = false;
    ended_.notify_all();
    return std::move(own.result);
}

std::size_t SharedTransactions::waiting() const {
    const std::scoped_lock lock(mutex_);
    return waiting_.size();
}

void SharedTransactions::run_together(const std::vector<Waiting*>& together) {
    const Result<void> committed =
        database_->transaction([&](Transaction& transaction) -> Result<void> {
            for (Waiting* each : together)
                DIM_CHECK(run_alone(transaction, each->work, each->result));
            return {};
        });
    if (committed) return;
    for (Waiting* each : together)
        if (each->result) each->result = fail(Error(committed.error()));
}

}  // namespace dim::server
