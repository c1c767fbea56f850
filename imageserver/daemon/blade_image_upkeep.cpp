#include "imageserver/daemon/blade_image_upkeep.hpp"

#include "imageserver/daemon/report.hpp"
#include "imageserver/edit/blade_checks.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <set>
#include <string>

namespace dim::server {

namespace asio = boost::asio;
using model::ComponentName;
using model::ImageName;

namespace {

constexpr std::int64_t kRefusedUs = std::int64_t{24} * 3600 * 1'000'000;
constexpr const char* kDamaged = "blade-image";

std::string origin_of(const ComponentName& blade, const ImageName& image) {
    return to_string(blade) + " " + to_string(image);
}

}  // namespace

void BladeImageUpkeep::renew_overrides() {
    if (is_renewing_.exchange(true)) return;
    asio::post(lanes_.threads(), [this] {
        const auto begun = renewal_.begin();
        if (!begun) report("overrides", begun.error());
        if (begun && *begun) return write_next();
        is_renewing_ = false;
    });
}

void BladeImageUpkeep::write_next() {
    if (const auto image = renewal_.next()) {
        return asio::post(lanes_.of(*image), [this] {
            renewal_.write_next();
            write_next();
        });
    }
    if (auto done = renewal_.finish(); !done) report("overrides", done.error());
    is_renewing_ = false;
}

void BladeImageUpkeep::check() {
    if (days_ == 0 || is_checking_.exchange(true)) return;
    asio::post(lanes_.threads(), [this] {
        forget_mended();
        gather_due();
        check_next();
    });
}

void BladeImageUpkeep::forget_mended() {
    const auto checks = images_.blade_image_checks();
    if (!checks) return report("check of blade images", checks.error());
    std::set<std::string> damaged;
    for (const api::BladeImageCheck& check : *checks)
        if (BladeChecks::problem_of(check)) damaged.insert(origin_of(check.blade, check.image));
    for (const api::Alert& alert : alerts_.alerts())
        if (alert.kind == kDamaged && !damaged.contains(alert.origin))
            alerts_.forget(alert.kind, alert.origin);
}

void BladeImageUpkeep::gather_due() {
    const Moment now = clock_.now();
    std::erase_if(refused_,
                  [&](const auto& entry) { return now.uptime_us - entry.second > kRefusedUs; });
    auto due = images_.checks_due(days_, now.time);
    if (!due) return report("check of blade images", due.error());
    due_ = *std::move(due);
    std::erase_if(due_, [&](const Key& key) { return refused_.contains(key); });
    std::ranges::reverse(due_);
}

void BladeImageUpkeep::check_next() {
    if (due_.empty()) {
        is_checking_ = false;
        return;
    }
    Key key = std::move(due_.back());
    due_.pop_back();
    const auto lane = lanes_.of(key.second);
    asio::post(lane, [this, key = std::move(key)] {
        check_one(key);
        check_next();
    });
}

void BladeImageUpkeep::check_one(const Key& key) {
    const auto& [blade, image] = key;
    const auto check = images_.check_blade_image(blade, image, Repair::no);
    if (!check) {
        // In use, or gone meanwhile.
        refused_.insert_or_assign(key, clock_.now().uptime_us);
        return report("check of the image " + to_string(image) + " of blade " + to_string(blade),
                      check.error());
    }
    const auto problem = BladeChecks::problem_of(*check);
    if (!problem) return;
    alerts_.note({kDamaged, origin_of(blade, image), problem->message(), problem->cure()},
                 clock_.now());
}

}  // namespace dim::server
