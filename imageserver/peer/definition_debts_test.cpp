#include "imageserver/boot/test_database.hpp"
#include "imageserver/peer/definition_debts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

DefinitionDebt debt(const char* server, const char* problem) {
    return {*model::ComponentName::parse(server), problem};
}

TEST(DefinitionDebts, AreThereUntilTheyArePaid) {
    TestDatabase database{{kDefinitionDebtMigration}};
    DefinitionDebts debts(database.get());
    EXPECT_THAT(debts.all().value(), IsEmpty());
    ASSERT_TRUE(debts.add(std::vector{debt("is03", "off"), debt("is02", "off")}));
    ASSERT_TRUE(debts.add(std::vector{debt("is03", "it refuses it")}));
    EXPECT_THAT(debts.all().value(),
                ElementsAre(debt("is02", "off"), debt("is03", "it refuses it")));
    ASSERT_TRUE(debts.pay(*model::ComponentName::parse("is02")));
    ASSERT_TRUE(debts.pay(*model::ComponentName::parse("is09")));
    EXPECT_THAT(debts.all().value(), ElementsAre(debt("is03", "it refuses it")));
    ASSERT_TRUE(debts.replace(std::vector{debt("is04", "off")}));
    EXPECT_THAT(debts.all().value(), ElementsAre(debt("is04", "off")));
}

}  // namespace
}  // namespace dim::server
