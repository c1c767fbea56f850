#include "libdim/manifest/puts.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/random.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace dim::manifest {

namespace {

/// What is not whole yet has a name of this and so many hexadecimal digits; the last of them number
/// those that wait at the same time.
constexpr std::string_view kUnfinished = ".dim-";
constexpr std::size_t kDigitsInName = 16;
constexpr std::size_t kDigitsOfNumber = 4;

Result<void> unlink_if_there(const sys::Fd& directory, const std::string& name) {
    Result<void> done = sys::unlinkat(directory, name);
    if (!done && done.error().code() == ErrorCode::not_found) return {};
    return done;
}

}  // namespace

bool Puts::is_waiting_name(std::string_view name) {
    return name.starts_with(kUnfinished) && name.size() == kUnfinished.size() + kDigitsInName &&
           name.find_first_not_of("0123456789abcdef", kUnfinished.size()) == name.npos;
}

Result<Puts> Puts::begin(const sys::Fd& root, FileSource& source, Removals& removals) {
    DIM_TRY(std::string random, sys::random_hex((kDigitsInName - kDigitsOfNumber) / 2));
    return Puts(root, source, removals, std::string(kUnfinished) + std::move(random));
}

std::string Puts::next_name() const {
    std::array<char, 2 * sizeof(std::size_t)> digits{};
    const auto end =
        std::to_chars(digits.begin(), digits.end(), waiting_.size() % kMostWaiting, 16).ptr;
    const auto count = static_cast<std::size_t>(end - digits.begin());
    return names_ + std::string(kDigitsOfNumber - count, '0') + std::string(digits.data(), count);
}

Result<void> Puts::put(const TreeChange::Put& put) {
    // What it is another name of must be in its place.
    if (!put.link_to.empty()) DIM_CHECK(finish());
    Result<void> begun = begin_put(put);
    if (!begun) {
        discard();
        return fail(at_path(std::move(begun).error(), put.entry->path));
    }
    return waiting_.size() < std::min(source_->most_waiting(), kMostWaiting) ? Result<void>()
                                                                             : finish();
}

Result<void> Puts::begin_put(const TreeChange::Put& put) {
    if (removals_->is_left(put.entry->path) || removals_->is_left(put.link_to)) return {};
    const auto directory = parents_.of(put.entry->path);
    if (!directory && removals_->leave_unreachable(put.entry->path, directory.error())) return {};
    if (!directory) return fail(directory.error());
    if (put.entry->type == EntryType::directory) return put_directory(put, **directory);
    waiting_.push_back({&put, next_name()});
    return make(put, **directory, waiting_.back().name);
}

Result<void> Puts::put_directory(const TreeChange::Put& put, const sys::Fd& directory) {
    const std::string name = name_of(put.entry->path);
    DIM_TRY(const bool is_free, make_way(put, directory, name));
    return is_free ? sys::mkdirat(directory, name, 0700) : Result<void>();
}

Result<bool> Puts::make_way(const TreeChange::Put& put, const sys::Fd& directory,
                            const std::string& name) {
    return put.is_replacing ? removals_->remove(put.entry->path, directory, name)
                            : removals_->may_replace(put.entry->path, directory, name);
}

Result<void> Puts::make(const TreeChange::Put& put, const sys::Fd& directory,
                        const std::string& name) {
    if (put.link_to.empty()) return source_->provide(*put.entry, directory, name);
    DIM_TRY(const sys::Fd* beside, leaders_.of(put.link_to));
    return sys::linkat(*beside, name_of(put.link_to), directory, name);
}

Result<void> Puts::finish() {
    if (waiting_.empty()) return {};
    Result<void> done = source_->settle();
    for (auto each = waiting_.begin(); done && each != waiting_.end(); ++each) {
        done = take_place(*each);
        if (!done) done = fail(at_path(std::move(done).error(), each->put->entry->path));
    }
    if (!done) discard();
    waiting_.clear();
    return done;
}

Result<void> Puts::take_place(const Waiting& waiting) {
    const TreeChange::Put& put = *waiting.put;
    const std::string name = name_of(put.entry->path);
    const auto directory = parents_.of(put.entry->path);
    if (!directory && removals_->leave_unreachable(put.entry->path, directory.error())) return {};
    if (!directory) return fail(directory.error());
    DIM_TRY(const bool is_free, make_way(put, **directory, name));
    if (is_free) DIM_CHECK(sys::renameat(**directory, waiting.name, **directory, name));
    // Renaming one name of a file to another one of it does nothing.
    const bool is_gone = is_free && put.link_to.empty() && source_->most_waiting() > 1;
    Result<void> done = is_gone ? Result<void>() : unlink_if_there(**directory, waiting.name);
    if (put.is_replacing) {
        parents_.forget();
        leaders_.forget();
    }
    return done;
}

/// What cannot be removed, the next change removes (remove_unfinished).
void Puts::discard() {
    parents_.forget();
    for (const Waiting& waiting : waiting_)
        if (const auto directory = parents_.of(waiting.put->entry->path))
            (void)sys::unlinkat(**directory, waiting.name);
    waiting_.clear();
}

}  // namespace dim::manifest
