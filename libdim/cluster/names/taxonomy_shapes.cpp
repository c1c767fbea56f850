#include "libdim/cluster/names/taxonomy_shapes.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace dim::cluster {

namespace {

using Shape = Taxonomy::Shape;

/// The shapes, in the order in which they may be added.
class ShapeCollector {
public:
    ShapeCollector(std::span<const Level> levels, std::span<const ComponentKind> kinds)
        : levels_(levels), kinds_(kinds) {}

    std::optional<TaxonomyFault> add(const std::string& text, Shape shape) {
        for (const Shape& other : meanings_[text]) {
            if (!may_share(other, shape)) return mistaken(text, other, shape);
        }
        meanings_[text].push_back(shape);
        return {};
    }
    ShapeMeanings take() { return std::move(meanings_); }

private:
    /// The level whose numbers, counted from 1, are the linear numbers of KIND.
    bool counts_its_level(std::size_t kind) const {
        const auto level = kinds_[kind].level;
        return level && !levels_[*level].parent && levels_[*level].first == 1;
    }

    bool may_share(const Shape& one, const Shape& other) const {
        using enum Shape::Meaning;
        if (other.meaning == node) {
            if (one.meaning == node || kinds_[one.index].level != other.index) return false;
            return one.meaning == coordinate || counts_its_level(one.index);
        }
        return one.index == other.index && one.meaning == coordinate && other.meaning == linear &&
               counts_its_level(one.index);
    }

    std::string described(const Shape& shape) const {
        switch (shape.meaning) {
            case Shape::Meaning::coordinate:
                return "the names of '" + kinds_[shape.index].name.text() + '\'';
            case Shape::Meaning::linear:
                return "the linear names of '" + kinds_[shape.index].name.text() + '\'';
            case Shape::Meaning::node: break;
        }
        return "the places of level '" + levels_[shape.index].name + '\'';
    }

    TaxonomyFault mistaken(const std::string& text, const Shape& one, const Shape& other) const {
        std::string example = text;
        std::ranges::replace(example, '#', '1');
        const bool is_linear =
            one.meaning == Shape::Meaning::linear || other.meaning == Shape::Meaning::linear;
        const bool is_node = other.meaning == Shape::Meaning::node;
        const std::size_t kind = is_node ? one.index : other.index;
        const auto where = is_node && one.meaning == Shape::Meaning::node
                               ? TaxonomyFault::Where::level
                               : TaxonomyFault::Where::kind;
        return {Error(ErrorCode::invalid_input, "'" + example + "' could be one of " +
                                                    described(one) + " or of " + described(other))
                    .with_cure(is_linear
                                   ? "give '" + kinds_[kind].name.text() + "' another linear prefix"
                                   : "give one of them another pattern or symbol"),
                where, kind};
    }

    std::span<const Level> levels_;
    std::span<const ComponentKind> kinds_;
    ShapeMeanings meanings_;
};

std::string shape_of(const NamePattern& pattern) {
    std::string shape = pattern.literals.front();
    for (std::size_t i = 1; i < pattern.literals.size(); ++i)
        shape += '#' + pattern.literals[i];
    return shape;
}

}  // namespace

Result<ShapeMeanings, TaxonomyFault> collect_shapes(std::span<const Level> levels,
                                                    std::span<const ComponentKind> kinds,
                                                    std::span<const NamePattern> patterns) {
    ShapeCollector collector(levels, kinds);
    std::optional<TaxonomyFault> wrong;
    for (std::size_t i = 0; i < kinds.size() && !wrong; ++i) {
        wrong = collector.add(shape_of(patterns[i]), {Shape::Meaning::coordinate, i});
    }
    for (std::size_t i = 0; i < kinds.size() && !wrong; ++i) {
        if (kinds[i].level)
            wrong = collector.add(kinds[i].linear + '#', {Shape::Meaning::linear, i});
    }
    for (std::size_t i = 0; i < levels.size() && !wrong; ++i) {
        std::string shape;
        for (const std::size_t index : path_of(levels, i))
            shape += levels[index].symbol + '#';
        wrong = collector.add(shape, {Shape::Meaning::node, i});
    }
    if (wrong) return std::unexpected(*std::move(wrong));
    return collector.take();
}

}  // namespace dim::cluster
