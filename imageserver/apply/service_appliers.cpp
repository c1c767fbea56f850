#include "imageserver/apply/service_appliers.hpp"

namespace dim::server {

void ServiceAppliers::request(ServiceNeeds needs, ServiceApplier::Answer answer) {
    if (needs.is_empty()) return answer({});
    if (!needs.exports) return dhcp_.request(std::move(answer));
    if (!needs.dhcp) return exports_.request(std::move(answer));
    // One after the other: an edit that needs both is rare.
    dhcp_.request([this, answer = std::move(answer)](const Result<void>& dhcp) mutable {
        if (!dhcp) return answer(dhcp);
        exports_.request(std::move(answer));
    });
}

Result<void> ServiceAppliers::apply_all() {
    Result<void> first = dhcp_.apply_now();
    if (auto exports = exports_.apply_now(); first) first = std::move(exports);
    const std::lock_guard one_at_a_time(names_applying_);
    if (auto names = services_.names.apply(); first) first = std::move(names);
    return first;
}

Result<std::vector<api::ServiceReload>> ServiceAppliers::reloaded_by(const Roster& next) const {
    std::vector<api::ServiceReload> reloads;
    for (AppliedService* service : {&services_.dhcp, &services_.names, &services_.exports}) {
        DIM_TRY(auto reload, service->reloaded_by(next));
        if (reload) reloads.push_back(*std::move(reload));
    }
    return reloads;
}

}  // namespace dim::server
