#include "libdim/base/text.hpp"
#include "libdim/cluster/component_range.hpp"

#include <algorithm>
#include <iterator>

namespace dim::cluster {

namespace {

using Positions = std::vector<Position>;

/// Components looked at for one range, with attributes more: what bounds its time.
constexpr std::size_t kWorkLimit = 4'000'000;
constexpr std::size_t kWorkOfAttribute = 10;

/// Some of the places of a taxonomy, a bit for each.
class PositionSet {
public:
    explicit PositionSet(const Taxonomy& taxonomy) {
        for (std::size_t kind = 0; kind < taxonomy.kinds().size(); ++kind) {
            bits_.emplace_back(taxonomy.places_of(kind));
        }
    }
    void set(Position position, bool is_member) {
        bits_[position.kind][position.number - 1] = is_member;
    }
    Positions positions() const {
        Positions positions;
        for (std::uint32_t kind = 0; kind < bits_.size(); ++kind) {
            for (std::uint32_t index = 0; index < bits_[kind].size(); ++index) {
                if (bits_[kind][index]) positions.push_back({kind, index + 1});
            }
        }
        return positions;
    }

private:
    std::vector<std::vector<bool>> bits_;
};

class Selector {
public:
    explicit Selector(const RangeSpace& space) : space_(space) {}

    Result<Positions> select(const ComponentRange& range) {
        PositionSet selected(space_.taxonomy);
        for (const ComponentRange::Step& step : range.steps()) {
            DIM_TRY(const Positions positions, intersection(step.intersection));
            for (const Position position : positions)
                selected.set(position, !step.is_exclusion);
        }
        return selected.positions();
    }

private:
    Result<void> work(std::size_t components) {
        work_ += components;
        if (work_ <= kWorkLimit) return {};
        return fail(
            Error(ErrorCode::limit_exceeded, "the range names too many components too often")
                .with_cure("name each once"));
    }

    /// Attributes last, which select from what the others leave, or from all.
    Result<Positions> intersection(const std::vector<ComponentRange::Operand>& operands) {
        std::optional<Positions> common;
        for (const ComponentRange::Operand& operand : operands) {
            if (std::holds_alternative<ComponentRange::Attribute>(operand)) continue;
            DIM_TRY(Positions positions, named(operand));
            if (common) {
                Positions both;
                std::ranges::set_intersection(*common, positions, std::back_inserter(both));
                positions = std::move(both);
            }
            common = std::move(positions);
        }
        if (!common) {
            DIM_TRY(common, all());
        }
        for (const ComponentRange::Operand& operand : operands) {
            const auto* attribute = std::get_if<ComponentRange::Attribute>(&operand);
            if (attribute == nullptr) continue;
            DIM_TRY(common, those_with(*attribute, *common));
        }
        return *std::move(common);
    }

    Result<Positions> named(const ComponentRange::Operand& operand) {
        if (const auto* term = std::get_if<NameTerm>(&operand)) return named(*term);
        return all();
    }

    Result<Positions> all() {
        Positions positions = space_.all();
        DIM_CHECK(work(positions.size()));
        return positions;
    }

    Result<Positions> named(const NameTerm& term) {
        const bool is_single = !term.text().contains('[');
        if (const Positions* group = is_single ? space_.group(term.text()) : nullptr) {
            DIM_CHECK(work(group->size()));
            return *group;
        }
        DIM_TRY(TermMatch match, match_term(term, space_.taxonomy, space_.below));
        DIM_CHECK(work(match.positions.size()));
        if (is_single && !match.is_node && !space_.is_present(match.positions.front())) {
            return fail(
                Error(ErrorCode::not_found, "'" + printable(term.text(), 80) + "' is absent")
                    .with_cure("see <absent> in the cluster definition"));
        }
        std::erase_if(match.positions, [this](Position each) { return !space_.is_present(each); });
        return std::move(match.positions);
    }

    Result<Positions> those_with(const ComponentRange::Attribute& attribute,
                                 const Positions& positions) {
        DIM_CHECK(work(positions.size() * kWorkOfAttribute));
        Positions result;
        for (const Position position : positions) {
            DIM_TRY(const bool has_value,
                    space_.has_value(position, attribute.name, attribute.value));
            if (has_value != attribute.is_negated) result.push_back(position);
        }
        return result;
    }

    const RangeSpace& space_;
    std::size_t work_ = 0;
};

}  // namespace

Result<std::vector<Position>> select_components(const ComponentRange& range,
                                                const RangeSpace& space) {
    DIM_TRY(Positions selected, Selector(space).select(range));
    if (selected.empty()) {
        return fail(Error(ErrorCode::not_found, "the range matches no component")
                        .with_cure("try parts of it with 'dim cluster names'"));
    }
    return selected;
}

}  // namespace dim::cluster
