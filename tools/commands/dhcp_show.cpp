#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/table.hpp"

#include <algorithm>
#include <iostream>
#include <set>

namespace dim::tool {

namespace {

Result<void> print(const Context& context, const api::DhcpHostList& list) {
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
}

Error not_served(const model::ComponentName& blade) {
    return Error(ErrorCode::not_found, "DHCP of this image server knows none of these blades")
        .with_cure("'dim blade show " + to_string(blade) +
                   "' says whether another one serves it, or its MAC is unknown");
}

}  // namespace

Action dhcp_show(CLI::App& app) {
    auto selection = std::make_shared<BladeSelection>();
    selection->add_options(app);
    return [=](Context& context) -> Outcome<> {
        std::vector<model::ComponentName> blades;
        if (!selection->ranges.empty()) {
            DIM_TRY(blades, selection->resolve(context));
        }
        DIM_TRY(auto list, context.client.get<api::DhcpHostList>("/v1/dhcp"));
        if (!blades.empty()) {
            const std::set wanted(blades.begin(), blades.end());
            std::erase_if(list.hosts,
                          [&](const api::DhcpHost& host) { return !wanted.contains(host.blade); });
            if (list.hosts.empty()) return fail(not_served(blades.front()));
        }
        return print(context, list);
    };
}

}  // namespace dim::tool
