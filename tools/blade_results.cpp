#include "tools/blade_results.hpp"

#include "tools/output/words.hpp"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

namespace dim::tool {

namespace {

void print_text(const std::vector<BladeResult>& results) {
    for (const BladeResult& result : results) {
        if (results.size() == 1) {
            if (result.answer) std::cout << result.answer->text << '\n';
        } else if (result.answer) {
            std::cout << result.place.name << ": " << result.answer->text << '\n';
        } else {
            std::cerr << result.place.name << ": failed: " << result.answer.error().message()
                      << '\n';
        }
    }
}

void print_json(const std::vector<BladeResult>& results, const ResultNames& names) {
    auto rows = nlohmann::ordered_json::array();
    for (const BladeResult& result : results) {
        nlohmann::ordered_json row;
        if (names.controller != nullptr) {
            row["blade"] = result.place.name;
            row[names.controller] = result.controller;
        }
        if (result.place.bay) row["bay"] = *result.place.bay;
        if (result.answer) {
            for (const auto& [name, value] : result.answer->values)
                row[name] = value;
        } else {
            row["error"] = result.answer.error().message();
        }
        rows.push_back(std::move(row));
    }
    std::cout << nlohmann::ordered_json{{names.list, std::move(rows)}}.dump() << '\n';
}

}  // namespace

BladeAnswer one_value(const std::string& name, std::string_view value) {
    return {std::string(value), {{name, std::string(value)}}};
}

void add_remark(BladeAnswer& answer, const std::string& remark) {
    if (remark.empty()) return;
    answer.text += " (" + remark + ")";
    answer.values.emplace_back("remark", remark);
}

void print_results(const Context& context, const std::vector<BladeResult>& results,
                   const ResultNames& names) {
    if (context.json) {
        print_json(results, names);
    } else {
        print_text(results);
    }
}

Outcome<> summary(std::vector<BladeResult> results, const ResultNames& names) {
    const auto has_failed = [](const BladeResult& result) { return !result.answer; };
    const auto first = std::ranges::find_if(results, has_failed);
    if (first == results.end()) return {};
    const auto failed = std::ranges::count_if(results, has_failed);
    Error error = std::move(first->answer).error();
    if (names.controller != nullptr) error = std::move(error).with_context(first->place.name);
    if (results.size() == 1) return fail(std::move(error));
    const std::string noun = names.controller != nullptr ? "blade" : "bay";
    return fail(std::move(error).with_context(
        std::to_string(failed) + " of " + count_text(results.size(), noun) + " failed; the first"));
}

}  // namespace dim::tool
