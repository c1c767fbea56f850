#include "imageserver/image/incoming_generations.hpp"

#include "imageserver/image/disk_space.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"
#include "libdim/tls/sha256.hpp"

#include <utility>
#include <vector>

namespace dim::server {

using model::ImageName;

namespace {

constexpr std::size_t kHashedPiece = std::size_t{256} << 10;

Error nothing_offered(const ImageName& image) {
    return Error(ErrorCode::not_found, "no generation of " + to_string(image) + " was offered");
}

}  // namespace

/// One caller at a time for an image; the others are refused, so that none waits for minutes.
class IncomingGenerations::Turn {
public:
    Turn(IncomingGenerations& all, ImageName image) : all_(&all), image_(std::move(image)) {}
    Turn(Turn&& other) noexcept
        : all_(std::exchange(other.all_, nullptr)), image_(std::move(other.image_)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
        if (all_ == nullptr) return;
        const std::scoped_lock lock(all_->mutex_);
        all_->busy_.erase(image_);
    }

private:
    IncomingGenerations* all_;
    ImageName image_;
};

Result<IncomingGenerations::Turn> IncomingGenerations::turn(const ImageName& image) {
    const std::scoped_lock lock(mutex_);
    if (busy_.insert(image).second) return Turn(*this, image);
    return fail(Error(ErrorCode::conflict,
                      "a generation of " + to_string(image) + " is being received or made already")
                    .with_cure("wait until that is done, and try again"));
}

std::string IncomingGenerations::directory(const ImageName& image) const {
    return paths_.incoming(image);
}

std::string IncomingGenerations::changeset(const ImageName& image) const {
    return directory(image) + "/changeset";
}

Result<api::OfferGeneration> IncomingGenerations::offer(const ImageName& image) const {
    auto text = sys::read_file(directory(image) + "/offer", api::limits::kMessageBytes);
    if (!text && text.error().code() == ErrorCode::not_found) return fail(nothing_offered(image));
    if (!text) return fail(std::move(text).error());
    // One that was damaged, as by a power failure, is as good as none.
    auto parsed = api::parse<api::OfferGeneration>(*text);
    if (!parsed) return fail(nothing_offered(image));
    return parsed;
}

Result<void> IncomingGenerations::remove(const ImageName& image) const {
    return sys::remove_tree(directory(image));
}

Result<std::uint64_t> IncomingGenerations::begin(const api::OfferGeneration& offered) {
    DIM_CHECK(check_offer(offered));
    const ImageName& image = offered.image.name;
    DIM_TRY([[maybe_unused]] const Turn turn, this->turn(image));
    const auto known = offer(image);
    if (!known || known->changeset_sha256 != offered.changeset_sha256 ||
        known->changeset_bytes != offered.changeset_bytes) {
        DIM_CHECK(remove(image));
        DIM_CHECK(check_space(paths_.images(), offered.changeset_bytes));
        DIM_CHECK(sys::mkdir(directory(image), 0700));
    }
    DIM_CHECK(sys::write_file_atomically(directory(image) + "/offer", to_json(offered), 0600));
    const auto status = sys::stat(changeset(image));
    return status ? status->size : 0;
}

Result<std::uint64_t> IncomingGenerations::add(const ImageName& image, std::uint64_t offset,
                                               std::string_view bytes) {
    DIM_TRY([[maybe_unused]] const Turn turn, this->turn(image));
    DIM_TRY(const api::OfferGeneration offered, offer(image));
    DIM_TRY(const sys::Fd file,
            sys::open(changeset(image), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600));
    DIM_TRY(const sys::FileStatus status, sys::fstat(file));
    if (offset != status.size)
        return fail(Error(ErrorCode::conflict, "of the changeset there are " +
                                                   std::to_string(status.size) +
                                                   " bytes, and not " + std::to_string(offset))
                        .with_cure("send what follows these"));
    if (bytes.size() > offered.changeset_bytes - std::min(offset, offered.changeset_bytes))
        return fail(ErrorCode::limit_exceeded, "that is more than was offered");
    DIM_CHECK(sys::write_all(file, bytes));
    return offset + bytes.size();
}

Result<void> IncomingGenerations::check_whole(const api::OfferGeneration& offered,
                                              const sys::Fd& file) const {
    tls::Sha256 hash;
    std::uint64_t offset = 0;
    for (std::vector<char> piece(kHashedPiece);;) {
        DIM_TRY(const std::size_t count, sys::read_at(file, piece, offset));
        if (count == 0) break;
        hash.add({piece.data(), count});
        offset += count;
    }
    if (offset < offered.changeset_bytes)
        return fail(Error(ErrorCode::conflict, "of the changeset there are " +
                                                   std::to_string(offset) + " bytes of " +
                                                   std::to_string(offered.changeset_bytes))
                        .with_cure("send what follows these"));
    if (offset == offered.changeset_bytes && tls::to_hex(hash.finish()) == offered.changeset_sha256)
        return {};
    return fail(Error(ErrorCode::invalid_input, "the changeset was damaged on its way, or here")
                    .with_cure("send it once more"));
}

Result<void> IncomingGenerations::take(const ImageName& image, const Make& make) {
    DIM_TRY([[maybe_unused]] const Turn turn, this->turn(image));
    DIM_TRY(const api::OfferGeneration offered, offer(image));
    DIM_TRY(const sys::Fd file, sys::open(changeset(image), O_RDONLY | O_NOFOLLOW));
    if (auto whole = check_whole(offered, file); !whole) {
        if (whole.error().code() == ErrorCode::invalid_input) DIM_CHECK(remove(image));
        return whole;
    }
    Result<void> made = make(offered, file);
    // Damaged before it was sent, it would be so each time.
    if (made || made.error().code() == ErrorCode::invalid_input) DIM_CHECK(remove(image));
    return made;
}

Result<void> IncomingGenerations::discard(const ImageName& image) {
    DIM_TRY([[maybe_unused]] const Turn turn, this->turn(image));
    return remove(image);
}

}  // namespace dim::server
