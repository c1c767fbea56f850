#include "tools/commands/commands.hpp"
#include "tools/output/table.hpp"

#include <iostream>

namespace dim::tool {

Action nfs_show(CLI::App&) {
    return [](Context& context) -> Outcome<> {
        DIM_TRY(const auto list, context.client.get<api::NfsExportList>("/v1/exports"));
        if (context.json) {
            std::cout << to_json(list) << '\n';
            return {};
        }
        Table table({"PATH", "CLIENT", "ACCESS", "DIRECTORY"});
        for (const api::NfsExport& entry : list.exports) {
            table.add_row({entry.path, entry.client, entry.is_writable ? "read/write" : "read-only",
                           entry.source});
        }
        std::cout << table.text();
        return {};
    };
}

}  // namespace dim::tool
