#include "imageserver/blade/disk_watch.hpp"

#include "libdim/model/byte_size.hpp"

namespace dim::server {

namespace {

constexpr const char* kSpaceAlert = "disk-space";
constexpr const char* kReservationAlert = "not-reserved";

std::string left_text(std::chrono::seconds left) {
    if (left < std::chrono::minutes(2)) return std::to_string(left.count()) + " s";
    return std::to_string(std::chrono::duration_cast<std::chrono::minutes>(left).count()) + " min";
}

/// Room is short sooner than it is enough again, so that an alert does not come and go.
bool is_short(const DiskSpace& space, std::optional<std::chrono::seconds> left, bool was_short) {
    const std::uint64_t kept = low_water(space.total);
    if (space.free < (was_short ? kept + kept / 4 : kept)) return true;
    return left && *left < (was_short ? 2 * DiskWatch::kSoon : DiskWatch::kSoon);
}

}  // namespace

Result<void> DiskWatch::look() {
    DIM_TRY(const DiskSpace space, images_.disk_space());
    trend_.add(std::chrono::microseconds(clock_.now().uptime_us), space.free);
    const auto left = trend_.time_left();
    {
        const std::lock_guard lock(mutex_);
        status_ = api::DiskStatus{.directory = settings_.state_directory,
                                  .provisioning = to_string(settings_.provisioning),
                                  .total_bytes = space.total,
                                  .free_bytes = space.free,
                                  .committed_bytes = space.committed,
                                  .allocated_bytes = space.allocated};
        if (left) status_->full_in_seconds = static_cast<double>(left->count());
    }
    alert(space, left);
    return database_.keep_room();
}

void DiskWatch::alert(const DiskSpace& space, std::optional<std::chrono::seconds> left) {
    is_short_ = is_short(space, left, is_short_);
    if (!is_short_) return alerts_.forget(kSpaceAlert, settings_.state_directory);
    std::string text = to_string(model::ByteSize(space.free)) + " of " +
                       to_string(model::ByteSize(space.total)) + " are free";
    if (left) text += "; at the rate of the last minutes the disk is full in " + left_text(*left);
    alerts_.note({kSpaceAlert, settings_.state_directory, std::move(text),
                  "free some space, or give the server a larger disk: docs/operations.md, 'A disk "
                  "that fills'"},
                 clock_.now());
}

void DiskWatch::reserve_blade_images() {
    const std::vector<Error> errors = images_.reserve_blade_images();
    if (errors.empty()) return alerts_.forget(kReservationAlert, settings_.state_directory);
    alerts_.note({kReservationAlert, settings_.state_directory,
                  std::to_string(errors.size()) + " without their space on the disk; " +
                      errors.front().message(),
                  errors.front().cure()},
                 clock_.now());
}

std::optional<api::DiskStatus> DiskWatch::status() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

}  // namespace dim::server
