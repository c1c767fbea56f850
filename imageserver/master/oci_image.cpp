#include "imageserver/master/oci_image.hpp"

#include "imageserver/master/oci_documents.hpp"
#include "imageserver/service/pace.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/tls/sha256.hpp"

#include <array>
#include <set>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace dim::server {

namespace {

using model::Architecture;

// An index names indexes, these name manifests.
constexpr int kIndexDepth = 4;
constexpr std::size_t kHashBytes = std::size_t{256} << 10;

constexpr std::array<std::pair<Architecture, std::string_view>, 4> kArchitectures{{
    {Architecture::ppc64, "ppc64"},
    {Architecture::ppc64le, "ppc64le"},
    {Architecture::x86_64, "amd64"},
    {Architecture::aarch64, "arm64"},
}};

/// A blob, or a file in its place, that is as long as it should be.
struct Blob {
    std::string path;  ///< below the layout
    oci::Digest digest;
    std::optional<std::uint64_t> size;
};

Blob blob_of(const oci::Descriptor& descriptor) {
    return {"blobs/sha256/" + descriptor.digest.hex(), descriptor.digest, descriptor.size};
}

/// Links stay within the layout; a FIFO does not make us wait.
Result<sys::Fd> open_regular(const sys::Fd& layout, const std::string& path) {
    auto file = sys::open_in_root(layout, path, O_RDONLY | O_NONBLOCK);
    if (!file) {
        return fail(std::move(file)
                        .error()
                        .with_context("the image is not whole")
                        .with_cure("make it, or fetch it, again, with all its layers"));
    }
    DIM_TRY(const sys::FileStatus status, sys::fstat(*file));
    if (!S_ISREG(status.mode))
        return fail(ErrorCode::invalid_input, printable(path, 100) + " is no file");
    return file;
}

Error wrong_blob(const Blob& blob, std::string_view what) {
    return Error(ErrorCode::invalid_input,
                 "the image is damaged: " + printable(blob.path, 120) + " " + std::string(what))
        .with_cure("make it, or fetch it, again");
}

Result<void> verify(const sys::Fd& layout, const Blob& blob) {
    DIM_TRY(const sys::Fd file, open_regular(layout, blob.path));
    DIM_TRY(const sys::FileStatus status, sys::fstat(file));
    if (blob.size && status.size != *blob.size)
        return fail(wrong_blob(blob, "is not as long as it should be"));
    const auto buffer = std::make_unique_for_overwrite<char[]>(kHashBytes);
    tls::Sha256 hash;
    for (;;) {
        DIM_TRY(const std::size_t count, sys::read(file, {buffer.get(), kHashBytes}));
        if (count == 0) break;
        hash.add({buffer.get(), count});
    }
    if (tls::to_hex(hash.finish()) != blob.digest.hex())
        return fail(wrong_blob(blob, "does not have the digest that names it"));
    return {};
}

/// A JSON document, verified.
Result<std::string> read_document(const sys::Fd& layout, const Blob& blob) {
    if (blob.size.value_or(0) > oci::kDocumentBytes)
        return fail(wrong_blob(blob, "is too large for a document"));
    DIM_CHECK(verify(layout, blob));
    DIM_TRY(const sys::Fd file, open_regular(layout, blob.path));
    return sys::read_all(file, oci::kDocumentBytes);
}

Result<std::string> read_top(const sys::Fd& layout, const std::string& name) {
    DIM_TRY(const sys::Fd file, open_regular(layout, name));
    return sys::read_all(file, oci::kDocumentBytes);
}

/// Looks for the manifests of one architecture.
struct Choice {
    const sys::Fd& layout;
    std::string_view architecture;
    std::vector<oci::Manifest> fitting;
    std::set<oci::Digest> seen;
    std::set<std::string> others;  ///< the architectures that there are

    Result<void> look_at(const std::string& json, int depth) {
        if (depth > kIndexDepth)
            return fail(ErrorCode::limit_exceeded, "indexes of indexes are nested too deep");
        DIM_TRY(const oci::Index index, oci::parse_index(json));
        for (const oci::Descriptor& descriptor : index.manifests)
            DIM_CHECK(look_at(descriptor, depth));
        return {};
    }

private:
    Result<void> look_at(const oci::Descriptor& descriptor, int depth) {
        if (!seen.insert(descriptor.digest).second) return {};
        if (seen.size() > oci::kManifests)
            return fail(ErrorCode::limit_exceeded, "the image has too many manifests");
        const std::string type = descriptor.media_type.value_or("");
        if (descriptor.platform &&
            !fits(descriptor.platform->os, descriptor.platform->architecture))
            return {};
        DIM_TRY(const std::string json, read_document(layout, blob_of(descriptor)));
        if (type.ends_with("image.index.v1+json") || type.ends_with("manifest.list.v2+json"))
            return look_at(json, depth + 1);
        DIM_TRY(oci::Manifest manifest, oci::parse_manifest(json));
        DIM_TRY(const std::string text, read_document(layout, blob_of(manifest.config)));
        DIM_TRY(const oci::Configuration configuration, oci::parse_configuration(text));
        if (fits(configuration.os, configuration.architecture))
            fitting.push_back(std::move(manifest));
        return {};
    }
    bool fits(const std::string& os, const std::string& found) {
        if (os == "linux" && found == architecture) return true;
        // Attestations are "unknown".
        if (found != "unknown") others.insert(printable(os + "/" + found, 60));
        return false;
    }
};

std::string joined(const std::set<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text.empty() ? "nothing" : text;
}

Result<std::vector<Blob>> oci_layers(const sys::Fd& layout, Architecture architecture) {
    DIM_TRY(const std::string index, read_top(layout, "index.json"));
    Choice choice{.layout = layout,
                  .architecture = oci_architecture(architecture),
                  .fitting = {},
                  .seen = {},
                  .others = {}};
    DIM_CHECK(choice.look_at(index, 0));
    if (choice.fitting.empty()) {
        return fail(Error(ErrorCode::not_found, "the image is not for linux/" +
                                                    std::string(choice.architecture) + " but for " +
                                                    joined(choice.others))
                        .with_cure("name its architecture with --arch, or fetch the one for your "
                                   "blades"));
    }
    if (choice.fitting.size() > 1) {
        return fail(Error(ErrorCode::conflict,
                          "there are " + std::to_string(choice.fitting.size()) +
                              " images for linux/" + std::string(choice.architecture) + " in it")
                        .with_cure("make a layout or an archive with one of them alone"));
    }
    std::vector<Blob> blobs;
    for (const oci::Descriptor& layer : choice.fitting.front().layers) {
        const std::string type = layer.media_type.value_or("");
        if (type.find(".tar") == type.npos) {
            return fail(ErrorCode::invalid_input,
                        "the image has a layer that is no tar file: " + printable(type, 100));
        }
        blobs.push_back(blob_of(layer));
    }
    return blobs;
}

/// Its layers have no digests of their own: the configuration has those of the tar files.
Result<std::vector<Blob>> docker_layers(const sys::Fd& layout, Architecture architecture) {
    DIM_TRY(const std::string json, read_top(layout, "manifest.json"));
    DIM_TRY(const auto images, oci::parse_docker_images(json));
    if (images.size() != 1) {
        return fail(Error(ErrorCode::conflict,
                          "there are " + std::to_string(images.size()) + " images in the archive")
                        .with_cure("save one of them alone"));
    }
    DIM_TRY(const std::string text, read_top(layout, images.front().config));
    DIM_TRY(const oci::Configuration configuration, oci::parse_configuration(text));
    const std::string_view wanted = oci_architecture(architecture);
    if (configuration.architecture != wanted) {
        return fail(Error(ErrorCode::not_found, "the image is not for linux/" +
                                                    std::string(wanted) + " but for " +
                                                    printable(configuration.os, 30) + "/" +
                                                    printable(configuration.architecture, 30))
                        .with_cure("name its architecture with --arch"));
    }
    const std::vector<std::string>& layers = images.front().layers;
    if (!configuration.rootfs || configuration.rootfs->diff_ids.size() != layers.size())
        return fail(ErrorCode::invalid_input, "the image's configuration does not fit its layers");
    std::vector<Blob> blobs;
    for (std::size_t i = 0; i < layers.size(); ++i)
        blobs.push_back({layers[i], configuration.rootfs->diff_ids[i], std::nullopt});
    return blobs;
}

Result<TarReader> open_layer(const sys::Fd& layout, const Blob& blob,
                             std::unique_ptr<FileBytes>& bytes, Pace* pace, std::uint64_t before) {
    DIM_TRY(sys::Fd file, open_regular(layout, blob.path));
    bytes = std::make_unique<FileBytes>(std::move(file), [pace, before](std::uint64_t count) {
        if (pace != nullptr) pace->tell(before + count);
    });
    return TarReader::open(*bytes);
}

Result<void> add_layer(const sys::Fd& layout, const Blob& blob, bool is_lowest,
                       sys::TreeWriter& tree, UnpackBudget& budget, Unpacked& unpacked, Pace& pace,
                       std::uint64_t before) {
    DIM_CHECK(verify(layout, blob));
    std::unique_ptr<FileBytes> bytes;
    if (!is_lowest) {
        DIM_TRY(TarReader whiteouts, open_layer(layout, blob, bytes, nullptr, before));
        DIM_CHECK(apply_whiteouts(whiteouts, tree));
    }
    DIM_TRY(TarReader entries, open_layer(layout, blob, bytes, &pace, before));
    return unpack_layer(entries, tree, budget, unpacked);
}

bool has_file(const sys::Fd& directory, std::string_view name) {
    const auto status = sys::fstatat(directory, name);
    return status && S_ISREG(status->mode);
}

}  // namespace

std::string_view oci_architecture(Architecture architecture) {
    for (const auto& [ours, theirs] : kArchitectures)
        if (ours == architecture) return theirs;
    return {};
}

ImageFormat image_format_of(const sys::Fd& directory) {
    if (has_file(directory, "oci-layout") && has_file(directory, "index.json"))
        return ImageFormat::oci;
    // A distribution's root has /etc, and may have a file of that name, too.
    if (has_file(directory, "manifest.json") && !sys::fstatat(directory, "etc"))
        return ImageFormat::docker;
    return ImageFormat::none;
}

Result<void> unpack_image(const sys::Fd& layout, ImageFormat format, Architecture architecture,
                          sys::TreeWriter& tree, UnpackBudget& budget, Unpacked& unpacked,
                          const Progress& progress) {
    DIM_TRY(const std::vector<Blob> blobs, format == ImageFormat::docker
                                               ? docker_layers(layout, architecture)
                                               : oci_layers(layout, architecture));
    if (blobs.empty()) return fail(ErrorCode::invalid_input, "the image has no layers");
    std::vector<std::uint64_t> sizes;
    std::uint64_t total = 0;
    for (const Blob& blob : blobs) {
        DIM_TRY(const sys::Fd file, open_regular(layout, blob.path));
        DIM_TRY(const sys::FileStatus status, sys::fstat(file));
        sizes.push_back(status.size);
        total += status.size;
    }
    Pace pace(progress, "unpack " + std::to_string(blobs.size()) + " layers", PaceText::Unit::bytes,
              total);
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < blobs.size(); ++i) {
        auto added = add_layer(layout, blobs[i], i == 0, tree, budget, unpacked, pace, before);
        if (!added) {
            return fail(std::move(added).error().with_context(
                "layer " + std::to_string(i + 1) + " of " + std::to_string(blobs.size())));
        }
        before += sizes[i];
    }
    return {};
}

}  // namespace dim::server
