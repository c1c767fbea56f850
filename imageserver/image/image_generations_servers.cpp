#include "imageserver/image/generation_files.hpp"
#include "imageserver/image/image_generations.hpp"
#include "imageserver/image/received_files.hpp"
#include "imageserver/image/split_tree.hpp"
#include "libdim/changeset/changeset_reader.hpp"
#include "libdim/changeset/create_changeset.hpp"
#include "libdim/sys/file.hpp"

#include <utility>

namespace dim::server {

using manifest::Manifest;
using model::Generation;
using model::ImageName;

namespace {

changeset::Tree as_tree(const GenerationTree& tree) {
    return {.manifest = tree.manifest(),
            .open = [&tree](const manifest::Entry& entry) { return tree.open(entry); }};
}

changeset::Tree empty_tree(const Manifest& root) {
    return {.manifest = root, .open = [](const manifest::Entry&) -> Result<sys::Fd> {
                return fail(ErrorCode::not_found, "there is no file in an empty tree");
            }};
}

Error not_next(const api::OfferGeneration& offer, Generation newest) {
    const std::string image = to_string(offer.image.name);
    return Error(ErrorCode::conflict, "image " + image + " has generation " + to_string(newest) +
                                          " here, so generation " +
                                          to_string(offer.image.generation) +
                                          " of the management node cannot be the next one")
        .with_cure("make generations there until the next has a greater number, or remove the "
                   "image here: 'dim image remove " +
                   image + "'");
}

}  // namespace

Result<void> ImageGenerations::write_changeset(const ImageName& name,
                                               const std::optional<Generation>& from, Generation to,
                                               const sys::Fd& output, const Progress& progress) {
    DIM_TRY(const api::ImageSummary newest, catalog_.image(name));
    DIM_CHECK(check_known(name, to));
    DIM_TRY(const api::ImageSummary newer_image, catalog_.image(name, to));
    GenerationFiles files(name, newest.generation, paths_);
    DIM_TRY(const GenerationTree* newer, files.tree(to, newer_image.shared));
    Result<changeset::Created> created = fail(ErrorCode::internal, "");
    if (from) {
        DIM_CHECK(check_known(name, *from));
        DIM_TRY(const api::ImageSummary older_image, catalog_.image(name, *from));
        DIM_TRY(const GenerationTree* older, files.tree(*from, older_image.shared));
        created = changeset::create(as_tree(*older), as_tree(*newer), output, progress);
    } else {
        const Manifest root{{newer->manifest().entries.front()}};
        created = changeset::create(empty_tree(root), as_tree(*newer), output, progress);
    }
    DIM_CHECK(files.close());
    if (!created) return fail(std::move(created).error());
    return {};
}

Result<void> ImageGenerations::look_into(const ImageName& name, Generation generation,
                                         const TreeLook& look) {
    DIM_TRY(const api::ImageSummary newest, catalog_.image(name));
    DIM_CHECK(check_known(name, generation));
    DIM_TRY(const api::ImageSummary image, catalog_.image(name, generation));
    GenerationFiles files(name, newest.generation, paths_);
    DIM_TRY(const GenerationTree* tree, files.tree(generation, image.shared));
    Result<void> looked = look(*tree);
    DIM_CHECK(files.close());
    return looked;
}

Result<std::optional<api::ImageGeneration>>
ImageGenerations::receive(const api::OfferGeneration& offer, const sys::Fd& changeset,
                          const Progress& progress) {
    const ImageName& name = offer.image.name;
    DIM_TRY(const api::ImageSummary image, catalog_.image(name));
    const Generation newest = image.generation;
    if (offer.image.generation <= newest) return fail(not_next(offer, newest));
    DIM_TRY(auto reader, changeset::ChangesetReader::open(changeset));
    const changeset::Outline& outline = reader.outline();
    Next next{.record = {.image = name,
                         .generation = offer.image.generation,
                         .created = offer.image.created,
                         .label = offer.label,
                         .source = offer.source,
                         .master = {},
                         .shared_digest = {},
                         .golden_digest = {},
                         .shared = offer.image.shared},
              .from = newest,
              .shared = {},
              .golden = {},
              .is_exact = true,
              .settings = GenerationSettings{
                  .init = offer.image.init, .nfs = offer.image.nfs, .sync = offer.image.sync}};
    GenerationFiles files(name, newest, paths_);
    DIM_TRY(GenerationTree* const older, files.tree(newest, image.shared));
    DIM_TRY(Manifest want, changeset::newer_tree(outline, older->manifest()));
    const bool is_whole = changeset::is_whole(outline);
    if (!is_whole && offer.image.shared != image.shared)
        return fail(ErrorCode::invalid_input, "with another split the changeset must be whole");
    DIM_TRY(SplitTree split, split_tree(std::move(want), offer.image.shared, offer.source));
    DIM_TRY(const std::shared_ptr<manifest::FileSource> brought,
            ReceivedFiles::unpack(reader, is_whole ? nullptr : older, name, paths_, progress));
    next.shared.source = brought;
    next.golden.source = brought;
    DIM_CHECK(files.close());
    next.shared.want = std::move(split.shared);
    next.golden.want = std::move(split.golden);
    return finish(std::move(next), progress);
}

}  // namespace dim::server
