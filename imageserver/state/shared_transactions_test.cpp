#include "imageserver/state/shared_transactions.hpp"
#include "imageserver/state/wal_syncs_for_tests.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>
#include <latch>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

constexpr Migration kNames{"names-1", "CREATE TABLE name (name TEXT PRIMARY KEY) STRICT"};
constexpr std::size_t kThreads = 8;

class SharedTransactionsTest : public ::testing::Test {
protected:
    static Result<void> insert(Transaction& transaction, const std::string& name) {
        return transaction.execute("INSERT INTO name VALUES (?1)", name);
    }
    /// The first is in its transaction until all others wait; each stores its name, and then
    /// FAILING fails.
    void run_all(std::size_t failing) {
        std::latch first(1);
        std::vector<std::jthread> threads;
        threads.emplace_back([&] {
            results[0] = shared.run([&](Transaction& transaction) {
                first.count_down();
                while (shared.waiting() < kThreads - 1)
                    std::this_thread::yield();
                return insert(transaction, "0");
            });
        });
        first.wait();
        for (std::size_t i = 1; i < kThreads; ++i)
            threads.emplace_back([&, i] {
                results.at(i) = shared.run([&, i](Transaction& transaction) -> Result<void> {
                    DIM_CHECK(insert(transaction, std::to_string(i)));
                    if (i == failing) return fail(ErrorCode::conflict, "not this one");
                    return {};
                });
            });
    }
    std::int64_t names() {
        return database
            .transaction([](Transaction& transaction) -> Result<std::int64_t> {
                DIM_TRY(Statement rows, transaction.query("SELECT count(*) FROM name"));
                DIM_TRY([[maybe_unused]] const bool has_row, rows.next());
                return rows.integer(0);
            })
            .value();
    }

    const WalSyncs syncs;
    const testing::TemporaryDirectory directory;
    Database database = Database::open(directory / "dim.db", std::array{kNames}).value();
    SharedTransactions shared{database};
    std::array<Result<void>, kThreads> results;
};

TEST_F(SharedTransactionsTest, AnErrorUndoesWhatItsOwnWorkDid) {
    run_all(3);
    for (std::size_t i = 0; i < kThreads; ++i)
        EXPECT_EQ(results.at(i).has_value(), i != 3) << i;
    EXPECT_EQ(results[3].error().code(), ErrorCode::conflict);
    EXPECT_EQ(names(), std::ssize(results) - 1);
}

TEST_F(SharedTransactionsTest, ACommitThatFailsIsTheErrorOfAll) {
    database
        .transaction([](Transaction& transaction) {
            return transaction.execute(
                "CREATE TABLE part (name TEXT REFERENCES name DEFERRABLE INITIALLY DEFERRED) "
                "STRICT");
        })
        .value();
    const auto done = shared.run([](Transaction& transaction) {
        return transaction.execute("INSERT INTO part VALUES ('of nothing')");
    });
    EXPECT_FALSE(done);
    EXPECT_TRUE(shared.run([](Transaction& transaction) { return insert(transaction, "next"); }));
    EXPECT_EQ(names(), 1);
}

TEST_F(SharedTransactionsTest, WaitForTheDiskTogether) {
    (void)WalSyncs::take();
    run_all(kThreads);
    EXPECT_EQ(WalSyncs::take(), 2) << "the first, and all others";
    EXPECT_EQ(names(), std::ssize(results));
}

}  // namespace
}  // namespace dim::server
