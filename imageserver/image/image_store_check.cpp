#include "imageserver/image/blade_image_file.hpp"
#include "imageserver/image/image_file.hpp"
#include "imageserver/image/image_store_state.hpp"
#include "imageserver/image/loop_mount.hpp"
#include "libdim/model/timestamp.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <map>

namespace dim::server {

using model::ComponentName;
using model::ImageName;

namespace {

constexpr std::int64_t kIdleUs = std::int64_t{3600} * 1'000'000;
constexpr std::int64_t kDayUs = std::int64_t{24} * 3600 * 1'000'000;

Result<api::BladeImageCheck> check_of(const BladeImageRecord& record, std::string result,
                                      std::optional<std::string> told = {}) {
    DIM_TRY(const auto now, model::Timestamp::from_microseconds(sys::realtime_us()));
    return api::BladeImageCheck{.blade = record.blade,
                                .image = record.image,
                                .checked = now,
                                .result = std::move(result),
                                .told = std::move(told)};
}

/// As far as the kernel knows, which has it in use.
Result<api::BladeImageCheck> look_at_exported(const BladeImageRecord& record,
                                              const ImagePaths& paths) {
    const auto looked = inspect_mount(paths.blade_file(record.blade, record.image),
                                      paths.blade_mount(record.blade, record.image));
    if (looked) return check_of(record, "not checked", "it is exported");
    if (looked.error().code() != ErrorCode::conflict) return fail(looked.error());
    return check_of(record, "damaged", looked.error().message());
}

}  // namespace

/// While nobody can mount it.
Result<api::BladeImageCheck> ImageStore::examine(const BladeImageRecord& record, Repair repair) {
    const std::string file = state_->paths.blade_file(record.blade, record.image);
    DIM_TRY(const CheckedFileSystem found, examine_file(file));
    if (found.is_clean) return check_of(record, "clean");
    if (repair == Repair::no) return check_of(record, "damaged", found.told);
    const auto mended = mend_blade_file(record.blade, record.image, state_->paths);
    if (mended) {
        DIM_CHECK(reserve_file(file));
        return check_of(record, "mended", found.told);
    }
    // What needs answers.
    if (mended.error().code() == ErrorCode::conflict)
        return check_of(record, "damaged", found.told);
    return fail(mended.error());
}

Result<api::BladeImageCheck> ImageStore::check_blade_image(const ComponentName& blade,
                                                           const ImageName& image, Repair repair) {
    DIM_CHECK(state_->undo_unfinished_of(image));
    DIM_TRY(const BladeImageRecord record, state_->catalog.blade_image(blade, image));
    if (record.is_exported) {
        DIM_TRY(auto looked, look_at_exported(record, state_->paths));
        if (looked.result == "damaged") DIM_CHECK(state_->checks.record(looked));
        return looked;
    }
    if (auto taken = take_out_of_use(record); !taken) {
        DIM_CHECK(ensure_ready(blade, image));
        return fail(std::move(taken).error());
    }
    Result<api::BladeImageCheck> examined = examine(record, repair);
    // As every blade image is; one that is damaged may be past that, which is told already.
    const Result<void> ready = put_in_use(record);
    if (!examined) return examined;
    DIM_CHECK(state_->checks.record(*examined));
    if (!ready && examined->result != "damaged") return fail(ready.error());
    return examined;
}

Result<std::vector<api::BladeImageCheck>> ImageStore::blade_image_checks() const {
    return state_->checks.all();
}

Result<std::vector<ImageStore::BladeImageKey>> ImageStore::checks_due(std::uint32_t days,
                                                                      model::Timestamp now) const {
    DIM_TRY(const auto checks, state_->checks.all());
    std::map<BladeImageKey, std::int64_t> checked;
    for (const api::BladeImageCheck& check : checks)
        checked.emplace(BladeImageKey(check.blade, check.image), check.checked.microseconds());
    DIM_TRY(const auto records, state_->catalog.blade_images());
    const std::int64_t now_us = now.microseconds();
    std::vector<std::pair<std::int64_t, BladeImageKey>> due;
    for (const BladeImageRecord& record : records) {
        if (record.state != BladeImageState::ready || record.is_exported) continue;
        const auto status = sys::stat(state_->paths.blade_file(record.blade, record.image));
        if (!status || status->modified_us > now_us - kIdleUs) continue;
        const auto last = checked.find({record.blade, record.image});
        const std::int64_t last_us = last == checked.end() ? 0 : last->second;
        if (last_us <= now_us - days * kDayUs)
            due.emplace_back(last_us, BladeImageKey(record.blade, record.image));
    }
    std::ranges::sort(due);
    std::vector<BladeImageKey> keys;
    for (auto& [last_us, key] : due)
        keys.push_back(std::move(key));
    return keys;
}

}  // namespace dim::server
