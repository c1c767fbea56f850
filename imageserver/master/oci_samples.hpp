#pragma once

#include <string>

namespace dim::server::oci::samples {

inline std::string digest() { return "sha256:" + std::string(64, 'a'); }
inline std::string index() {
    return R"({"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" +
           digest() + R"(","size":7,"platform":{"architecture":"amd64","os":"linux"}}]})";
}
inline std::string manifest() {
    return R"({"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":")" +
           digest() +
           R"(","size":7},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":")" +
           digest() + R"(","size":7}]})";
}
inline std::string configuration() {
    return R"({"architecture":"ppc64le","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[")" +
           digest() + R"("]}})";
}
inline std::string docker_images() {
    return R"([{"Config":"abc.json","RepoTags":["granite:latest"],"Layers":["abc/layer.tar"]}])";
}

}  // namespace dim::server::oci::samples
