#include "imageserver/edit/server_syncs.hpp"

#include "libdim/base/in_parallel.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <span>

namespace dim::server {

using model::ComponentName;
using model::Generation;

namespace {

/// At once; each has a piece of a changeset in memory.
constexpr std::size_t kServersAtOnce = 16;

bool is_damaged(const api::Problem& problem) {
    return api::to_error(problem).code() == ErrorCode::invalid_input;
}

Error has_other(const api::SyncServers& request, const api::ImageGeneration& newest,
                Generation wanted) {
    const std::string image = to_string(request.image);
    return Error(ErrorCode::conflict, "it has generation " + to_string(newest.generation) + " of " +
                                          image + ", made of " + newest.source +
                                          ", which is not that of this server")
        .with_cure("make generations here until the newest has a greater number than " +
                   to_string(std::max(newest.generation, wanted)) +
                   " ('dim image update'), or remove the image there");
}

}  // namespace

/// Work that waits for others on the same image.
struct ServerSyncs::Turn {
    enum class State { waiting, running, done, given_up };
    State state = State::waiting;
    Result<void> outcome = {};
};

Result<void> ServerSyncs::do_on_image(const model::ImageName& image,
                                      const std::function<Result<void>()>& work) {
    const auto turn = std::make_shared<Turn>();
    settings_.post_on_image(image, [this, turn, &work] {
        {
            const std::scoped_lock lock(mutex_);
            // WORK is gone then.
            if (turn->state == Turn::State::given_up) return;
            turn->state = Turn::State::running;
        }
        Result<void> outcome = work();
        const std::scoped_lock lock(mutex_);
        turn->outcome = std::move(outcome);
        turn->state = Turn::State::done;
        changed_.notify_all();
    });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
        return turn->state == Turn::State::done ||
               (is_stopping_ && turn->state == Turn::State::waiting);
    });
    if (turn->state == Turn::State::done) return std::move(turn->outcome);
    turn->state = Turn::State::given_up;
    return fail(ErrorCode::unavailable, "this server ends");
}

bool ServerSyncs::goes_on() const {
    const std::scoped_lock lock(mutex_);
    return !is_stopping_;
}

bool ServerSyncs::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return is_stopping_; });
}

void ServerSyncs::stop() {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
    changed_.notify_all();
}

struct ServerSyncs::Server {
    api::ServerSyncOutcome outcome;
    bool is_named = false;
    std::vector<api::ImageGeneration> generations = {};  ///< that it has
    bool is_to_be_brought = false;
    bool is_to_come_whole = false;  ///< with what makes it of its base, it could not be made there
    Base base = {};
};

struct ServerSyncs::Job {
    const api::SyncServers& request;
    api::ImageSummary image;                        ///< in the generation that is brought
    api::ImageGeneration target;                    ///< the same
    std::vector<api::ImageGeneration> generations;  ///< of this server
    std::vector<Server> servers;
    std::map<Base, std::shared_ptr<const OutgoingChangeset>> changesets = {};
};

Result<std::vector<ComponentName>> ServerSyncs::choose(const api::SyncServers& request) {
    DIM_TRY(const auto list, membership_.servers());
    std::vector<ComponentName> members;
    for (const api::ServerSummary& server : list.servers)
        if (server.state == "member") members.push_back(server.name);
    if (members.empty())
        return fail(Error(ErrorCode::conflict, "no other image server has joined this one")
                        .with_cure("'dim server token' here, and 'dim server join' there"));
    if (request.servers.empty()) return members;
    std::set<ComponentName> chosen;
    for (const ComponentName& name : request.servers) {
        if (name == roster_.server()) continue;  // has it
        if (std::ranges::find(members, name) == members.end())
            return fail(Error(ErrorCode::not_found, to_string(name) + " has not joined this server")
                            .with_cure("see 'dim server list'"));
        chosen.insert(name);
    }
    return std::vector<ComponentName>(chosen.begin(), chosen.end());
}

Result<ServerSyncs::Job> ServerSyncs::prepare(const api::SyncServers& request) {
    DIM_TRY(api::ImageSummary image, request.generation
                                         ? images_.image(request.image, *request.generation)
                                         : images_.image(request.image));
    DIM_TRY(auto generations, images_.generations(request.image));
    const auto target =
        std::ranges::find(generations, image.generation, &api::ImageGeneration::generation);
    if (target == generations.end() || target->shared_digest.empty())
        return fail(Error(ErrorCode::conflict, "generation " + to_string(image.generation) +
                                                   " of " + to_string(request.image) +
                                                   " is of a time before manifests")
                        .with_cure("make another: 'dim image update'"));
    Job job{.request = request,
            .image = std::move(image),
            .target = *target,
            .generations = std::move(generations),
            .servers = {}};
    DIM_TRY(const auto names, choose(request));
    for (const ComponentName& name : names)
        job.servers.push_back(
            {.outcome = {.server = name, .state = "failed"}, .is_named = !request.servers.empty()});
    return job;
}

void ServerSyncs::ask(const Job& job, Server& server) const {
    auto there = MemberImages(membership_, server.outcome.server, settings_.patience)
                     .generations(job.request.image);
    if (!there) {
        server.outcome.problem = api::to_problem(there.error());
        return;
    }
    server.generations = *std::move(there);
    judge(job, server);
}

/// What is to be done with it.
void ServerSyncs::judge(const Job& job, Server& server) const {
    if (server.generations.empty()) {
        server.is_to_be_brought = server.is_named;
        if (!server.is_named) server.outcome.state = "absent";
        return;
    }
    const api::ImageGeneration& newest = server.generations.back();
    server.outcome.from = newest.generation;
    if (newest.generation == job.target.generation && MemberImages::is_same(newest, job.target)) {
        server.outcome.state = "current";
        return;
    }
    if (newest.generation >= job.target.generation) {
        server.outcome.problem =
            api::to_problem(has_other(job.request, newest, job.target.generation));
        return;
    }
    server.is_to_be_brought = true;
    // With another split, or of what nobody here knows, it comes whole.
    for (const api::ImageGeneration& own : job.generations)
        if (MemberImages::is_same(own, newest) && own.shared == job.target.shared)
            server.base = own.generation;
}

/// Of a base for which there is none, its servers are told why.
Result<void> ServerSyncs::make_changesets(Job& job, const Progress& progress) {
    std::set<Base> bases;
    for (const Server& server : job.servers)
        if (server.is_to_be_brought) bases.insert(server.base);
    if (bases.empty()) return {};
    return do_on_image(job.request.image, [&]() -> Result<void> {
        for (const Base& base : bases) {
            const std::string what =
                base ? "what generation " + to_string(*base) + " lacks" : "the whole image";
            auto made = outgoing_.make(job.request.image, base, job.target,
                                       [&](std::string_view, std::uint64_t done,
                                           std::uint64_t all) { progress(what, done, all); });
            if (made) {
                job.changesets.insert_or_assign(base, *std::move(made));
                continue;
            }
            for (Server& server : job.servers)
                if (server.is_to_be_brought && server.base == base)
                    fail_server(server, made.error());
        }
        return {};
    });
}

api::OfferGeneration ServerSyncs::offer(const Job& job, const OutgoingChangeset& changeset) const {
    return {.image = job.image,
            .label = job.target.label,
            .source = job.target.source.starts_with(to_string(roster_.server()) + ": ")
                          ? job.target.source
                          : to_string(roster_.server()) + ": " + job.target.source,
            .changeset_bytes = changeset.bytes,
            .changeset_sha256 = changeset.sha256};
}

void ServerSyncs::fail_server(Server& server, const Error& error) {
    server.outcome.problem = api::to_problem(error);
    server.is_to_be_brought = false;
    // Its files may not be what it says that they are; whole, it comes nevertheless.
    server.is_to_come_whole = error.code() == ErrorCode::conflict && server.base.has_value();
}

void ServerSyncs::bring(const Job& job, Server& server,
                        const MemberImages::Listener& listener) const {
    const OutgoingChangeset& changeset = *job.changesets.at(server.base);
    server.outcome.bytes = changeset.bytes;
    const Result<void> brought =
        MemberImages(membership_, server.outcome.server, settings_.patience)
            .bring(offer(job, changeset), job.target, changeset.file, listener);
    if (!brought) return fail_server(server, brought.error());
    server.outcome.state = "synced";
    server.is_to_be_brought = false;
}

/// Whether there is any server that is to have the whole image now.
bool ServerSyncs::take_whole(Job& job) {
    bool has_any = false;
    for (Server& server : job.servers) {
        if (!server.is_to_come_whole) continue;
        has_any = server.is_to_be_brought = true;
        server.is_to_come_whole = false;
        server.base.reset();
        server.outcome.problem.reset();
    }
    return has_any;
}

Result<api::ServerSyncReport> ServerSyncs::run(const api::SyncServers& request,
                                               const Progress& progress) {
    DIM_TRY(Job job, prepare(request));
    std::mutex telling;
    const auto tell = [&](const Server& server, std::string_view text, std::uint64_t step,
                          std::uint64_t steps) {
        const std::scoped_lock lock(telling);
        progress(to_string(server.outcome.server) + ": " + std::string(text), step, steps);
    };
    progress("ask " + std::to_string(job.servers.size()) + " servers", 0, 0);
    in_parallel(std::span(job.servers), kServersAtOnce, [&](Server& server) {
        ask(job, server);
        return true;
    });
    const auto bring_all = [&]() -> Result<void> {
        DIM_CHECK(make_changesets(job, progress));
        in_parallel(std::span(job.servers), kServersAtOnce, [&](Server& server) {
            if (!server.is_to_be_brought) return false;
            bring(job, server,
                  {.told =
                       [&](std::string_view text, std::uint64_t step, std::uint64_t steps) {
                           tell(server, text, step, steps);
                           return goes_on();
                       },
                   .pause = [this](auto time) { return pause(time); }});
            tell(server, server.outcome.problem ? "failed" : "has it", 0, 0);
            return true;
        });
        return {};
    };
    if (!request.is_dry_run) {
        DIM_CHECK(bring_all());
        if (take_whole(job)) DIM_CHECK(bring_all());
    }
    api::ServerSyncReport report{.image = request.image,
                                 .generation = job.target.generation,
                                 .is_dry_run = request.is_dry_run,
                                 .outcomes = {}};
    bool is_needed = false;
    for (Server& server : job.servers) {
        if (request.is_dry_run && server.is_to_be_brought) server.outcome.state = "synced";
        // One that is damaged here is made anew.
        is_needed = is_needed || (server.outcome.problem && !is_damaged(*server.outcome.problem));
        report.outcomes.push_back(std::move(server.outcome));
    }
    if (!is_needed && !request.is_dry_run)
        (void)do_on_image(request.image, [&] { return outgoing_.discard(request.image); });
    return report;
}

}  // namespace dim::server
