#include "imageserver/daemon/override_renewal.hpp"

#include "imageserver/blade/learned_macs.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/tls/sha256.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace dim::server {

// The sources of which the files of all blade images were written last.
const Migration kOverrideRenewalMigration{"override-renewal-1", R"sql(
CREATE TABLE override_renewal (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sources TEXT NOT NULL
) STRICT;
)sql"};

namespace {

// Ten files for each of the largest cluster's blades.
constexpr std::size_t kMostTemplates = 100'000;
constexpr std::size_t kDeepest = 20;

/// Adds to TEXT what tells a change of any file below DIRECTORY: nobody sets when an inode changed.
Result<void> add_files(const sys::Fd& directory, std::size_t depth, std::size_t& count,
                       std::string& text) {
    DIM_TRY(std::vector<std::string> names, sys::list_names(directory));
    for (const std::string& name : names) {
        const Result<sys::FileStatus> status = sys::fstatat(directory, name);
        if (!status && status.error().code() == ErrorCode::not_found) continue;
        if (!status) return fail(status.error());
        if (++count > kMostTemplates)
            return fail(
                Error(ErrorCode::limit_exceeded,
                      "there are more than " + std::to_string(kMostTemplates) + " templates")
                    .with_cure("remove what is none"));
        text += name + '\0' + std::to_string(status->inode) + ' ' +
                std::to_string(status->changed.seconds) + ' ' +
                std::to_string(status->changed.nanoseconds) + '\n';
        if (!S_ISDIR(status->mode) || depth == kDeepest) continue;
        DIM_TRY(const sys::Fd below, sys::open_beneath(directory, name, O_RDONLY | O_DIRECTORY));
        DIM_CHECK(add_files(below, depth + 1, count, text));
        text += "/\n";
    }
    return {};
}

}  // namespace

/// "0.3.0, revision 7, templates 5e88…, learned MACs 3"
Result<std::string> OverrideRenewal::sources() const {
    DIM_TRY(const auto revision, revisions_.in_force());
    std::string files;
    if (const auto top = sys::open_directory(directory_)) {
        std::size_t count = 0;
        DIM_CHECK(add_files(*top, 0, count, files));
    } else if (top.error().code() != ErrorCode::not_found) {
        return fail(top.error());
    }
    DIM_TRY(const auto learned, LearnedMacs(database_).number());
    return "version " DIM_VERSION ", revision " + std::to_string(revision ? revision->number : 0) +
           ", templates " + tls::sha256(files) +
           (learned == 0 ? "" : ", learned MACs " + std::to_string(learned));
}

Result<std::string> OverrideRenewal::written_sources() {
    return database_.transaction([](Transaction& transaction) -> Result<std::string> {
        DIM_TRY(Statement rows, transaction.query("SELECT sources FROM override_renewal"));
        DIM_TRY(const bool is_there, rows.next());
        return is_there ? rows.text(0) : std::string();
    });
}

Result<void> OverrideRenewal::gather_rest() {
    DIM_TRY(const std::vector<api::BladeImage> images, images_.blade_images());
    for (const api::BladeImage& image : images) {
        const Key key(image.blade, image.image);
        if (known_.insert(key).second) rest_.push_back(key);
    }
    if (looks_ % kRetries == 0) rest_.insert(rest_.end(), failed_.begin(), failed_.end());
    return {};
}

Result<bool> OverrideRenewal::begin() {
    ++looks_;
    rest_.clear();
    DIM_TRY(std::string now, sources());
    const bool is_settled = now == looked_at_;
    looked_at_ = now;
    if (!is_settled) return false;
    if (now == tried_) {
        if (looks_ % kLooksForNew == 0) DIM_CHECK(gather_rest());
        return !rest_.empty();
    }
    DIM_TRY(const std::string written, written_sources());
    tried_ = now;
    looks_ = 0;
    failed_.clear();
    known_.clear();
    DIM_TRY(const std::vector<api::BladeImage> images, images_.blade_images());
    for (const api::BladeImage& image : images) {
        known_.emplace(image.blade, image.image);
        if (now != written) rest_.emplace_back(image.blade, image.image);
    }
    return now != written;
}

std::optional<model::ImageName> OverrideRenewal::next() const {
    if (rest_.empty()) return std::nullopt;
    return rest_.back().second;
}

void OverrideRenewal::write_next() {
    const Key key = std::move(rest_.back());
    rest_.pop_back();
    auto written = edits_.renew(key.first, key.second);
    failed_.erase(key);
    if (written) return;
    failed_.insert(key);
    problems_.push_back(std::move(written).error());
}

Result<void> OverrideRenewal::finish() {
    std::optional<Error> problem;
    if (!problems_.empty()) {
        problem = std::move(problems_.front());
        if (problems_.size() > 1)
            problem = std::move(*problem).with_context(std::to_string(problems_.size()) +
                                                       " problems, the first");
    }
    problems_.clear();
    if (problem || failed_.empty()) (void)alert_.set(problem, clock_.now());
    if (problem) return fail(*std::move(problem));
    if (!failed_.empty()) return {};
    return database_.transaction([&](Transaction& transaction) {
        return transaction.execute("INSERT INTO override_renewal VALUES (1, ?1) "
                                   "ON CONFLICT DO UPDATE SET sources = ?1",
                                   tried_);
    });
}

}  // namespace dim::server
