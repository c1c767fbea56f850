#include "imageserver/edit/blade_checks.hpp"

#include <map>
#include <vector>

namespace dim::server {

using model::ComponentName;

namespace {

std::string words_of(const api::BladeImageCheck& check) {
    return to_string(check.blade) + " " + to_string(check.image);
}

}  // namespace

std::optional<Error> BladeChecks::problem_of(const api::BladeImageCheck& check) {
    if (check.result != "damaged") return std::nullopt;
    return Error(ErrorCode::conflict, "the image " + to_string(check.image) + " of blade " +
                                          to_string(check.blade) +
                                          " is damaged: " + check.told.value_or("nobody knows how"))
        .with_cure("with the blade off: 'dim nfs unexport " + words_of(check) +
                   "', then 'dim blade check " + words_of(check) +
                   " --repair'; what that leaves needs 'e2fsck -f' and answers, or a new image");
}

Result<Edit> BladeChecks::run(const api::CheckBladeImages& request, const Progress& progress) {
    DIM_CHECK(blades_.require(request.blades));
    std::map<std::string, std::size_t> counts;
    std::vector<Error> problems;
    std::string exported;
    std::size_t done = 0;
    for (const ComponentName& blade : request.blades) {
        progress("check the image of " + to_string(blade), done++, request.blades.size());
        auto check = images_.check_blade_image(blade, request.image,
                                               request.is_repair ? Repair::yes : Repair::no);
        if (!check) {
            problems.push_back(std::move(check).error().with_context(to_string(blade)));
            continue;
        }
        ++counts[check->result];
        if (auto problem = problem_of(*check)) problems.push_back(*std::move(problem));
        if (check->result == "not checked") exported += " " + to_string(blade);
        if (check->result == "mended" || check->result == "damaged")
            DIM_CHECK(blades_.tell({&blade, 1}, "blade image of " + to_string(request.image) +
                                                    " checked: " + check->result));
    }
    if (problems.size() == 1) return fail(std::move(problems.front()));
    if (!problems.empty())
        return fail(std::move(problems.front())
                        .with_context(std::to_string(problems.size()) + " of " +
                                      blades_text(request.blades) + " have problems, the first"));
    std::string text = "blade images of " + to_string(request.image) + ":";
    for (const auto& [result, count] : counts)
        text += (text.ends_with(':') ? " " : ", ") + std::to_string(count) + " " + result;
    if (!exported.empty())
        text += "\nnot checked, because they are exported:" + exported +
                " (with the blade off: 'dim nfs unexport', check, 'dim nfs export')";
    return Edit{.done = std::move(text)};
}

Result<api::BladeImageCheckList> BladeChecks::last() const {
    DIM_TRY(auto checks, images_.blade_image_checks());
    return api::BladeImageCheckList{std::move(checks), days_};
}

}  // namespace dim::server
