#pragma once

#include "imageserver/blade/roster.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/image/outgoing_changesets.hpp"
#include "imageserver/peer/member_images.hpp"
#include "imageserver/peer/membership.hpp"
#include "libdim/api/push_messages.hpp"
#include "libdim/base/result.hpp"

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

/// Brings generations of images from this server, the management node, to its members.
class ServerSyncs {
public:
    /// Has WORK done where images are worked on, beside no other on IMAGE; does not wait for it.
    using PostOnImage =
        std::function<void(const model::ImageName& image, std::function<void()> work)>;
    struct Settings {
        std::string state_directory;
        PostOnImage post_on_image;
        MemberImages::Patience patience = {};
    };
    /// The references outlive this.
    ServerSyncs(Images& images, Membership& membership, const Roster& roster, Settings settings)
        : images_(images),
          membership_(membership),
          roster_(roster),
          settings_(std::move(settings)),
          outgoing_(images, settings_.state_directory) {}

    /// Goes on after the failure of a server; several at once. Takes long; any thread but those
    /// where images are worked on. Errors: not_found for the image, the generation, or what is no
    /// member; conflict when this server has no members; those of OutgoingChangesets::make().
    Result<api::ServerSyncReport> run(const api::SyncServers& request, const Progress& progress);
    /// The daemon ends: so does what runs, soon, and nothing more is begun.
    void stop();

private:
    struct Turn;
    /// Errors: unavailable when the daemon ends before its turn has come.
    Result<void> do_on_image(const model::ImageName& image,
                             const std::function<Result<void>()>& work);
    bool goes_on() const;
    /// Waits so long, or until the daemon ends; whether to go on.
    bool pause(std::chrono::milliseconds time);
    /// What makes the generation of one that a member has; none: of nothing.
    using Base = std::optional<model::Generation>;
    struct Server;
    struct Job;
    Result<std::vector<model::ComponentName>> choose(const api::SyncServers& request);
    Result<Job> prepare(const api::SyncServers& request);
    void ask(const Job& job, Server& server) const;
    void judge(const Job& job, Server& server) const;
    Result<void> make_changesets(Job& job, const Progress& progress);
    void bring(const Job& job, Server& server, const MemberImages::Listener& listener) const;
    static void fail_server(Server& server, const Error& error);
    static bool take_whole(Job& job);
    api::OfferGeneration offer(const Job& job, const OutgoingChangeset& changeset) const;

    Images& images_;
    Membership& membership_;
    const Roster& roster_;
    Settings settings_;
    OutgoingChangesets outgoing_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool is_stopping_ = false;
};

}  // namespace dim::server
