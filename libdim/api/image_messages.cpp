#include "libdim/api/image_messages.hpp"

#include "libdim/api/codec.hpp"
#include "libdim/api/image_codec.hpp"
#include "libdim/api/problem_codec.hpp"
#include "libdim/api/source_messages.hpp"
#include "libdim/api/tree_codec.hpp"
#include "libdim/model/path_pattern.hpp"

namespace dim::api {

template <>
struct Members<ImportImage> {
    static constexpr auto kAll = std::tuple{
        member("name", &ImportImage::name),
        member("architecture", &ImportImage::architecture),
        member("source", &ImportImage::source),
        member("shared", &ImportImage::shared),
        member("init", &ImportImage::init),
        member("blade_image_bytes", &ImportImage::blade_image_bytes),
        member("exclude", &ImportImage::exclude, model::PathPatterns::kLimit),
        member("one_file_system", &ImportImage::one_file_system),
        member("file_system", &ImportImage::file_system),
    };
};

template <>
struct Members<ImageList> {
    static constexpr auto kAll = std::tuple{
        member("images", &ImageList::images),
    };
};

template <>
struct Members<TreeSummary> {
    static constexpr auto kAll = std::tuple{
        member("digest", &TreeSummary::digest),
        member("entries", &TreeSummary::entries),
        member("files", &TreeSummary::files),
        member("bytes", &TreeSummary::bytes),
    };
};

template <>
struct Members<ImageSource> {
    static constexpr auto kAll = std::tuple{
        member("source", &ImageSource::source),
        member("exclude", &ImageSource::exclude, model::PathPatterns::kLimit),
        member("one_file_system", &ImageSource::one_file_system),
    };
};

template <>
struct Members<ImageDetails> {
    static constexpr auto kAll = std::tuple{
        member("image", &ImageDetails::image),
        member("shared_root", &ImageDetails::shared_root),
        member("golden_image", &ImageDetails::golden_image),
        member("shared_root_disk_bytes", &ImageDetails::shared_root_disk_bytes),
        member("golden_image_disk_bytes", &ImageDetails::golden_image_disk_bytes),
        member("blades", &ImageDetails::blades),
        member("source", &ImageDetails::source),
    };
};

template <>
struct Members<ImageCheck> {
    static constexpr auto kAll = std::tuple{
        member("image", &ImageCheck::image),
        member("generation", &ImageCheck::generation),
        member("digest", &ImageCheck::digest),
        member("entries", &ImageCheck::entries),
        member("difference_count", &ImageCheck::difference_count),
        member("differences", &ImageCheck::differences, limits::kTreeDifferences),
    };
};

template <>
struct Members<UpdateImage> {
    static constexpr auto kAll = std::tuple{
        member("name", &UpdateImage::name),
        member("source", &UpdateImage::source),
        member("label", &UpdateImage::label),
        member("shared", &UpdateImage::shared),
        member("paths", &UpdateImage::paths, limits::kSyncNotes),
        member("scan", &UpdateImage::scan),
    };
};

template <>
struct Members<RollBackImage> {
    static constexpr auto kAll = std::tuple{
        member("name", &RollBackImage::name),
        member("generation", &RollBackImage::generation),
        member("label", &RollBackImage::label),
    };
};

template <>
struct Members<LabelGeneration> {
    static constexpr auto kAll = std::tuple{
        member("name", &LabelGeneration::name),
        member("generation", &LabelGeneration::generation),
        member("label", &LabelGeneration::label),
    };
};

template <>
struct Members<SetImage> {
    static constexpr auto kAll = std::tuple{
        member("name", &SetImage::name),
        member("init", &SetImage::init),
        member("nfs_version", &SetImage::nfs_version),
        member("nfs_actimeo_seconds", &SetImage::nfs_actimeo_seconds),
        member("nfs_nconnect", &SetImage::nfs_nconnect),
        member("on_conflict", &SetImage::on_conflict),
        member("keep_out", &SetImage::keep_out, limits::kImageRulesBytes),
        member("merge", &SetImage::merge),
    };
};

template <>
struct Members<CollectGenerations> {
    static constexpr auto kAll = std::tuple{
        member("name", &CollectGenerations::name),
        member("keep", &CollectGenerations::keep),
        member("labelled", &CollectGenerations::labelled),
        member("is_dry_run", &CollectGenerations::is_dry_run),
    };
};

template <>
struct Members<ImageGeneration> {
    static constexpr auto kAll = std::tuple{
        member("generation", &ImageGeneration::generation),
        member("created", &ImageGeneration::created),
        member("label", &ImageGeneration::label),
        member("source", &ImageGeneration::source),
        member("shared_digest", &ImageGeneration::shared_digest),
        member("golden_digest", &ImageGeneration::golden_digest),
        member("blade_images", &ImageGeneration::blade_images),
        member("pinned", &ImageGeneration::pinned),
        member("shared", &ImageGeneration::shared),
        member("bytes", &ImageGeneration::bytes),
        member("own_bytes", &ImageGeneration::own_bytes),
        member("retired_bytes", &ImageGeneration::retired_bytes),
    };
};

template <>
struct Members<ImageGenerationList> {
    static constexpr auto kAll = std::tuple{
        member("generations", &ImageGenerationList::generations),
    };
};

template <>
struct Members<GenerationDifference> {
    static constexpr auto kAll = std::tuple{
        member("image", &GenerationDifference::image),
        member("older", &GenerationDifference::older),
        member("newer", &GenerationDifference::newer),
        member("difference_count", &GenerationDifference::difference_count),
        member("differences", &GenerationDifference::differences, limits::kTreeDifferences),
    };
};

template <>
struct Members<SourceDifference> {
    static constexpr auto kAll = std::tuple{
        member("image", &SourceDifference::image),
        member("generation", &SourceDifference::generation),
        member("source", &SourceDifference::source),
        member("difference_count", &SourceDifference::difference_count),
        member("differences", &SourceDifference::differences, limits::kTreeDifferences),
    };
};

template <>
struct Members<SourceDifferenceLine> {
    static constexpr auto kAll = std::tuple{
        member("progress", &SourceDifferenceLine::progress),
        member("step", &SourceDifferenceLine::step),
        member("steps", &SourceDifferenceLine::steps),
        member("difference", &SourceDifferenceLine::difference),
        member("problem", &SourceDifferenceLine::problem),
    };
};

template <>
struct Members<ImageOfBlades> {
    static constexpr auto kAll = std::tuple{
        member("image", &ImageOfBlades::image),
        member("blades", &ImageOfBlades::blades),
    };
};

template <>
struct Members<ResizeBladeImages> {
    static constexpr auto kAll = std::tuple{
        member("image", &ResizeBladeImages::image),
        member("blades", &ResizeBladeImages::blades),
        member("size_bytes", &ResizeBladeImages::size_bytes),
    };
};

template <>
struct Members<BladeImage> {
    static constexpr auto kAll = std::tuple{
        member("blade", &BladeImage::blade),
        member("image", &BladeImage::image),
        member("generation", &BladeImage::generation),
        member("path", &BladeImage::path),
        member("size_bytes", &BladeImage::size_bytes),
        member("used_bytes", &BladeImage::used_bytes),
        member("mounted", &BladeImage::is_mounted),
        member("exported", &BladeImage::is_exported),
        member("cause", &BladeImage::cause, limits::kMessageBytes),
        member("pinned", &BladeImage::is_pinned),
    };
};

template <>
struct Members<BladeImageList> {
    static constexpr auto kAll = std::tuple{
        member("blade_images", &BladeImageList::blade_images),
    };
};

template <>
struct Members<TrashedBladeImage> {
    static constexpr auto kAll = std::tuple{
        member("blade", &TrashedBladeImage::blade),
        member("image", &TrashedBladeImage::image),
        member("generation", &TrashedBladeImage::generation),
        member("path", &TrashedBladeImage::path),
        member("size_bytes", &TrashedBladeImage::size_bytes),
        member("used_bytes", &TrashedBladeImage::used_bytes),
        member("trashed", &TrashedBladeImage::trashed),
        member("reason", &TrashedBladeImage::reason),
        member("age_seconds", &TrashedBladeImage::age_seconds),
        member("seconds_left", &TrashedBladeImage::seconds_left),
    };
};

template <>
struct Members<TrashList> {
    static constexpr auto kAll = std::tuple{
        member("images", &TrashList::images),
        member("days", &TrashList::days),
    };
};

template <>
struct Members<UnknownFile> {
    static constexpr auto kAll = std::tuple{
        member("image", &UnknownFile::image),
        member("generation", &UnknownFile::generation),
        member("blade", &UnknownFile::blade),
        member("path", &UnknownFile::path),
        member("problem", &UnknownFile::problem, limits::kMessageBytes),
    };
};

template <>
struct Members<UnknownFileList> {
    static constexpr auto kAll = std::tuple{member("files", &UnknownFileList::files)};
};

template <>
struct Members<AdoptImage> {
    static constexpr auto kAll = std::tuple{
        member("name", &AdoptImage::name),
        member("architecture", &AdoptImage::architecture),
        member("init", &AdoptImage::init),
    };
};

DIM_API_MESSAGE(ImportImage, limits::kMessageBytes)
DIM_API_MESSAGE(ImageSummary, limits::kReplyBytes)
DIM_API_MESSAGE(ImageList, limits::kReplyBytes)
DIM_API_MESSAGE(ImageSource, limits::kMessageBytes)
DIM_API_MESSAGE(ImageDetails, limits::kReplyBytes)
DIM_API_MESSAGE(ImageCheck, limits::kReplyBytes)
DIM_API_MESSAGE(UpdateImage, limits::kMessageBytes)
DIM_API_MESSAGE(RollBackImage, limits::kMessageBytes)
DIM_API_MESSAGE(LabelGeneration, limits::kMessageBytes)
DIM_API_MESSAGE(SyncPolicy, limits::kMessageBytes)
DIM_API_MESSAGE(SetImage, limits::kMessageBytes)
DIM_API_MESSAGE(CollectGenerations, limits::kMessageBytes)
DIM_API_MESSAGE(ImageGenerationList, limits::kReplyBytes)
DIM_API_MESSAGE(GenerationDifference, limits::kReplyBytes)
DIM_API_MESSAGE(SourceDifference, limits::kReplyBytes)
DIM_API_MESSAGE(SourceDifferenceLine, limits::kReplyBytes)
DIM_API_MESSAGE(ImageOfBlades, limits::kReplyBytes)
DIM_API_MESSAGE(ResizeBladeImages, limits::kReplyBytes)
DIM_API_MESSAGE(BladeImage, limits::kReplyBytes)
DIM_API_MESSAGE(BladeImageList, limits::kReplyBytes)
DIM_API_MESSAGE(TrashedBladeImage, limits::kReplyBytes)
DIM_API_MESSAGE(TrashList, limits::kReplyBytes)
DIM_API_MESSAGE(UnknownFile, limits::kReplyBytes)
DIM_API_MESSAGE(UnknownFileList, limits::kReplyBytes)
DIM_API_MESSAGE(AdoptImage, limits::kMessageBytes)

}  // namespace dim::api
