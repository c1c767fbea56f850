#include "tools/commands/commands.hpp"
#include "tools/output/table.hpp"

#include <iostream>

namespace dim::tool {

Action dhcp_show(CLI::App&) {
    return [](Context& context) -> Result<void> {
        DIM_TRY(const auto list, context.client.get<api::DhcpHostList>("/v1/dhcp"));
        if (context.json) {
            std::cout << to_json(list) << '\n';
            return {};
        }
        Table table({"BLADE", "MAC", "ADDRESS", "IMAGE", "BOOT FILE"});
        for (const api::DhcpHost& host : list.hosts) {
            table.add_row({to_string(host.blade), to_string(host.mac), to_string(host.address),
                           host.image ? to_string(*host.image) : "", host.boot_file.value_or("")});
        }
        std::cout << table.text();
        return {};
    };
}

}  // namespace dim::tool
