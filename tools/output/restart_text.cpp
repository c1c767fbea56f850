#include "tools/output/restart_text.hpp"

#include "tools/output/table.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/output/words.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace dim::tool {

namespace {

constexpr std::size_t kPidsShown = 5;

/// What one line is about.
struct Row {
    std::string what;  ///< "ssh.service", "busybox"
    std::string file;
    std::vector<std::uint32_t> pids;
};

std::vector<Row> rows_of(const api::Restarts& found) {
    std::vector<Row> rows;
    for (const api::RestartProcess& process : found.processes) {
        const std::string what = process.unit.value_or(process.command);
        auto row = std::ranges::find(rows, what, &Row::what);
        if (row == rows.end()) row = rows.insert(rows.end(), {what, process.file, {}});
        row->pids.push_back(process.pid);
    }
    return rows;
}

/// "411, 412 and 3 more"
std::string pids_text(const std::vector<std::uint32_t>& pids) {
    std::string text;
    for (std::size_t i = 0; i < std::min(pids.size(), kPidsShown); ++i)
        text += (i == 0 ? "" : ", ") + std::to_string(pids[i]);
    if (pids.size() > kPidsShown)
        text += " and " + std::to_string(pids.size() - kPidsShown) + " more";
    return text;
}

void add_rows(Table& table, const api::BladeRestarts& blade) {
    const std::string name = to_string(blade.blade);
    if (blade.found) {
        for (const Row& row : rows_of(*blade.found))
            table.add_row(
                {name, terminal_text(row.what), pids_text(row.pids), terminal_text(row.file)});
        if (blade.found->total > blade.found->processes.size())
            table.add_row(
                {name, std::to_string(blade.found->total - blade.found->processes.size()) + " more",
                 "", ""});
    }
    if (blade.next_kernel)
        table.add_row({name, "kernel: reboot", "",
                       terminal_text(blade.kernel.value_or("?") + ", then " + *blade.next_kernel)});
}

/// What is said of blades in STATE; nothing of those that have their rows, or nothing to do.
const char* sentence_of(const std::string& state) {
    if (state == "off") return "not running";
    if (state == "waiting")
        return "not yet on the shared root of its image's generation (dim sync status), so "
               "what is shown is of before";
    if (state == "silent")
        return "not known yet; for good when the agent in the boot file is older than this "
               "command (dim buildzimage IMAGE, then reboot)";
    return nullptr;
}

bool has_nothing_to_do(const api::BladeRestarts& blade) {
    const bool is_known = blade.state == "unchanged" || blade.state == "known";
    const bool is_idle = !blade.found || (blade.found->total == 0 && !blade.found->cause);
    return is_known && is_idle && !blade.next_kernel;
}

}  // namespace

std::string restart_text(const api::RestartList& list, const FoldNames& fold) {
    Table table({"BLADE", "RESTART", "PIDS", "REPLACED"});
    std::map<std::string, std::vector<model::ComponentName>> others;
    std::vector<model::ComponentName> idle;
    for (const api::BladeRestarts& blade : list.blades) {
        add_rows(table, blade);
        if (has_nothing_to_do(blade)) idle.push_back(blade.blade);
        if (const char* sentence = sentence_of(blade.state))
            others[sentence].push_back(blade.blade);
        if (blade.found && blade.found->cause)
            others["not looked at in full: " + terminal_text(*blade.found->cause)].push_back(
                blade.blade);
    }
    std::string text = table.is_empty() ? "" : table.text();
    for (const auto& [sentence, blades] : others)
        text += fold(blades) + ": " + sentence + ".\n";
    if (!idle.empty()) text += count_text(idle.size(), "blade") + " with nothing to start anew.\n";
    return text;
}

}  // namespace dim::tool
