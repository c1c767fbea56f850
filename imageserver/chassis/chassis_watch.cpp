#include "imageserver/chassis/chassis_watch.hpp"

#include "libdim/base/log.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dim::server {

namespace {

/// How soon a changed definition is noticed.
constexpr std::chrono::seconds kLongestNap{5};

}  // namespace

void ChassisWatch::start() {
    for (std::size_t i = 0; i < kThreads; ++i)
        threads_.emplace_back([this] { work(); });
}

void ChassisWatch::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
    threads_.clear();
}

void ChassisWatch::work() {
    std::unique_lock lock(mutex_);
    while (const auto target = next(lock)) {
        lock.unlock();
        ask(*target);
        lock.lock();
        const auto found = due_.find(target->module.name);
        if (found == due_.end()) continue;
        Due& due = found->second;
        due.is_asked = false;
        due.when =
            std::exchange(due.is_wanted, false) ? Clock::time_point() : Clock::now() + kInterval;
        changed_.notify_one();
    }
}

std::optional<ChassisTarget> ChassisWatch::next(std::unique_lock<std::mutex>& lock) {
    while (!is_stopping_) {
        follow_definition();
        Due* first = nullptr;
        for (auto& [name, due] : due_)
            if (!due.is_asked && (first == nullptr || due.when < first->when)) first = &due;
        const auto now = Clock::now();
        if (first != nullptr && first->when <= now) {
            first->is_asked = true;
            return first->target;
        }
        const auto nap = now + kLongestNap;
        changed_.wait_until(lock, first == nullptr ? nap : std::min(nap, first->when));
    }
    return std::nullopt;
}

/// The lock is held.
void ChassisWatch::follow_definition() {
    auto definition = parts_.roster.definition();
    if (definition == definition_) return;
    definition_ = std::move(definition);
    std::map<model::ComponentName, Due> due;
    std::vector<model::ComponentName> names;
    for (ChassisTarget& target : chassis_targets(*definition_, parts_.roster.server())) {
        const model::ComponentName name = target.module.name;
        names.push_back(name);
        Due next{.target = std::move(target)};
        if (const auto before = due_.find(name); before != due_.end()) {
            next.is_asked = before->second.is_asked;
            next.is_wanted = next.is_asked;
        }
        due.emplace(name, std::move(next));
    }
    due_ = std::move(due);
    if (const auto followed = parts_.knowledge.follow(names); !followed)
        log(LogLevel::error, "management modules: " + to_string(followed.error()));
}

void ChassisWatch::ask(const ChassisTarget& target) {
    auto said = parts_.ask(target);
    bool is_new = false;
    if (said) {
        const auto noted = parts_.knowledge.note_answer(*std::move(said), parts_.clock.now());
        if (!noted)
            log(LogLevel::error, to_string(target.module.name) + ": " + to_string(noted.error()));
        is_new = !noted || *noted;
    } else {
        is_new = parts_.knowledge.note_problem(target.module.name, said.error());
    }
    if (is_new) parts_.journal.count_change();
}

void ChassisWatch::want_soon(const model::ComponentName& module) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = due_.find(module);
        if (found == due_.end()) return;
        found->second.when = {};
        found->second.is_wanted = found->second.is_asked;
    }
    changed_.notify_one();
}

std::vector<ChassisTarget> ChassisWatch::targets() {
    const std::lock_guard lock(mutex_);
    follow_definition();
    std::vector<ChassisTarget> targets;
    for (const auto& [name, due] : due_)
        targets.push_back(due.target);
    return targets;
}

void ChassisWatch::take_datagram(model::Ipv4Address from, std::string_view datagram) {
    const Moment now = parts_.clock.now();
    const auto passed = gate_.take(targets(), from, datagram, now.uptime_us);
    if (!passed) {
        parts_.alerts.note({"trap", "refused",
                            "a trap was not believed: " + passed.error().message(),
                            "docs/hardware.md tells how a module sends its traps; without one, "
                            "somebody else sends them"},
                           now.time);
        return;
    }
    // The story comes first: who sees what the module says now also finds why.
    if (passed->blade) note(*passed->blade, now, *passed);
    want_soon(passed->module);
}

void ChassisWatch::note(const model::ComponentName& blade, Moment now,
                        const TrapGate::Passed& passed) {
    const std::array blades{blade};
    const auto noted = parts_.journal.note(
        blades, StoryLine{now.time, to_string(passed.module), std::nullopt, passed.event.text, {}});
    if (!noted) log(LogLevel::error, to_string(blade) + ": " + to_string(noted.error()));
}

}  // namespace dim::server
