#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dim::cluster {

/// A step of the hierarchy: the servers 1 to 43, in each of them the chassis 1 to 4…
struct Level {
    std::string name;    ///< in patterns and expressions: a letter, then letters, digits and '_'
    std::string symbol;  ///< before its number in a name: "s"; letters and '-', not a '-' first
    std::uint32_t width = 1;  ///< digits of its number in a name, with leading zeros; 1 to 9
    std::uint32_t first = 1;
    std::uint32_t last = 1;               ///< at least FIRST
    std::optional<std::size_t> parent{};  ///< index of the level around it; always a smaller index

    bool operator==(const Level&) const = default;
};

enum class ComponentRole { blade, server, management_module, other };
std::string_view
to_string(ComponentRole role);  ///< "blade", "server", "management-module", "other"
Result<ComponentRole> parse_component_role(std::string_view text);

/// A kind of component, of which there is one at every place of its level.
struct ComponentKind {
    model::ComponentName name;  ///< "blade", "mm"
    ComponentRole role;
    std::optional<std::size_t>
        level{};  ///< index of its innermost level; absent: there is only one
    /// "s{server}c{chassis}mm": each level from the outermost to its own once, in order, with
    /// letters and '-' around and at least one between two levels. Empty: the levels' symbols.
    std::string pattern{};
    /// Before its linear number: "mm" in "mm90"; letters and '-'. Empty: what follows the last
    /// level in the pattern, or else the symbol of its level.
    std::string linear{};

    bool operator==(const ComponentKind&) const = default;
};

/// Which component: KIND is an index into the taxonomy's kinds, NUMBER counts the places of its
/// level from 1, the innermost level fastest, absent components included. So number 90 of the kind
/// "mm" with 4 chassis to a server is the one of s23c2. Ordered as listings are.
struct Position {
    std::uint32_t kind = 0;
    std::uint32_t number = 1;
    auto operator<=>(const Position&) const = default;
};

/// What is wrong with levels or kinds, and which of them.
struct TaxonomyFault {
    enum class Where { whole, level, kind };
    Error error;
    Where where = Where::whole;
    std::size_t index = 0;
};

/// The names of a cluster: every place of every kind has a coordinate name ("s01c2b14") and, when
/// its kind has levels, a linear name ("b28"); each name is that of one place only. Immutable.
class Taxonomy {
public:
    static constexpr std::size_t kDepthLimit = 8;
    static constexpr std::size_t kLevelsLimit = 32;
    static constexpr std::size_t kKindsLimit = 32;
    static constexpr std::uint64_t kPlacesLimit = 1'000'000;  ///< of all kinds together

    /// Nothing has a name.
    Taxonomy() = default;
    /// Faults: limits; two levels or kinds of one name; a pattern that does not fit its level; two
    /// kinds whose names could be mistaken for each other: one shape, unless both mean the same
    /// place. A shape is a name with '#' for each number: "s#c#b#", "b#".
    static Result<Taxonomy, TaxonomyFault> create(std::vector<Level> levels,
                                                  std::vector<ComponentKind> kinds);

    const std::vector<Level>& levels() const { return levels_; }
    /// With the defaults of pattern and linear filled in.
    const std::vector<ComponentKind>& kinds() const { return kinds_; }
    /// The levels of a kind, outermost first.
    std::span<const std::size_t> levels_of(std::size_t kind) const;
    /// What stands around the numbers in its names: one more than levels.
    std::span<const std::string> literals_of(std::size_t kind) const;
    /// How many places it has, from 1.
    std::uint32_t places_of(std::size_t kind) const;

    /// The numbers of POSITION's levels, outermost first.
    std::vector<std::uint32_t> coordinates(Position position) const;
    /// Nothing when a number is outside its level.
    std::optional<Position> at(std::size_t kind, std::span<const std::uint32_t> coordinates) const;

    /// "s01c2b14"
    std::string name(Position position) const;
    /// "b28"; the coordinate name for a kind without levels.
    std::string linear_name(Position position) const;
    /// Of a coordinate or a linear name; numbers with any leading zeros (up to 9 digits). Errors:
    /// not_found, saying what comes nearest: the range of the level that is exceeded, or the shapes
    /// there are.
    Result<Position> find(std::string_view name) const;

    /// What a shape ("s#c#b#", "b#", "s#c#") stands for.
    struct Shape {
        enum class Meaning { coordinate, linear, node };
        Meaning meaning;
        std::size_t index;  ///< of a kind; of a node's innermost level
    };
    /// A shape can be both a kind's name and a node ("s#": the server itself, and all below), so
    /// there may be several, kinds first.
    std::span<const Shape> shapes(std::string_view shape) const;
    /// Why NUMBER cannot stand for the '#' of SHAPE that INDEX counts from 0, naming the range
    /// there is; nothing when it can.
    std::optional<Error> outside(const Shape& shape, std::size_t index, std::uint32_t number) const;
    /// not_found, with what names look like.
    Error no_such_name(std::string_view name) const;
    /// The levels from the outermost to LEVEL.
    std::vector<std::size_t> path_to(std::size_t level) const;

    /// What expressions may use: the names of all levels, then "number".
    const std::vector<std::string>& variables() const { return variables_; }
    /// The values of the variables for POSITION; where it has no such level, those of FALLBACK (its
    /// image server).
    std::vector<std::optional<std::int64_t>> values(Position position,
                                                    std::optional<Position> fallback = {}) const;

    bool operator==(const Taxonomy& other) const {
        return levels_ == other.levels_ && kinds_ == other.kinds_;
    }

private:
    std::string examples() const;

    struct KindNames {
        std::vector<std::size_t> path;
        std::vector<std::string> literals;  ///< around the numbers: one more than the path
        std::uint32_t places = 1;
    };
    std::vector<Level> levels_;
    std::vector<ComponentKind> kinds_;
    std::vector<KindNames> names_;
    std::unordered_map<std::string, std::vector<Shape>> shapes_;
    std::vector<std::string> variables_;
};

}  // namespace dim::cluster
