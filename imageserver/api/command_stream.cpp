#include "imageserver/api/command_stream.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <deque>
#include <memory>

namespace dim::server {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kQuietCommand{15};  // then the asker is told that we still live

/// One request. All but the commands themselves happens on the executor.
class CommandRun : public std::enable_shared_from_this<CommandRun> {
public:
    CommandRun(const asio::any_io_executor& executor, asio::any_io_executor lane,
               BladeCommands& commands, api::RunCommand request, sys::Fd given_up)
        : wake_up_(executor),
          lane_(std::move(lane)),
          commands_(commands),
          request_(std::move(request)),
          given_up_(std::move(given_up)) {}

    void start() {
        for (std::uint32_t i = 0; i < request_.parallel; ++i)
            start_next();
    }

    /// Nothing: the last line was taken.
    asio::awaitable<std::optional<std::string>> next() {
        while (results_.empty() && ended_ < request_.blades.size()) {
            wake_up_.expires_after(kQuietCommand);
            const auto [error] = co_await wake_up_.async_wait(asio::as_tuple(asio::use_awaitable));
            if (!error) co_return line({.progress = "still at it"});
        }
        if (!results_.empty()) {
            const std::string text = line({.result = std::move(results_.front())});
            results_.pop_front();
            start_next();
            co_return text;
        }
        if (is_done_) co_return std::nullopt;
        is_done_ = true;
        co_return line({.done = summary()});
    }

private:
    static std::string line(const api::CommandLine& message) { return to_json(message) + '\n'; }

    void start_next() {
        if (begun_ == request_.blades.size()) return;
        asio::post(lane_, [self = shared_from_this(), blade = request_.blades[begun_]] {
            api::CommandResult result = self->commands_.run(blade, self->request_, self->given_up_);
            asio::post(self->wake_up_.get_executor(), [self, result = std::move(result)]() mutable {
                self->take(std::move(result));
            });
        });
        ++begun_;
    }

    void take(api::CommandResult result) {
        ++ended_;
        if (result.exit_code != 0U) ++failed_;
        results_.push_back(std::move(result));
        wake_up_.cancel();
    }

    std::string summary() const {
        const std::size_t count = request_.blades.size();
        std::string text =
            "ran in the roots of " + std::to_string(count) + (count == 1 ? " blade" : " blades");
        if (failed_ != 0) text += ", failed in " + std::to_string(failed_);
        return text;
    }

    asio::steady_timer wake_up_;
    asio::any_io_executor lane_;
    BladeCommands& commands_;
    const api::RunCommand request_;
    const sys::Fd given_up_;  ///< readable when the asker has gone
    std::deque<api::CommandResult> results_;
    std::size_t begun_ = 0;
    std::size_t ended_ = 0;
    std::size_t failed_ = 0;
    bool is_done_ = false;
};

}  // namespace

Result<http::Reply> stream_commands(const asio::any_io_executor& executor,
                                    const asio::any_io_executor& lane, BladeCommands& commands,
                                    api::RunCommand request) {
    DIM_TRY(sys::Pipe asker, sys::pipe());
    auto run = std::make_shared<CommandRun>(executor, lane, commands, std::move(request),
                                            std::move(asker.read_end));
    run->start();
    http::Response head;
    head.content_type = "application/x-ndjson";
    // Closed with the stream, which goes when the asker does.
    auto asker_is_there = std::make_shared<sys::Fd>(std::move(asker.write_end));
    return http::Reply{std::move(head), [run, asker_is_there] { return run->next(); }};
}

}  // namespace dim::server
