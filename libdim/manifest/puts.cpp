#include "libdim/manifest/puts.hpp"

#include "libdim/manifest/escaped_text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/random.hpp"
#include "libdim/sys/remove_tree.hpp"

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

Error at_path(Error error, std::string_view path) {
    return std::move(error).with_context(path.empty() ? "." : escape(std::string(path)));
}

bool Puts::is_waiting_name(std::string_view name) {
    return name.starts_with(kUnfinished) && name.size() == kUnfinished.size() + kDigitsInName &&
           name.find_first_not_of("0123456789abcdef", kUnfinished.size()) == name.npos;
}

Result<Puts> Puts::begin(const sys::Fd& root, FileSource& source) {
    DIM_TRY(std::string random, sys::random_hex((kDigitsInName - kDigitsOfNumber) / 2));
    return Puts(root, source, std::string(kUnfinished) + std::move(random));
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
    if (put.entry->type == EntryType::directory) return put_directory(put);
    DIM_TRY(const sys::Fd* directory, parents_.of(put.entry->path));
    waiting_.push_back({&put, next_name()});
    return make(put, *directory, waiting_.back().name);
}

Result<void> Puts::put_directory(const TreeChange::Put& put) {
    const std::string name = name_of(put.entry->path);
    DIM_TRY(const sys::Fd* directory, parents_.of(put.entry->path));
    if (put.is_replacing) DIM_CHECK(sys::remove_tree(*directory, name));
    return sys::mkdirat(*directory, name, 0700);
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
    const std::string_view path = waiting.put->entry->path;
    const std::string name = name_of(path);
    if (waiting.put->is_replacing) {
        DIM_TRY(const sys::Fd* directory, parents_.of(path));
        DIM_CHECK(sys::remove_tree(*directory, name));
        parents_.forget();
        leaders_.forget();
    }
    DIM_TRY(const sys::Fd* directory, parents_.of(path));
    DIM_CHECK(sys::renameat(*directory, waiting.name, *directory, name));
    // Renaming one name of a file to another one of it does nothing.
    if (waiting.put->link_to.empty() && source_->most_waiting() > 1) return {};
    return unlink_if_there(*directory, waiting.name);
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
