#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The JSON documents of an OCI image (OCI image specification 1.1), and of Docker's archives, as
/// far as they tell what to unpack. All are from outside.
namespace dim::server::oci {

/// The SHA-256 that names a blob.
class Digest {
public:
    /// Of "sha256:" and 64 lower-case hexadecimal digits. Errors: invalid_input.
    static Result<Digest> parse(std::string_view text);
    /// The digits: the name of the blob's file below blobs/sha256.
    const std::string& hex() const { return hex_; }
    auto operator<=>(const Digest&) const = default;

private:
    std::string hex_;
};
/// With "sha256:".
std::string to_string(const Digest& digest);

struct Platform {
    std::string os;
    std::string architecture;  ///< in Go's words: "amd64", "ppc64le"

    bool operator==(const Platform&) const = default;
};

/// Names a blob.
struct Descriptor {
    std::optional<std::string> media_type;
    Digest digest;
    std::uint64_t size;
    std::optional<Platform> platform;

    bool operator==(const Descriptor&) const = default;
};

/// index.json, and an image index: manifests, or indexes of them.
struct Index {
    std::vector<Descriptor> manifests;

    bool operator==(const Index&) const = default;
};

/// An image manifest.
struct Manifest {
    Descriptor config;
    std::vector<Descriptor> layers;  ///< the lowest first

    bool operator==(const Manifest&) const = default;
};

/// An image configuration, in short.
struct RootFileSystem {
    std::vector<Digest> diff_ids;  ///< of the layers, not compressed

    bool operator==(const RootFileSystem&) const = default;
};
struct Configuration {
    std::string os;
    std::string architecture;
    std::optional<RootFileSystem> rootfs;

    bool operator==(const Configuration&) const = default;
};

/// An image of manifest.json in an archive of `docker save`.
struct DockerImage {
    std::string config;               ///< a path in the archive
    std::vector<std::string> layers;  ///< the same, the lowest first

    bool operator==(const DockerImage&) const = default;
};

/// What one document may have.
inline constexpr std::size_t kDocumentBytes = std::size_t{4} << 20;
inline constexpr std::size_t kLayers = 1024;
inline constexpr std::size_t kManifests = 1024;

/// Errors: invalid_input and limit_exceeded, with the path of the member at fault.
Result<Index> parse_index(std::string_view json);
Result<Manifest> parse_manifest(std::string_view json);
Result<Configuration> parse_configuration(std::string_view json);
Result<std::vector<DockerImage>> parse_docker_images(std::string_view json);

/// What the parsers read back to an equal document.
std::string to_json(const Index& index);
std::string to_json(const Manifest& manifest);
std::string to_json(const Configuration& configuration);

}  // namespace dim::server::oci
