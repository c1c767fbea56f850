#include "tools/output/table.hpp"

#include "tools/output/terminal_text.hpp"

#include <algorithm>
#include <cassert>
#include <ranges>

namespace dim::tool {

void Table::add_row(std::vector<std::string> cells) {
    assert(cells.size() == headings_.size());
    for (std::string& cell : cells) {
        cell = cell.empty() ? "-" : terminal_text(cell);
    }
    rows_.push_back(std::move(cells));
}

std::string Table::text() const {
    std::vector<std::size_t> widths;
    for (const std::string& heading : headings_)
        widths.push_back(heading.size());
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    const auto add_line = [&](const std::vector<std::string>& cells) {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            line += cells[i];
            if (i + 1 < cells.size()) line.append(widths[i] - cells[i].size() + 2, ' ');
        }
        text += line + '\n';
    };
    add_line(headings_);
    for (const auto& row : rows_)
        add_line(row);
    return text;
}

}  // namespace dim::tool
