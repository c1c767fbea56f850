#include "imageserver/state/database.hpp"

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
