#include "libdim/cluster/names/fold_names.hpp"
#include "libdim/cluster/names/sample_taxonomy.hpp"
#include "libdim/cluster/names/select_components.hpp"
#include "libdim/testing/fuzz.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace dim::cluster;
dim::testing::Goal selected_again("several components, selected again by their folded names");
dim::testing::Goal by_group("a range with a group");
dim::testing::Goal by_attribute("a range with an attribute");

using Positions = std::vector<Position>;

/// Every fifth component is absent.
bool is_present(Position position) { return position.number % 5 != 0; }

Positions all_of(const Taxonomy& taxonomy) {
    Positions all;
    for (std::uint32_t kind = 0; kind < taxonomy.kinds().size(); ++kind) {
        for (std::uint32_t number = 1; number <= taxonomy.places_of(kind); ++number) {
            if (is_present({kind, number})) all.push_back({kind, number});
        }
    }
    return all;
}

dim::Result<Positions> select(std::string_view text, const Taxonomy& taxonomy,
                              std::optional<ComponentRole> below) {
    static const Positions group{{sample::blade, 1}, {sample::blade, 28}};
    DIM_TRY(const ComponentRange range, ComponentRange::parse(text));
    return select_components(
        range, {taxonomy, is_present, [&taxonomy] { return all_of(taxonomy); },
                [](std::string_view name) { return name == "gpu" ? &group : nullptr; },
                [](Position each, std::string_view attribute,
                   std::string_view value) -> dim::Result<bool> {
                    if (attribute != "type") return dim::fail(dim::ErrorCode::not_found, "none");
                    return value.size() % 2 == each.number % 2;
                },
                below});
}

}  // namespace

/// The first byte says among what.
dim::testing::Seeds dim::testing::fuzz_seeds() {
    dim::testing::Seeds seeds;
    for (const std::string range :
         {"s01c1b[01-14]", "b1-20,-b7", "gpu,s2", "gpu,-b28", "b1-9[type=js21]", "s01", "type=js21",
          "s1c2", "all,-gpu", "b[1-3,7]"}) {
        std::string name = range;
        std::ranges::replace_if(
            name, [](char c) { return std::string_view("[],=").contains(c); }, '_');
        seeds["blades-" + name] = std::string(1, '\0') + range;
        seeds["any-" + name] = '\1' + range;
    }
    return seeds;
}

/// What a range selects is sorted, present, and selected again by its folded names.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Taxonomy taxonomy = sample::blade_taxonomy();
    if (size == 0) return 0;
    const auto below = data[0] % 2 == 0 ? std::optional(ComponentRole::blade) : std::nullopt;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto selected = select(text, taxonomy, below);
    if (!selected) {
        if (selected.error().message().empty()) std::abort();
        return 0;
    }
    if (selected->empty() || !std::ranges::all_of(*selected, is_present)) std::abort();
    if (!std::is_sorted(selected->begin(), selected->end())) std::abort();
    // A server's name is also a place: it means the server where servers are meant.
    Positions servers;
    Positions others;
    for (const Position position : *selected) {
        (position.kind == sample::server ? servers : others).push_back(position);
    }
    const auto again = [](const Positions& positions, ComponentRole role) {
        return positions.empty() ||
               select(fold_names(taxonomy, positions), taxonomy, role) == positions;
    };
    if (!again(servers, ComponentRole::server)) std::abort();
    if (!again(others, ComponentRole::blade)) std::abort();
    if (selected->size() > 1) selected_again.reach();
    if (text.contains("gpu")) by_group.reach();
    if (text.contains("type=")) by_attribute.reach();
    return 0;
}
