#include "imageserver/boot/test_database.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

class BootSchema : public ::testing::Test {
protected:
    std::int64_t add_boot(const char* blade) {
        return database.get()
            .transaction([&](Transaction& transaction) -> Result<std::int64_t> {
                DIM_CHECK(transaction.execute("INSERT INTO boot (blade, record) VALUES (?1, '{}')",
                                              std::string_view(blade)));
                return transaction.last_inserted_id();
            })
            .value();
    }
    Result<void> execute(std::string_view sql) {
        return database.get().transaction(
            [&](Transaction& transaction) { return transaction.execute(sql); });
    }
    TestDatabase database;
};

TEST_F(BootSchema, GivesNoKeyTwice) {
    const std::int64_t first = add_boot("s01c1b01");
    ASSERT_TRUE(execute("DELETE FROM boot"));
    database.reopen();
    EXPECT_GT(add_boot("s01c1b02"), first) << "an old boot id would name another's boot";
}

TEST_F(BootSchema, HoldsOneAssignmentOfABlade) {
    ASSERT_TRUE(execute("INSERT INTO assignment VALUES ('s01c1b01', 'granite', 1)"));
    EXPECT_FALSE(execute("INSERT INTO assignment VALUES ('s01c1b01', 'basalt', 2)"));
    EXPECT_FALSE(execute("INSERT INTO assignment VALUES ('s01c1b02', 'basalt', 'today')"))
        << "times are numbers";
}

}  // namespace
}  // namespace dim::server
