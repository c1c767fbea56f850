#include "imageserver/state/database.hpp"
#include "imageserver/state/wal_syncs_for_tests.hpp"
#include "libdim/testing/failing_writes.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

constexpr Migration kThings{
    "things-1", "CREATE TABLE thing (name TEXT PRIMARY KEY, size INTEGER, weight REAL) STRICT;"
                "CREATE TABLE part (thing TEXT NOT NULL REFERENCES thing) STRICT"};

class DatabaseTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::string name =
            (std::filesystem::temp_directory_path() / "dim-database-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        directory_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }
    std::string path() const { return directory_ + "/dim.db"; }
    Result<Database> open() const { return Database::open(path(), std::array{kThings}); }

    static Result<std::int64_t> count(Database& database) {
        return database.transaction([](Transaction& transaction) -> Result<std::int64_t> {
            DIM_TRY(Statement rows, transaction.query("SELECT count(*) FROM thing"));
            DIM_TRY([[maybe_unused]] const bool has_row, rows.next());
            return rows.integer(0);
        });
    }

    std::string directory_;
};

TEST_F(DatabaseTest, RefusesWhatIsNoDatabaseAndNamesTheFileAndTheCure) {
    std::ofstream(path()) << std::string(4096, 'x');
    const auto database = open();
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().code(), ErrorCode::conflict);
    EXPECT_TRUE(database.error().message().starts_with(path()));
    EXPECT_FALSE(database.error().cure().empty());
}

TEST_F(DatabaseTest, KeepsAThreadFromTheDisk) {
    Database database = open().value();
    database.keep_off(std::this_thread::get_id());
    EXPECT_EQ(count(database).error().code(), ErrorCode::internal);
    std::thread([&] { EXPECT_TRUE(count(database)); }).join();
    database.keep_off({});
    EXPECT_TRUE(count(database));
}

TEST_F(DatabaseTest, RefusesADatabaseOfANewerProgram) {
    constexpr Migration kNewer{"future-7", "CREATE TABLE future (x INTEGER) STRICT"};
    ASSERT_TRUE(Database::open(path(), std::array{kThings, kNewer}));
    const auto database = open();
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().code(), ErrorCode::conflict);
    EXPECT_NE(database.error().message().find("future-7"), std::string::npos);
}

TEST_F(DatabaseTest, AFailedMigrationLeavesNothingBehind) {
    constexpr Migration kBroken{"broken-1", "CREATE TABLE half (x INTEGER) STRICT; CREATE GARBAGE"};
    const auto database = Database::open(path(), std::array{kThings, kBroken});
    ASSERT_FALSE(database);
    EXPECT_NE(database.error().message().find("broken-1"), std::string::npos);
    constexpr Migration kMended{"broken-1", "CREATE TABLE half (x INTEGER) STRICT"};
    EXPECT_TRUE(Database::open(path(), std::array{kThings, kMended}));
}

TEST_F(DatabaseTest, AnErrorUndoesTheTransaction) {
    auto database = open();
    ASSERT_TRUE(database) << to_string(database.error());
    const auto result = database->transaction([](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("INSERT INTO thing VALUES (?1, ?2, ?3)", "anvil", 1, 2.5));
        return fail(ErrorCode::conflict, "changed our mind");
    });
    EXPECT_EQ(result.error().message(), "changed our mind");
    EXPECT_EQ(count(*database), 0);
}

TEST_F(DatabaseTest, BrokenRulesAreTold) {
    auto database = open();
    ASSERT_TRUE(database);
    const auto run = [&](const char* sql) {
        return database->transaction(
            [&](Transaction& transaction) { return transaction.execute(sql); });
    };
    ASSERT_TRUE(run("INSERT INTO thing (name) VALUES ('anvil')"));
    EXPECT_EQ(run("INSERT INTO thing (name) VALUES ('anvil')").error().code(),
              ErrorCode::already_exists);
    EXPECT_EQ(run("INSERT INTO part VALUES ('hammer')").error().code(), ErrorCode::conflict);
    EXPECT_EQ(run("INSERT INTO nothing VALUES (1)").error().code(), ErrorCode::internal);
}

TEST_F(DatabaseTest, RefusesATransactionInsideATransaction) {
    auto database = open();
    ASSERT_TRUE(database);
    const auto result = database->transaction(
        [&](Transaction&) -> Result<std::int64_t> { return count(*database); });
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::internal);
    EXPECT_EQ(count(*database), 0);
}

TEST_F(DatabaseTest, KeepsValuesOfEveryTypeForTheNextOpen) {
    {
        auto database = open();
        ASSERT_TRUE(database);
        ASSERT_TRUE(database->transaction([](Transaction& transaction) -> Result<void> {
            DIM_CHECK(transaction.execute("INSERT INTO thing VALUES (?1, ?2, ?3)", "it's",
                                          INT64_MAX, -0.5));
            return transaction.execute("INSERT INTO thing VALUES (?1, ?2, ?3)", std::string(),
                                       std::optional<std::int64_t>(), std::optional<double>());
        }));
    }
    auto database = open();
    ASSERT_TRUE(database);
    const auto done = database->transaction([](Transaction& transaction) -> Result<void> {
        DIM_TRY(Statement rows, transaction.query("SELECT * FROM thing ORDER BY name"));
        EXPECT_EQ(rows.next(), true);
        EXPECT_EQ(rows.text(0), "");
        EXPECT_EQ(rows.optional_integer(1), std::nullopt);
        EXPECT_TRUE(rows.is_null(2));
        EXPECT_EQ(rows.next(), true);
        EXPECT_EQ(rows.optional_text(0), "it's");
        EXPECT_EQ(rows.integer(1), INT64_MAX);
        EXPECT_EQ(rows.real(2), -0.5);
        EXPECT_EQ(rows.next(), false);
        return {};
    });
    EXPECT_TRUE(done);
}

TEST_F(DatabaseTest, OthersCannotReadIt) {
    ASSERT_TRUE(open());
    struct stat status{};
    ASSERT_EQ(stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_F(DatabaseTest, ThreadsTakeTurns) {
    auto database = open();
    ASSERT_TRUE(database);
    constexpr int kEach = 200;
    const auto insert = [&](const std::string& prefix) {
        for (int i = 0; i < kEach; ++i) {
            const auto done = database->transaction([&](Transaction& transaction) {
                return transaction.execute("INSERT INTO thing (name) VALUES (?1)",
                                           prefix + std::to_string(i));
            });
            ASSERT_TRUE(done) << to_string(done.error());
        }
    };
    std::thread first(insert, "a");
    std::thread second(insert, "b");
    first.join();
    second.join();
    EXPECT_EQ(count(*database), 2 * kEach);
}

Result<void> insert(Transaction& transaction, const std::string& name) {
    return transaction.execute("INSERT INTO thing (name) VALUES (?1)", name);
}

// The power failing takes what the disk has not been given.
TEST_F(DatabaseTest, ACommitIsOnTheDiskWhenItReturns) {
    const WalSyncs syncs;
    auto database = open();
    ASSERT_TRUE(database);
    EXPECT_GE(WalSyncs::take(), 1) << "the migrations";
    for (const std::string name : {"anvil", "bell"}) {
        ASSERT_TRUE(database->transaction(
            [&](Transaction& transaction) { return insert(transaction, name); }));
        EXPECT_GE(WalSyncs::take(), 1) << name;
    }
    EXPECT_EQ(count(*database), 2);
    EXPECT_EQ(WalSyncs::take(), 0) << "a transaction that changed nothing";
}

TEST_F(DatabaseTest, AReportWaitsForNoDiskUntilTheNextCommitThatDoes) {
    const WalSyncs syncs;
    auto database = open();
    ASSERT_TRUE(database);
    ReportDatabase reports(*database);
    const auto report = [&](const std::string& name) {
        return reports.transaction(
            [&](Transaction& transaction) { return insert(transaction, name); });
    };
    static_cast<void>(WalSyncs::take());
    ASSERT_TRUE(report("heartbeat"));
    ASSERT_TRUE(report("stage"));
    EXPECT_EQ(WalSyncs::take(), 0);
    ASSERT_TRUE(database->transaction(
        [](Transaction& transaction) { return insert(transaction, "assignment"); }));
    EXPECT_GE(WalSyncs::take(), 1);
    ASSERT_TRUE(report("heartbeat again"));
    EXPECT_EQ(WalSyncs::take(), 0);
}

class DatabaseOnABadDisk : public DatabaseTest {
protected:
    static Result<void> insert(Database& database, const std::string& name) {
        return database.transaction([&](Transaction& transaction) {
            return transaction.execute("INSERT INTO thing (name) VALUES (?1)", name);
        });
    }
    std::uintmax_t bytes(const std::string& suffix) const {
        return std::filesystem::file_size(path() + suffix);
    }
};

// Each write of many transactions fails once, checkpoints' included, with a full disk and with a
// broken one: what was told as stored is stored, and nothing has to be opened again.
TEST_F(DatabaseOnABadDisk, LosesNothingThatItSaidIsStored) {
    auto database = open();
    ASSERT_TRUE(database);
    std::int64_t stored = 0;
    for (const int error : {ENOSPC, EIO}) {
        int failures = 0;
        for (int skipped = 0; skipped < 12; ++skipped) {
            const dim::testing::FailingWrites failing(directory_, error, skipped, 1);
            for (int i = 0; i < 4; ++i) {
                const std::string name =
                    std::to_string(error) + '-' + std::to_string(skipped) + '-' + std::to_string(i);
                const auto inserted = insert(*database, name + std::string(20'000, 'x'));
                if (inserted) {
                    ++stored;
                    continue;
                }
                EXPECT_EQ(inserted.error().code(),
                          error == ENOSPC ? ErrorCode::limit_exceeded : ErrorCode::io);
                ++failures;
            }
            EXPECT_EQ(dim::testing::FailingWrites::failed(), 1);
            EXPECT_EQ(count(*database), stored);
        }
        EXPECT_GT(failures, 8);
    }
    database = open();
    EXPECT_EQ(count(*database), stored);
}

TEST_F(DatabaseOnABadDisk, SaysHowToGetRoom) {
    auto database = open();
    ASSERT_TRUE(database);
    const dim::testing::FailingWrites failing(directory_, ENOSPC);
    const auto inserted = insert(*database, "anvil");
    ASSERT_FALSE(inserted);
    EXPECT_EQ(inserted.error().message(), "database: database or disk is full");
    EXPECT_NE(inserted.error().cure().find("free some space"), std::string::npos);
}

TEST_F(DatabaseOnABadDisk, KeepsRoomOfItsOwn) {
    auto database = open();
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->keep_room());
    const auto size = bytes("");
    const auto log_size = bytes("-wal");
    EXPECT_GE(size, Database::kRoom);
    EXPECT_GE(log_size, Database::kRoom);
    // A third of the room, in many transactions; a name is stored twice, in five pages.
    constexpr std::uint64_t kRows = Database::kRoom / 3 / (std::uint64_t{5} * 4096);
    for (std::uint64_t i = 0; i < kRows; ++i)
        ASSERT_TRUE(insert(*database, std::to_string(i) + std::string(8000, 'x')));
    EXPECT_EQ(bytes(""), size);
    EXPECT_EQ(bytes("-wal"), log_size) << "what is not longer than before needs no space";
    ASSERT_TRUE(database->keep_room());
    EXPECT_EQ(bytes(""), size) << "half of it is left";
    for (std::uint64_t i = 0; i < kRows; ++i)
        ASSERT_TRUE(insert(*database, 'y' + std::to_string(i) + std::string(8000, 'x')));
    ASSERT_TRUE(database->keep_room());
    database = fail(ErrorCode::internal, "closed");
    EXPECT_GT(bytes(""), size);
    EXPECT_GE(bytes("-wal"), Database::kRoom) << "closing the database keeps it";
}

// What was committed is there after the process died without a word.
TEST_F(DatabaseTest, ACommitSurvivesKill) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        auto database = open();
        const auto done = database->transaction([](Transaction& transaction) {
            return transaction.execute("INSERT INTO thing (name) VALUES ('kept')");
        });
        // A second one is under way when the process dies.
        if (done) {
            (void)database->transaction([](Transaction& transaction) -> Result<void> {
                (void)transaction.execute("INSERT INTO thing (name) VALUES ('unfinished')");
                kill(getpid(), SIGKILL);
                return {};
            });
        }
        _exit(1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    auto database = open();
    ASSERT_TRUE(database);
    EXPECT_EQ(count(*database), 1);
}

}  // namespace
}  // namespace dim::server
