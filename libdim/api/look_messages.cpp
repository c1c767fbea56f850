#include "libdim/api/look_messages.hpp"

#include "libdim/api/codec.hpp"
#include "libdim/api/problem_codec.hpp"

namespace dim::api {

template <>
struct Members<BladeQuestion> {
    static constexpr auto kAll = std::tuple{
        member("blade", &BladeQuestion::blade),
        member("image", &BladeQuestion::image),
    };
};

template <>
struct Members<BladeTreeDifference> {
    static constexpr auto kAll = std::tuple{
        member("path", &BladeTreeDifference::path, limits::kTreePathBytes),
        member("kind", &BladeTreeDifference::kind),
        member("aspects", &BladeTreeDifference::aspects),
        member("rule", &BladeTreeDifference::rule, limits::kTreePathBytes),
    };
};

template <>
struct Members<BladeDifference> {
    static constexpr auto kAll = std::tuple{
        member("blade", &BladeDifference::blade),
        member("image", &BladeDifference::image),
        member("generation", &BladeDifference::generation),
        member("difference_count", &BladeDifference::difference_count),
        member("differences", &BladeDifference::differences, limits::kTreeDifferences),
    };
};

template <>
struct Members<BladeDifferenceLine> {
    static constexpr auto kAll = std::tuple{
        member("progress", &BladeDifferenceLine::progress),
        member("step", &BladeDifferenceLine::step),
        member("steps", &BladeDifferenceLine::steps),
        member("difference", &BladeDifferenceLine::difference),
        member("problem", &BladeDifferenceLine::problem),
    };
};

template <>
struct Members<PathQuestion> {
    static constexpr auto kAll = std::tuple{
        member("blade", &PathQuestion::blade),
        member("image", &PathQuestion::image),
        member("path", &PathQuestion::path, limits::kAskedPathBytes),
    };
};

template <>
struct Members<PathExplanation> {
    static constexpr auto kAll = std::tuple{
        member("blade", &PathExplanation::blade),
        member("image", &PathExplanation::image),
        member("generation", &PathExplanation::generation),
        member("path", &PathExplanation::path, limits::kAskedPathBytes),
        member("part", &PathExplanation::part),
        member("state", &PathExplanation::state),
        member("aspects", &PathExplanation::aspects),
        member("type", &PathExplanation::type),
        member("target", &PathExplanation::target, limits::kAskedPathBytes),
        member("size", &PathExplanation::size),
        member("mode", &PathExplanation::mode),
        member("owner", &PathExplanation::owner),
        member("group", &PathExplanation::group),
        member("modified", &PathExplanation::modified),
        member("rule", &PathExplanation::rule, limits::kTreePathBytes),
        member("written", &PathExplanation::written),
        member("pattern", &PathExplanation::pattern),
    };
};

template <>
struct Members<BladeFileText> {
    static constexpr auto kAll = std::tuple{
        member("path", &BladeFileText::path, limits::kAskedPathBytes),
        member("text", &BladeFileText::text, limits::kReplyBytes),
    };
};

template <>
struct Members<CheckBladeImages> {
    static constexpr auto kAll = std::tuple{
        member("image", &CheckBladeImages::image),
        member("blades", &CheckBladeImages::blades),
        member("repair", &CheckBladeImages::is_repair),
    };
};

template <>
struct Members<BladeImageCheck> {
    static constexpr auto kAll = std::tuple{
        member("blade", &BladeImageCheck::blade),     member("image", &BladeImageCheck::image),
        member("checked", &BladeImageCheck::checked), member("result", &BladeImageCheck::result),
        member("told", &BladeImageCheck::told),
    };
};

template <>
struct Members<BladeImageCheckList> {
    static constexpr auto kAll = std::tuple{
        member("checks", &BladeImageCheckList::checks),
        member("days", &BladeImageCheckList::days),
    };
};

DIM_API_MESSAGE(BladeQuestion, limits::kMessageBytes)
DIM_API_MESSAGE(BladeDifference, limits::kReplyBytes)
DIM_API_MESSAGE(BladeDifferenceLine, limits::kReplyBytes)
DIM_API_MESSAGE(PathQuestion, limits::kMessageBytes)
DIM_API_MESSAGE(PathExplanation, limits::kMessageBytes)
DIM_API_MESSAGE(BladeFileText, limits::kClusterMessageBytes)
DIM_API_MESSAGE(CheckBladeImages, limits::kReplyBytes)
DIM_API_MESSAGE(BladeImageCheck, limits::kMessageBytes)
DIM_API_MESSAGE(BladeImageCheckList, limits::kReplyBytes)

}  // namespace dim::api
