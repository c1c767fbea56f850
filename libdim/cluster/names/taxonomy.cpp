#include "libdim/cluster/names/taxonomy.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/cluster/names/characters.hpp"
#include "libdim/cluster/names/taxonomy_shapes.hpp"

#include <algorithm>
#include <array>

namespace dim::cluster {

namespace {

constexpr std::array<std::string_view, 4> kRoles{"blade", "server", "management-module", "other"};
constexpr std::size_t kExamplesLimit = 5;

std::uint32_t size_of(const Level& level) { return level.last - level.first + 1; }

void append_padded(std::string& text, std::uint32_t number, std::uint32_t width) {
    const std::string digits = std::to_string(number);
    if (digits.size() < width) text.append(width - digits.size(), '0');
    text += digits;
}

struct Reduced {
    std::string shape;
    std::vector<std::uint32_t> numbers;
};

/// NAME with '#' for its numbers; nothing when a number is too long or there are too many.
std::optional<Reduced> reduce(std::string_view name) {
    if (name.empty() || name.size() > 255) return {};
    Reduced reduced;
    for (std::size_t i = 0; i < name.size();) {
        if (!is_digit(name[i])) {
            reduced.shape += name[i++];
            continue;
        }
        std::size_t end = i;
        while (end < name.size() && is_digit(name[end]))
            ++end;
        const auto number = parse_number<std::uint32_t>(name.substr(i, end - i));
        if (end - i > kDigitsLimit || !number) return {};
        reduced.shape += '#';
        reduced.numbers.push_back(*number);
        i = end;
    }
    return reduced;
}

}  // namespace

std::string_view to_string(ComponentRole role) { return kRoles[static_cast<std::size_t>(role)]; }

Result<ComponentRole> parse_component_role(std::string_view text) {
    const auto found = std::ranges::find(kRoles, text);
    if (found == kRoles.end()) {
        return fail(
            Error(ErrorCode::invalid_input, "there is no role '" + printable(text, 40) + "'")
                .with_cure("use blade, server, management-module or other"));
    }
    return static_cast<ComponentRole>(found - kRoles.begin());
}

Result<Taxonomy, TaxonomyFault> Taxonomy::create(std::vector<Level> levels,
                                                 std::vector<ComponentKind> kinds) {
    if (auto fault = check_levels(levels)) return std::unexpected(*std::move(fault));
    Taxonomy taxonomy;
    taxonomy.levels_ = std::move(levels);
    auto patterns = resolve_kinds(taxonomy.levels_, kinds);
    if (!patterns) return std::unexpected(std::move(patterns).error());
    taxonomy.kinds_ = std::move(kinds);
    for (std::size_t i = 0; i < patterns->size(); ++i) {
        KindNames names;
        names.literals = (*patterns)[i].literals;
        if (taxonomy.kinds_[i].level) names.path = taxonomy.path_to(*taxonomy.kinds_[i].level);
        for (const std::size_t level : names.path)
            names.places *= size_of(taxonomy.levels_[level]);
        taxonomy.names_.push_back(std::move(names));
    }
    auto shapes = collect_shapes(taxonomy.levels_, taxonomy.kinds_, *patterns);
    if (!shapes) return std::unexpected(std::move(shapes).error());
    taxonomy.shapes_ = *std::move(shapes);
    for (const Level& level : taxonomy.levels_)
        taxonomy.variables_.push_back(level.name);
    taxonomy.variables_.emplace_back("number");
    return taxonomy;
}

std::span<const std::size_t> Taxonomy::levels_of(std::size_t kind) const {
    return names_[kind].path;
}

std::span<const std::string> Taxonomy::literals_of(std::size_t kind) const {
    return names_[kind].literals;
}

std::uint32_t Taxonomy::places_of(std::size_t kind) const { return names_[kind].places; }

std::vector<std::size_t> Taxonomy::path_to(std::size_t level) const {
    std::vector<std::size_t> path;
    for (std::optional<std::size_t> at = level; at; at = levels_[*at].parent)
        path.push_back(*at);
    std::ranges::reverse(path);
    return path;
}

std::vector<std::uint32_t> Taxonomy::coordinates(Position position) const {
    const std::vector<std::size_t>& path = names_[position.kind].path;
    std::vector<std::uint32_t> coordinates(path.size());
    std::uint32_t rest = position.number - 1;
    for (std::size_t i = path.size(); i-- > 0;) {
        const Level& level = levels_[path[i]];
        coordinates[i] = level.first + rest % size_of(level);
        rest /= size_of(level);
    }
    return coordinates;
}

std::optional<Position> Taxonomy::at(std::size_t kind,
                                     std::span<const std::uint32_t> coordinates) const {
    const std::vector<std::size_t>& path = names_[kind].path;
    if (coordinates.size() != path.size()) return {};
    std::uint32_t index = 0;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const Level& level = levels_[path[i]];
        if (coordinates[i] < level.first || coordinates[i] > level.last) return {};
        index = index * size_of(level) + (coordinates[i] - level.first);
    }
    return Position{static_cast<std::uint32_t>(kind), index + 1};
}

std::string Taxonomy::name(Position position) const {
    const KindNames& names = names_[position.kind];
    const std::vector<std::uint32_t> numbers = coordinates(position);
    std::string name = names.literals.front();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        append_padded(name, numbers[i], levels_[names.path[i]].width);
        name += names.literals[i + 1];
    }
    return name;
}

std::string Taxonomy::linear_name(Position position) const {
    if (names_[position.kind].path.empty()) return name(position);
    return kinds_[position.kind].linear + std::to_string(position.number);
}

std::span<const Taxonomy::Shape> Taxonomy::shapes(std::string_view shape) const {
    const auto found = shapes_.find(std::string(shape));
    return found == shapes_.end() ? std::span<const Shape>{} : found->second;
}

std::vector<std::optional<std::int64_t>> Taxonomy::values(Position position,
                                                          std::optional<Position> fallback) const {
    std::vector<std::optional<std::int64_t>> values(variables_.size());
    const auto fill = [&](Position from) {
        const std::vector<std::uint32_t> numbers = coordinates(from);
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            values[names_[from.kind].path[i]] = numbers[i];
        }
    };
    if (fallback) fill(*fallback);
    fill(position);
    values.back() = position.number;
    return values;
}

std::string Taxonomy::examples() const {
    std::vector<std::string> names;
    for (std::uint32_t kind = 0; kind < kinds_.size() && names.size() < kExamplesLimit; ++kind) {
        names.push_back(name({kind, 1}));
        if (linear_name({kind, 1}) != names.back()) names.back() += " or " + linear_name({kind, 1});
    }
    std::string text;
    for (const std::string& example : names)
        text += (text.empty() ? "" : ", ") + example;
    return text.empty() ? "the cluster has no components" : "names look like " + text;
}

Error Taxonomy::no_such_name(std::string_view name) const {
    return Error(ErrorCode::not_found, "there is no '" + printable(name, 80) + "'")
        .with_cure(examples());
}

std::optional<Error> Taxonomy::outside(const Shape& shape, std::size_t index,
                                       std::uint32_t number) const {
    const auto wrong = [](const std::string& name, const std::string& range) {
        return Error(ErrorCode::not_found, "there is no " + name + ": " + range);
    };
    if (shape.meaning == Shape::Meaning::linear) {
        const ComponentKind& kind = kinds_[shape.index];
        const std::uint32_t last = names_[shape.index].places;
        if (number >= 1 && number <= last) return {};
        return wrong(kind.linear + std::to_string(number), kind.name.text() + " is " + kind.linear +
                                                               "1 to " + kind.linear +
                                                               std::to_string(last));
    }
    const bool is_node = shape.meaning == Shape::Meaning::node;
    const auto path = is_node ? path_to(shape.index) : names_[shape.index].path;
    const Level& level = levels_[path[index]];
    if (number >= level.first && number <= level.last) return {};
    std::string name = is_node ? level.symbol : names_[shape.index].literals[index];
    append_padded(name, number, level.width);
    return wrong(name, level.name + " is " + std::to_string(level.first) + " to " +
                           std::to_string(level.last));
}

Result<Position> Taxonomy::find(std::string_view name) const {
    const std::optional<Reduced> reduced = reduce(name);
    const auto candidates = reduced ? shapes(reduced->shape) : std::span<const Shape>{};
    if (candidates.empty()) return fail(no_such_name(name));
    const Shape& shape = candidates.front();  // of a kind, if there is one
    for (std::size_t i = 0; i < reduced->numbers.size(); ++i) {
        if (auto error = outside(shape, i, reduced->numbers[i])) return fail(*std::move(error));
    }
    switch (shape.meaning) {
        case Shape::Meaning::linear:
            return Position{static_cast<std::uint32_t>(shape.index), reduced->numbers.front()};
        case Shape::Meaning::coordinate:
            if (const auto position = at(shape.index, reduced->numbers)) return *position;
            break;
        case Shape::Meaning::node: break;
    }
    return fail(Error(ErrorCode::not_found,
                      "'" + printable(name, 80) + "' is a place of the hierarchy, no component")
                    .with_cure(examples()));
}

}  // namespace dim::cluster
