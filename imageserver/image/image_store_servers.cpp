#include "imageserver/image/image_settings.hpp"
#include "imageserver/image/image_store_state.hpp"
#include "imageserver/image/received_files.hpp"
#include "imageserver/image/split_tree.hpp"
#include "libdim/changeset/changeset_reader.hpp"
#include "libdim/manifest/manifest_text.hpp"

namespace dim::server {

using manifest::Manifest;
using model::Generation;
using model::ImageName;

namespace {

GenerationRecord record_of(const api::OfferGeneration& offer) {
    return {.image = offer.image.name,
            .generation = offer.image.generation,
            .created = offer.image.created,
            .label = offer.label,
            .source = offer.source,
            .master = {},
            .shared_digest = {},
            .golden_digest = {},
            .shared = offer.image.shared};
}

/// What an import is asked for, when TREE is where it is.
Result<api::ImportImage> import_of(const api::OfferGeneration& offer, const std::string& tree) {
    const api::ImageSummary& image = offer.image;
    DIM_TRY(auto source, model::MasterSource::parse(tree));
    return api::ImportImage{.name = image.name,
                            .architecture = image.architecture,
                            .source = std::move(source),
                            .shared = image.shared,
                            .init = image.init,
                            .blade_image_bytes = image.blade_image_bytes,
                            .file_system = image.file_system};
}

}  // namespace

Result<void> ImageStore::write_changeset(const ImageName& name,
                                         const std::optional<Generation>& from, Generation to,
                                         const sys::Fd& output, const Progress& progress) {
    DIM_CHECK(state_->undo_unfinished_of(name));
    return state_->generations.write_changeset(name, from, to, output, progress);
}

Result<void> ImageStore::look_into(const ImageName& name, model::Generation generation,
                                   const TreeLook& look) {
    DIM_CHECK(state_->undo_unfinished_of(name));
    return state_->generations.look_into(name, generation, look);
}

Result<void> ImageStore::receive_first(const api::OfferGeneration& offer, const sys::Fd& changeset,
                                       const Progress& progress) {
    const ImageName& name = offer.image.name;
    DIM_CHECK(state_->check_no_files(name));
    DIM_TRY(auto reader, changeset::ChangesetReader::open(changeset));
    const changeset::Outline& outline = reader.outline();
    if (!changeset::is_whole(outline))
        return fail(ErrorCode::conflict, "there is no image " + to_string(name) +
                                             " here that the changeset could be for");
    const Manifest nothing{{outline.older.entries.front()}};
    DIM_TRY(Manifest want, changeset::newer_tree(outline, nothing));
    DIM_TRY(const SplitTree split, split_tree(std::move(want), offer.image.shared, offer.source));
    const auto check = [&](const GenerationContents& made) -> Result<void> {
        if (made.shared_digest == manifest::digest_of(to_text(split.shared)) &&
            made.golden_digest == manifest::digest_of(to_text(split.golden)))
            return {};
        return fail(ErrorCode::conflict, "what was made is not what was to be made");
    };
    DIM_CHECK(state_->catalog.begin_import(offer.image, record_of(offer)));
    const auto make = [&]() -> Result<void> {
        DIM_TRY(const MasterTree master, unpack_whole(reader, name, state_->paths, progress));
        DIM_TRY(const api::ImportImage request, import_of(offer, master.master.directory()));
        DIM_CHECK(state_->make_first({.request = request,
                                      .master = master,
                                      .number = offer.image.generation,
                                      .check = check},
                                     progress));
        return {};
    };
    Result<void> made = make();
    if (!made) DIM_CHECK(state_->discard_first(name, offer.image.generation));
    return made;
}

Result<void> ImageStore::receive_generation(const api::OfferGeneration& offer,
                                            const sys::Fd& changeset, const Progress& progress) {
    DIM_CHECK(check_offer(offer));
    const ImageName& name = offer.image.name;
    DIM_CHECK(check_policy(offer.image.sync, name));
    DIM_CHECK(state_->undo_unfinished_of(name));
    const auto known = state_->catalog.image(name);
    if (!known && known.error().code() != ErrorCode::not_found) return fail(known.error());
    if (!known) return receive_first(offer, changeset, progress);
    DIM_CHECK(state_->generations.receive(offer, changeset, progress));
    return {};
}

}  // namespace dim::server
