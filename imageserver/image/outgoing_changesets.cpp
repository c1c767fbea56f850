#include "imageserver/image/outgoing_changesets.hpp"

#include "imageserver/image/disk_space.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"
#include "libdim/tls/sha256.hpp"

#include <utility>
#include <vector>

namespace dim::server {

using model::Generation;
using model::ImageName;

namespace {

constexpr std::size_t kHashedBytes = std::size_t{256} << 10;
constexpr std::string_view kUnfinishedChangeset = "unfinished";

/// How its name ends. Of the same generation it is the same, and of others never: numbers are given
/// again when a generation was not finished.
std::string target_name(const api::ImageGeneration& to) {
    return "-" + to_string(to.generation) + "-" +
           tls::sha256(to.shared_digest + to.golden_digest).substr(0, 16);
}

Result<OutgoingChangeset> describe(sys::Fd file) {
    OutgoingChangeset changeset{.file = std::move(file), .bytes = 0, .sha256 = {}};
    tls::Sha256 hash;
    for (std::vector<char> piece(kHashedBytes);;) {
        DIM_TRY(const std::size_t count, sys::read_at(changeset.file, piece, changeset.bytes));
        if (count == 0) break;
        hash.add({piece.data(), count});
        changeset.bytes += count;
    }
    changeset.sha256 = tls::to_hex(hash.finish());
    return changeset;
}

/// All but those that make TO.
Result<void> remove_older(const sys::Fd& directory, const api::ImageGeneration& to) {
    DIM_TRY(const auto names, sys::list_names(directory));
    for (const std::string& name : names)
        if (!name.ends_with(target_name(to))) DIM_CHECK(sys::remove_tree(directory, name));
    return {};
}

}  // namespace

Result<std::shared_ptr<const OutgoingChangeset>>
OutgoingChangesets::make(const ImageName& image, const std::optional<Generation>& from,
                         const api::ImageGeneration& to, const Progress& progress) {
    const std::string path = paths_.outgoing(image);
    DIM_CHECK(sys::ensure_directory(path, 0700));
    DIM_TRY(const sys::Fd directory, sys::open_directory(path));
    DIM_CHECK(remove_older(directory, to));
    const std::string name = (from ? to_string(*from) : "nothing") + target_name(to);
    auto file = sys::openat(directory, name, O_RDONLY | O_NOFOLLOW);
    if (!file) {
        // It is smaller: compressed, and often as differences.
        DIM_CHECK(
            check_space(paths_.images(), from ? to.own_bytes.value_or(0) : to.bytes.value_or(0)));
        const std::string unfinished(kUnfinishedChangeset);
        DIM_TRY(const sys::Fd output,
                sys::openat(directory, unfinished, O_WRONLY | O_CREAT | O_EXCL, 0600));
        const auto write = [&]() -> Result<void> {
            DIM_CHECK(images_.write_changeset(image, from, to.generation, output, progress));
            DIM_CHECK(sys::fsync(output));
            return sys::renameat(directory, unfinished, directory, name);
        };
        if (auto written = write(); !written) {
            (void)sys::remove_tree(directory, unfinished);
            return fail(std::move(written).error());
        }
        file = sys::openat(directory, name, O_RDONLY | O_NOFOLLOW);
        if (!file) return fail(std::move(file).error());
    }
    DIM_TRY(OutgoingChangeset changeset, describe(*std::move(file)));
    return std::make_shared<const OutgoingChangeset>(std::move(changeset));
}

Result<void> OutgoingChangesets::discard(const ImageName& image) {
    return sys::remove_tree(paths_.outgoing(image));
}

}  // namespace dim::server
