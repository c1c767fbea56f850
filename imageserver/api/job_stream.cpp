#include "imageserver/api/job_stream.hpp"

#include "libdim/api/admin_messages.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>

namespace dim::server {

namespace {

namespace asio = boost::asio;

constexpr std::size_t kWaitingLines = 100;  // then progress is left out

/// Lines on their way from the job's thread to the asker's stream.
class LineQueue : public std::enable_shared_from_this<LineQueue> {
public:
    LineQueue(const asio::any_io_executor& executor, std::chrono::milliseconds quiet)
        : wake_up_(executor), quiet_(quiet) {}

    enum class Kind { progress, last };
    void push(std::string line, Kind kind) {
        {
            const std::lock_guard lock(mutex_);
            if (kind == Kind::progress && lines_.size() >= kWaitingLines) return;
            lines_.push_back(std::move(line) + '\n');
            has_ended_ = has_ended_ || kind == Kind::last;
        }
        asio::post(wake_up_.get_executor(),
                   [self = shared_from_this()] { self->wake_up_.cancel(); });
    }

    /// On the executor. Nothing: the last line was taken.
    asio::awaitable<std::optional<std::string>> next() {
        for (;;) {
            {
                const std::lock_guard lock(mutex_);
                if (!lines_.empty()) {
                    std::optional<std::string> line = std::move(lines_.front());
                    lines_.pop_front();
                    co_return line;
                }
                if (has_ended_) co_return std::nullopt;
            }
            wake_up_.expires_after(quiet_);
            const auto [error] = co_await wake_up_.async_wait(asio::as_tuple(asio::use_awaitable));
            if (!error) {
                const api::JobLine alive{"still at it", {}, {}, {}, {}};
                co_return api::to_json(alive) + '\n';
            }
        }
    }

private:
    asio::steady_timer wake_up_;
    std::chrono::milliseconds quiet_;
    std::mutex mutex_;
    std::deque<std::string> lines_;
    bool has_ended_ = false;
};

void end(LineQueue& queue, const Result<std::string>& done) {
    api::JobLine last;
    if (done) {
        last.done = *done;
    } else {
        last.problem = api::to_problem(done.error());
    }
    queue.push(api::to_json(last), LineQueue::Kind::last);
}

Progress progress_to(const std::shared_ptr<LineQueue>& queue) {
    return [queue](std::string_view text, std::uint64_t step, std::uint64_t steps) {
        api::JobLine line{std::string(text), {}, {}, {}, {}};
        if (steps != 0) {
            line.step = step;
            line.steps = steps;
        }
        queue->push(api::to_json(line), LineQueue::Kind::progress);
    };
}

http::Reply reply_of(const std::shared_ptr<LineQueue>& queue) {
    http::Response head;
    head.content_type = "application/x-ndjson";
    return {std::move(head), [queue] { return queue->next(); }};
}

void run(const JobStream::Job& job, const std::shared_ptr<LineQueue>& queue,
         ServiceAppliers& services) {
    finish_edit(job(progress_to(queue)), services,
                [queue](const Result<std::string>& done) { end(*queue, done); });
}

}  // namespace

http::Reply JobStream::start(const asio::any_io_executor& lane, Job job) {
    auto queue = std::make_shared<LineQueue>(executor_, quiet_);
    asio::post(lane,
               [job = std::move(job), queue, &services = services_] { run(job, queue, services); });
    return reply_of(queue);
}

http::Reply JobStream::answer(const asio::any_io_executor& lane, Question question) {
    auto queue = std::make_shared<LineQueue>(executor_, quiet_);
    asio::post(lane, [question = std::move(question), queue] {
        auto answered = question(progress_to(queue));
        if (!answered) return end(*queue, fail(std::move(answered).error()));
        queue->push(*std::move(answered), LineQueue::Kind::last);
    });
    return reply_of(queue);
}

}  // namespace dim::server
