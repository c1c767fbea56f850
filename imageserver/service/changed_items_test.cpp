#include "imageserver/service/changed_items.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(ChangedItems, AreCounted) {
    EXPECT_EQ(changed_items({"a", "b"}, {"a", "c", "d"}, "line"), "2 lines new, 1 gone");
    EXPECT_EQ(changed_items({"a"}, {"a", "b"}, "export"), "1 export new");
    EXPECT_EQ(changed_items({"a", "a", "b"}, {"b"}, "line"), "2 lines gone");
}

TEST(ChangedItems, AnotherOrderIsNoNewItem) {
    EXPECT_EQ(changed_items({"a", "b"}, {"b", "a"}, "line"), "the same lines in another order");
}

}  // namespace
}  // namespace dim::server
