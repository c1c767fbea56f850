#include "imageserver/master/oci_documents.hpp"

#include "libdim/api/codec.hpp"

#include <algorithm>

namespace dim::api {

namespace oci = server::oci;

template <>
struct Codec<oci::Digest> : TextCodec<oci::Digest, &oci::Digest::parse> {};

template <>
struct Members<oci::Platform> {
    static constexpr auto kAll = std::tuple{
        member("os", &oci::Platform::os),
        member("architecture", &oci::Platform::architecture),
    };
};

template <>
struct Members<oci::Descriptor> {
    static constexpr auto kAll = std::tuple{
        member("mediaType", &oci::Descriptor::media_type),
        member("digest", &oci::Descriptor::digest),
        member("size", &oci::Descriptor::size),
        member("platform", &oci::Descriptor::platform),
    };
};

template <>
struct Members<oci::Index> {
    static constexpr auto kAll = std::tuple{
        member("manifests", &oci::Index::manifests, oci::kManifests),
    };
};

template <>
struct Members<oci::Manifest> {
    static constexpr auto kAll = std::tuple{
        member("config", &oci::Manifest::config),
        member("layers", &oci::Manifest::layers, oci::kLayers),
    };
};

template <>
struct Members<oci::RootFileSystem> {
    static constexpr auto kAll = std::tuple{
        member("diff_ids", &oci::RootFileSystem::diff_ids, oci::kLayers),
    };
};

template <>
struct Members<oci::Configuration> {
    static constexpr auto kAll = std::tuple{
        member("os", &oci::Configuration::os),
        member("architecture", &oci::Configuration::architecture),
        member("rootfs", &oci::Configuration::rootfs),
    };
};

template <>
struct Members<oci::DockerImage> {
    static constexpr auto kAll = std::tuple{
        member("Config", &oci::DockerImage::config),
        member("Layers", &oci::DockerImage::layers, oci::kLayers),
    };
};

}  // namespace dim::api

namespace dim::server::oci {

Result<Digest> Digest::parse(std::string_view text) {
    constexpr std::string_view kAlgorithm = "sha256:";
    constexpr std::size_t kDigits = 64;
    const bool is_sha256 = text.starts_with(kAlgorithm);
    const std::string_view digits = text.substr(is_sha256 ? kAlgorithm.size() : 0);
    const bool are_digits = digits.find_first_not_of("0123456789abcdef") == digits.npos;
    if (!is_sha256 || digits.size() != kDigits || !are_digits) {
        return fail(ErrorCode::invalid_input,
                    "'" + printable(text, 100) + "' is not the SHA-256 digest of a blob");
    }
    Digest digest;
    digest.hex_ = digits;
    return digest;
}

std::string to_string(const Digest& digest) { return "sha256:" + digest.hex(); }

Result<Index> parse_index(std::string_view json) {
    return api::parse_as<Index>(json, kDocumentBytes);
}
Result<Manifest> parse_manifest(std::string_view json) {
    return api::parse_as<Manifest>(json, kDocumentBytes);
}
Result<Configuration> parse_configuration(std::string_view json) {
    return api::parse_as<Configuration>(json, kDocumentBytes);
}
Result<std::vector<DockerImage>> parse_docker_images(std::string_view json) {
    DIM_TRY(const api::Json document, api::parse_json(json, kDocumentBytes));
    return api::Codec<std::vector<DockerImage>>::decode(document, kManifests);
}

std::string to_json(const Index& index) { return api::dump_json(api::Codec<Index>::encode(index)); }
std::string to_json(const Manifest& manifest) {
    return api::dump_json(api::Codec<Manifest>::encode(manifest));
}
std::string to_json(const Configuration& configuration) {
    return api::dump_json(api::Codec<Configuration>::encode(configuration));
}

}  // namespace dim::server::oci
