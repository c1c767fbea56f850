#include "imageserver/blade/name_query.hpp"

#include "imageserver/blade/blade_status.hpp"
#include "libdim/cluster/definition/range_selection.hpp"
#include "libdim/render/name_list.hpp"

#include <map>
#include <optional>

namespace dim::server {

namespace {

using cluster::ComponentRole;
using cluster::Position;
using model::ComponentName;

constexpr const char* kImage = "image";
constexpr const char* kState = "state";
constexpr const char* kMac = "mac";

/// What changes of blades while the definition stays; read when it is asked for.
class LiveAttributes {
public:
    LiveAttributes(Assignments& assignments, BootJournal& log, Moment now)
        : assignments_(assignments), log_(log), now_(now) {}

    Result<std::optional<std::string>> value(const cluster::Blade& blade,
                                             std::string_view attribute) {
        DIM_CHECK(load());
        const auto image = images_->find(blade.name);
        if (attribute == kImage)
            return image == images_->end() ? std::nullopt : std::optional(to_string(image->second));
        const auto boot = boots_->find(blade.name);
        const auto status =
            blade_status({blade,
                          {},
                          image == images_->end() ? std::nullopt : std::optional(image->second),
                          boot == boots_->end() ? std::nullopt : std::optional(boot->second)},
                         now_, log_.listening_since());
        return std::string(to_string(status.state));
    }

private:
    Result<void> load() {
        if (images_) return {};
        DIM_TRY(images_, assignments_.all());
        DIM_TRY(boots_, log_.newest_boots());
        return {};
    }

    Assignments& assignments_;
    BootJournal& log_;
    Moment now_;
    std::optional<std::map<ComponentName, model::ImageName>> images_;
    std::optional<std::map<ComponentName, BootRecord>> boots_;
};

}  // namespace

Result<api::NameList> NameQuery::find(const api::NameQuery& query, Moment now) {
    const auto definition = roster_.definition();
    DIM_TRY(const auto role, render::role_of(query));
    LiveAttributes live(assignments_, log_, now);
    const auto mac_of = [this](const ComponentName& name) -> std::optional<std::string> {
        const auto entry = roster_.find(name);
        if (!entry || !entry->blade.mac) return std::nullopt;
        return to_string(*entry->blade.mac);
    };
    const auto blade_of_ours = [&](Position position) -> const cluster::Blade* {
        const cluster::Blade* blade = cluster::find_component(*definition, position).blade;
        return blade != nullptr && blade->server == roster_.server() ? blade : nullptr;
    };
    cluster::Selection selection{.role = role};
    if (role == ComponentRole::blade)
        selection.is_in_all = [&](Position position) { return blade_of_ours(position) != nullptr; };
    selection.more_attributes = {kImage, kState, kMac};
    selection.more_values = [&](Position position,
                                std::string_view attribute) -> Result<std::optional<std::string>> {
        const cluster::Blade* blade = blade_of_ours(position);
        if (blade == nullptr) return std::nullopt;
        if (attribute == kMac) return mac_of(blade->name);
        return live.value(*blade, attribute);
    };
    DIM_TRY(const auto positions, cluster::select_range(*definition, query.range, selection));
    return render::name_list(*definition, positions);
}

}  // namespace dim::server
