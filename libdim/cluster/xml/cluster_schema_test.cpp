#include "libdim/cluster/xml/cluster_schema.hpp"
#include "libdim/testing/source_directory.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

std::string read_text(const std::string& path) {
    std::ifstream file(testing::source_directory() + "/" + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// "element" or "element attribute" for all that the schema allows.
std::set<std::string> names_in_schema() {
    std::set<std::string> names;
    std::map<std::string, std::set<std::string>> defines;  // attributes given by reference
    std::vector<std::string> elements;
    std::string define;
    std::vector<std::pair<std::string, std::string>> references;
    const std::regex tag(R"tag(<(/?)(element|attribute|define|ref)( name="([^"]+)")?(/?)>)tag");
    const std::string schema(cluster_schema());
    for (std::sregex_iterator at(schema.begin(), schema.end(), tag), end; at != end; ++at) {
        const std::string kind = (*at)[2];
        const std::string name = (*at)[4];
        const bool is_end = (*at)[1].length() > 0;
        if (kind == "define") define = is_end ? "" : name;
        if (kind == "element") {
            if (is_end) {
                elements.pop_back();
            } else {
                elements.push_back(name);
                names.insert(name);
            }
        }
        if (kind == "attribute" && !is_end) {
            if (elements.empty())
                defines[define].insert(name);
            else
                names.insert(elements.back() + " " + name);
        }
        if (kind == "ref" && !elements.empty()) references.emplace_back(elements.back(), name);
    }
    for (const auto& [element, reference] : references)
        for (const std::string& attribute : defines[reference])
            names.insert(element + " " + attribute);
    return names;
}

/// The same of the manual's headings and the rows of its tables.
std::set<std::string> names_in_manual() {
    std::set<std::string> names;
    std::string element;
    std::istringstream manual(read_text("docs/cluster-xml.md"));
    const std::regex heading("## `<([^>]+)>`");
    const std::regex row(R"(\| `([^`]+)` \| .+ \| .+ \| .+ \| .+ \|)");
    std::smatch match;
    for (std::string line; std::getline(manual, line);) {
        if (std::regex_match(line, match, heading)) {
            element = match[1];
            names.insert(element);
        } else if (line.starts_with("## ")) {
            element.clear();
        } else if (!element.empty() && std::regex_match(line, match, row)) {
            names.insert(element + " " + match[1].str());
        }
    }
    return names;
}

/// Every element has a section, and every attribute a row in the table of its element with meaning,
/// type, default and example; and the manual tells of nothing else.
TEST(ClusterSchema, IsDocumentedWhole) {
    const std::set<std::string> schema = names_in_schema();
    EXPECT_EQ(names_in_manual(), schema);
    EXPECT_GE(schema.size(), 50U);
}

}  // namespace
}  // namespace dim::cluster
