#pragma once

#include "imageserver/edit/edited_blades.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/override/overrides.hpp"
#include "libdim/api/sync_messages.hpp"
#include "libdim/base/result.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace dim::server {

/// Brings blade images to a generation of their image, their blades running or off.
class SyncEdits {
public:
    /// What tells blades and services of it. Both are called beside the event loop.
    struct Messengers {
        std::function<Result<void>()> offer_shared_roots;  ///< returns once they are offered
        std::function<void()> name_boot_files;             ///< to the next boots of what was moved
        std::function<void(const model::ComponentName&)> tell_blade;
    };
    /// CONFIRMATION: so long is waited for a running blade to say that it has the shared root of
    /// the generation. The references outlive this.
    SyncEdits(Images& images, Overrides& overrides, EditedBlades blades, Messengers messengers,
              std::chrono::milliseconds confirmation = std::chrono::seconds(20))
        : images_(images),
          overrides_(overrides),
          blades_(blades),
          messengers_(std::move(messengers)),
          confirmation_(confirmation) {}

    /// Goes on after the failure of a blade. Takes long; one call at a time for an image, beside no
    /// other work on it. When it returns, running blades see what was changed: those that confirmed
    /// it have nothing older in their caches. Errors: invalid_input; not_found for the image, the
    /// generation, or what is no blade of ours; limit_exceeded, before anything is written, when
    /// more would be removed than the request allows.
    Result<api::SyncReport> run(const api::SyncImage& request, const Progress& progress);

private:
    using Change = std::shared_ptr<const GenerationChange>;
    using ChangeKey = std::pair<model::Generation, model::Generation>;
    struct Job;
    struct Blade;
    struct Confirmation;
    Result<Job> prepare(const api::SyncImage& request, const Progress& progress);
    Result<std::vector<Blade>> choose(const api::SyncImage& request);
    Result<void> find_changes(Job& job, const Progress& progress);
    api::SyncOutcome sync_blade(const Job& job, const Blade& blade);
    Result<void> sync_image(const Job& job, const Blade& blade, api::SyncOutcome& outcome);
    Result<MovedBladeImage> move(const Job& job, const Blade& blade, bool is_running);
    void confirm(const Job& job, std::span<api::SyncOutcome> outcomes, const Progress& progress);
    std::vector<Confirmation> confirmations(const Job& job, std::span<api::SyncOutcome> outcomes);
    void await(const Job& job, std::vector<Confirmation>& expected, const Progress& progress);

    Images& images_;
    Overrides& overrides_;
    EditedBlades blades_;
    Messengers messengers_;
    std::chrono::milliseconds confirmation_;
};

}  // namespace dim::server
