#include "libdim/cluster/names/select_components.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <iterator>

namespace dim::cluster {

namespace {

using Positions = std::vector<Position>;

/// Components looked at for one range, with attributes more: what bounds its time.
constexpr std::size_t kWorkLimit = 4'000'000;
constexpr std::size_t kWorkOfAttribute = 10;

/// What the steps so far have selected. Steps of one kind are held back and done together, so that
/// a list of thousands of names is one change.
class Selected {
public:
    /// How many components would have to be looked at before a step of this kind.
    std::size_t cost_of_change(bool is_exclusion) const {
        return is_exclusion == is_exclusion_ ? 0 : positions_.size() + held_.size();
    }
    void apply(bool is_exclusion, const Positions& positions) {
        if (is_exclusion != is_exclusion_) {
            end_run();
            is_exclusion_ = is_exclusion;
        }
        if (positions.size() < held_.size() / 4) {
            held_.insert(held_.end(), positions.begin(), positions.end());
            is_tidy_ = false;
            return;
        }
        tidy();
        Positions both;
        both.reserve(held_.size() + positions.size());
        std::ranges::set_union(held_, positions, std::back_inserter(both));
        held_ = std::move(both);
    }
    Positions take() {
        end_run();
        return std::move(positions_);
    }

private:
    void tidy() {
        if (is_tidy_) return;
        std::ranges::sort(held_);
        const auto repeated = std::ranges::unique(held_);
        held_.erase(repeated.begin(), repeated.end());
        is_tidy_ = true;
    }
    void end_run() {
        tidy();
        Positions result;
        if (is_exclusion_) {
            std::ranges::set_difference(positions_, held_, std::back_inserter(result));
        } else if (positions_.empty()) {
            result.swap(held_);
        } else {
            std::ranges::set_union(positions_, held_, std::back_inserter(result));
        }
        positions_ = std::move(result);
        held_.clear();
    }

    Positions positions_;
    Positions held_;
    bool is_tidy_ = true;  ///< sorted, without duplicates
    bool is_exclusion_ = false;
};

class Selector {
public:
    explicit Selector(const RangeSpace& space) : space_(space) {}

    Result<Positions> select(const ComponentRange& range) {
        Selected selected;
        for (const ComponentRange::Step& step : range.steps()) {
            DIM_TRY(const Positions positions, intersection(step.intersection));
            DIM_CHECK(work(selected.cost_of_change(step.is_exclusion)));
            selected.apply(step.is_exclusion, positions);
        }
        return selected.take();
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
                        .with_cure("try parts of it with 'dim cluster names'; --role any finds "
                                   "more than blades"));
    }
    return selected;
}

}  // namespace dim::cluster
