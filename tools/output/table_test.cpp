#include "tools/output/table.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

TEST(Table, ColumnsAlignAndNothingTrails) {
    Table table({"NAME", "STATE", "CAUSE"});
    EXPECT_TRUE(table.is_empty());
    table.add_row({"s01c1b01", "running", ""});
    table.add_row({"b", "failed", "no image"});
    EXPECT_EQ(table.text(), "NAME      STATE    CAUSE\n"
                            "s01c1b01  running  -\n"
                            "b         failed   no image\n");
}

TEST(Table, NoCellMovesTheTerminalsCursor) {
    Table table({"SERVER", "VERSION"});
    table.add_row({"is02", "\x1b]52;c;x\x07"});
    EXPECT_EQ(table.text().find('\x1b'), std::string::npos) << table.text();
}

}  // namespace
}  // namespace dim::tool
