#include "imageserver/blade/boot_planner.hpp"

#include "libdim/sys/random.hpp"

namespace dim::server {

namespace {

constexpr std::size_t kTokenBytes = 16;

Result<api::BootPlan> plan_with_token(const api::BootRequest& request, const BootPlanFacts& facts) {
    DIM_TRY(api::BootPlan plan, plan_boot(request, facts));
    DIM_TRY(plan.token, new_boot_token());
    return plan;
}

/// What may be deleted at any time.
template <class Value>
Result<std::optional<Value>> if_any(Result<Value> found) {
    if (found) return std::optional<Value>(*std::move(found));
    if (found.error().code() == ErrorCode::not_found) return std::optional<Value>();
    return fail(std::move(found).error());
}

}  // namespace

Result<std::string> new_boot_token() { return sys::random_hex(kTokenBytes); }

/// All but whether the image is served.
Result<BootPlanFacts> BootPlanner::facts(const RosterEntry& entry) const {
    const auto unknown = fail(ErrorCode::not_found, "no image is assigned");
    BootPlanFacts facts{.blade = entry.blade.name,
                        .server = {server_, exports_.root()},
                        .assigned = {},
                        .image = unknown,
                        .blade_image = unknown,
                        .served = {}};
    DIM_TRY(facts.assigned, assignments_.image_of(entry.blade.name));
    if (!facts.assigned) return facts;
    facts.blade_image = images_.blade_image(entry.blade.name, *facts.assigned);
    facts.image = facts.blade_image ? images_.image(*facts.assigned, facts.blade_image->generation)
                                    : images_.image(*facts.assigned);
    return facts;
}

Result<std::optional<api::BootPlan>>
BootPlanner::plan_at_once(const RosterEntry& entry, const api::BootRequest& request) const {
    DIM_TRY(const BootPlanFacts facts, this->facts(entry));
    if (facts.assigned && facts.blade_image) {
        DIM_TRY(const bool is_served, exports_.is_served(entry.blade.name, *facts.assigned));
        if (!is_served) return std::nullopt;
    }
    DIM_TRY(api::BootPlan plan, plan_with_token(request, facts));
    // Who asks for a plan has nothing mounted any more.
    DIM_CHECK(images_.release_generations(entry.blade.name));
    return plan;
}

Result<api::BootPlan> BootPlanner::plan(const RosterEntry& entry, const api::BootRequest& request) {
    DIM_TRY(BootPlanFacts facts, this->facts(entry));
    if (facts.assigned && facts.blade_image)
        facts.served = exports_.ensure_served(entry.blade.name, *facts.assigned);
    facts.server.root = exports_.root();  // that of the NFS server that serves by now
    DIM_TRY(api::BootPlan plan, plan_with_token(request, facts));
    DIM_CHECK(images_.release_generations(entry.blade.name));
    return plan;
}

Result<std::optional<api::SharedRoots>> BootPlanner::move_at_once(const BootRecord& boot,
                                                                  Moment now) const {
    if (!boot.running || !boot.image || !boot.generation) return std::nullopt;
    DIM_TRY(const auto blade_image, if_any(images_.blade_image(boot.blade, *boot.image)));
    if (!blade_image || !is_move_due(boot, blade_image->generation, now)) return std::nullopt;
    DIM_TRY(const auto from, if_any(images_.image(*boot.image, *boot.generation)));
    DIM_TRY(const auto to, if_any(images_.image(*boot.image, blade_image->generation)));
    DIM_TRY(const auto is_served, if_any(exports_.is_served(boot.blade, *boot.image)));
    if (!from || !to || !is_served.value_or(false)) return std::nullopt;
    return plan_move({server_, exports_.root()}, *from, *to);
}

}  // namespace dim::server
