#include "libdim/cluster/expansion/expand_networks.hpp"

#include "libdim/cluster/rules/address_rule.hpp"

#include <algorithm>
#include <set>

namespace dim::cluster {

namespace {

std::uint32_t size_of(const Level& level) { return level.last - level.first + 1; }

/// "s01c2" with the numbers of the levels to LEVEL.
std::string place_name(const Taxonomy& taxonomy, std::span<const std::size_t> path,
                       std::span<const std::uint32_t> coordinates) {
    std::string name;
    for (std::size_t at = 0; at < path.size(); ++at) {
        const Level& level = taxonomy.levels()[path[at]];
        const std::string digits = std::to_string(coordinates[at]);
        name += level.symbol;
        if (digits.size() < level.width) name.append(level.width - digits.size(), '0');
        name += digits;
    }
    return name;
}

std::vector<std::uint32_t> coordinates_of(const Taxonomy& taxonomy,
                                          std::span<const std::size_t> path, std::uint32_t place) {
    std::vector<std::uint32_t> coordinates(path.size());
    std::uint32_t rest = place - 1;
    for (std::size_t at = path.size(); at-- > 0;) {
        const Level& level = taxonomy.levels()[path[at]];
        coordinates[at] = level.first + rest % size_of(level);
        rest /= size_of(level);
    }
    return coordinates;
}

}  // namespace

std::optional<std::uint32_t> place_of(const Taxonomy& taxonomy, Position position,
                                      std::size_t level) {
    const std::span<const std::size_t> path = taxonomy.levels_of(position.kind);
    const auto found = std::ranges::find(path, level);
    if (found == path.end()) return std::nullopt;
    std::uint32_t inner = 1;
    for (auto below = found + 1; below != path.end(); ++below)
        inner *= size_of(taxonomy.levels()[*below]);
    return (position.number - 1) / inner + 1;
}

class NetworkTable::Builder {
public:
    Builder(const DefinitionSource& source, const Taxonomy& taxonomy,
            const ComponentSettings& settings, std::string_view file_name)
        : source_(source), taxonomy_(taxonomy), settings_(settings), file_name_(file_name) {}

    Result<NetworkTable> build() {
        for (const SourceNetwork& network : source_.networks) {
            std::optional<std::size_t> level;
            if (network.per) {
                DIM_TRY(level, find_level(network));
            }
            const auto [entry, is_new] =
                made_.families_.emplace(to_string(network.name), Family{network.role, level, {}});
            if (!is_new) return refuse_twin(network);
            DIM_CHECK(compile(network));
            if (!level) {
                const std::vector<std::optional<std::int64_t>> none(taxonomy_.variables().size());
                DIM_CHECK(add(network, to_string(network.name), none, 0, entry->second));
                continue;
            }
            const auto path = taxonomy_.path_to(*level);
            for (const std::uint32_t place : occupied(*level)) {
                const auto coordinates = coordinates_of(taxonomy_, path, place);
                const std::string name =
                    to_string(network.name) + "-" + place_name(taxonomy_, path, coordinates);
                DIM_CHECK(
                    add(network, name, values_at(path, coordinates, place), place, entry->second));
            }
        }
        return std::move(made_);
    }

private:
    struct Rules {
        Ipv4NetworkRule address;
        std::optional<Ipv6NetworkRule> address6;
        std::optional<Ipv4Rule> router;
        std::vector<Ipv4Rule> time_servers;
    };

    std::unexpected<Error> refuse(SourceLine line, const std::string& what,
                                  const Error& error) const {
        std::string cure =
            error.cure().empty() ? "docs/cluster-xml.md explains address rules" : error.cure();
        return fail(source_error(file_name_, line, what + ": " + error.message(), std::move(cure)));
    }
    std::unexpected<Error> refuse_twin(const SourceNetwork& network) const {
        const auto first =
            std::ranges::find(source_.networks, network.name, &SourceNetwork::name)->line;
        return fail(source_error(file_name_, network.line,
                                 "network " + to_string(network.name) +
                                     ": there is one of this name already (line " +
                                     std::to_string(first.number) + ")",
                                 "give each its own name"));
    }

    Result<std::size_t> find_level(const SourceNetwork& network) const {
        std::string known;
        for (std::size_t at = 0; at < taxonomy_.levels().size(); ++at) {
            const std::string& name = taxonomy_.levels()[at].name;
            if (name == *network.per) return at;
            known.append(known.empty() ? "" : ", ").append(name);
        }
        return fail(source_error(file_name_, network.line,
                                 "network " + to_string(network.name) +
                                     ": per: there is no level '" + network.per->substr(0, 63) +
                                     "'",
                                 known.empty() ? "there are no levels; remove per="
                                               : "name one of the levels: " + known));
    }

    template <class Rule>
    Result<Rule> parse(SourceLine line, const std::string& what, const std::string& text) const {
        auto rule = Rule::parse(text, taxonomy_.variables());
        if (!rule) return refuse(line, what, std::move(rule).error());
        return rule;
    }

    Result<void> compile(const SourceNetwork& network) {
        const std::string who = "network " + to_string(network.name);
        DIM_TRY(auto address,
                parse<Ipv4NetworkRule>(network.line, who + ": address", network.address));
        rules_ = Rules{std::move(address), std::nullopt, std::nullopt, {}};
        if (network.address6) {
            DIM_TRY(rules_->address6,
                    parse<Ipv6NetworkRule>(network.line, who + ": address6", *network.address6));
        }
        if (network.router) {
            DIM_TRY(rules_->router, parse<Ipv4Rule>(network.router->line, who + ": router",
                                                    network.router->address));
        }
        for (const SourceAddress& server : network.time_servers) {
            DIM_TRY(auto rule, parse<Ipv4Rule>(server.line, who + ": time-server", server.address));
            rules_->time_servers.push_back(std::move(rule));
        }
        return {};
    }

    template <class Rule>
    auto evaluate(SourceLine line, const std::string& what, const Rule& rule,
                  VariableValues values) const -> decltype(rule.evaluate(values)) {
        auto value = rule.evaluate(values);
        if (!value) return refuse(line, what, std::move(value).error());
        return value;
    }

    Result<void> add(const SourceNetwork& source, const std::string& name, VariableValues values,
                     std::uint32_t place, Family& family) {
        const std::string who = "network " + name;
        auto label = model::ComponentName::parse(name);
        if (!label) return refuse(source.line, who, std::move(label).error());
        DIM_TRY(const auto address,
                evaluate(source.line, who + ": address", rules_->address, values));
        Network network{.name = *label, .network = address, .role = source.role, .router = {}};
        if (rules_->address6) {
            DIM_TRY(network.network6,
                    evaluate(source.line, who + ": address6", *rules_->address6, values));
        }
        if (rules_->router) {
            DIM_TRY(network.router,
                    evaluate(source.router->line, who + ": router", *rules_->router, values));
        }
        for (std::size_t at = 0; at < rules_->time_servers.size(); ++at) {
            DIM_TRY(const auto server, evaluate(source.time_servers[at].line, who + ": time-server",
                                                rules_->time_servers[at], values));
            network.time_servers.push_back(server);
        }
        for (const SourceOption& option : source.options)
            network.options.push_back(option.option);
        network.suffix = source.suffix.value_or("-" + to_string(source.name));
        if (made_.networks_.size() == kComponentsLimit)
            return fail(Error(ErrorCode::limit_exceeded, std::string(file_name_) + ": more than " +
                                                             std::to_string(kComponentsLimit) +
                                                             " networks")
                            .with_cure("split the cluster into several definitions"));
        family.members.emplace(place, made_.networks_.size());
        made_.networks_.push_back(std::move(network));
        made_.lines_.push_back(source.line.number);
        return {};
    }

    /// The places of LEVEL with a component at or below them.
    const std::set<std::uint32_t>& occupied(std::size_t level) {
        const auto [entry, is_new] = occupied_.try_emplace(level);
        if (is_new)
            for (const Position position : settings_.present())
                if (const auto place = place_of(taxonomy_, position, level))
                    entry->second.insert(*place);
        return entry->second;
    }

    std::vector<std::optional<std::int64_t>> values_at(std::span<const std::size_t> path,
                                                       std::span<const std::uint32_t> coordinates,
                                                       std::uint32_t place) const {
        std::vector<std::optional<std::int64_t>> values(taxonomy_.variables().size());
        for (std::size_t at = 0; at < path.size(); ++at)
            values[path[at]] = coordinates[at];
        values.back() = place;
        return values;
    }

    const DefinitionSource& source_;
    const Taxonomy& taxonomy_;
    const ComponentSettings& settings_;
    std::string_view file_name_;
    NetworkTable made_;
    std::optional<Rules> rules_;
    std::unordered_map<std::size_t, std::set<std::uint32_t>> occupied_;
};

Result<NetworkTable> NetworkTable::create(const DefinitionSource& source, const Taxonomy& taxonomy,
                                          const ComponentSettings& settings,
                                          std::string_view file_name) {
    return Builder(source, taxonomy, settings, file_name).build();
}

Result<const Network*> NetworkTable::find(const model::ComponentName& name,
                                          const Taxonomy& taxonomy, Position component,
                                          std::optional<Position> server) const {
    const auto entry = families_.find(to_string(name));
    if (entry == families_.end()) {
        return fail(Error(ErrorCode::not_found, "there is no network '" + to_string(name) + "'")
                        .with_cure("name one of the <network> elements, or add it"));
    }
    const Family& family = entry->second;
    std::uint32_t place = 0;
    if (family.level) {
        std::optional<std::uint32_t> found;
        if (server && family.role == NetworkRole::bootnet)
            found = place_of(taxonomy, *server, *family.level);
        if (!found) found = place_of(taxonomy, component, *family.level);
        if (!found && server) found = place_of(taxonomy, *server, *family.level);
        if (!found) {
            return fail(Error(ErrorCode::not_found, "network " + to_string(name) +
                                                        " is one for each " +
                                                        taxonomy.levels()[*family.level].name +
                                                        ", but this component is in none")
                            .with_cure("use a network without per=, or move the component into "
                                       "the level"));
        }
        place = *found;
    }
    return &networks_[family.members.at(place)];
}

}  // namespace dim::cluster
