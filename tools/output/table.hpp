#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dim::tool {

/// Rows of text under headings, each column as wide as its widest cell, two blanks apart.
class Table {
public:
    explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

    /// One cell a heading; an empty cell is shown as "-".
    void add_row(std::vector<std::string> cells);

    bool is_empty() const { return rows_.empty(); }
    std::string text() const;

private:
    std::vector<std::string> headings_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace dim::tool
