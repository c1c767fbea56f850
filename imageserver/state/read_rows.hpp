#pragma once

#include "imageserver/state/statement.hpp"
#include "libdim/base/result.hpp"

#include <type_traits>
#include <utility>
#include <vector>

namespace dim::server {

/// What READ(row), which returns a Result, makes of each row that is left. Errors: those of
/// Statement::next and of READ.
template <class Read>
auto read_rows(Statement rows, const Read& read)
    -> Result<std::vector<typename std::invoke_result_t<Read, const Statement&>::value_type>> {
    std::vector<typename std::invoke_result_t<Read, const Statement&>::value_type> read_so_far;
    for (;;) {
        DIM_TRY(const bool has_row, rows.next());
        if (!has_row) return read_so_far;
        DIM_TRY(auto record, read(rows));
        read_so_far.push_back(std::move(record));
    }
}

}  // namespace dim::server
