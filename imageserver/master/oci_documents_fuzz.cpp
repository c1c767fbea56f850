#include "imageserver/master/oci_documents.hpp"
#include "imageserver/master/oci_samples.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstdlib>

// Arbitrary bytes as each of the documents: what is read is written and read again as the same.

namespace {

namespace oci = dim::server::oci;
dim::testing::Goal indexes("indexes read and written again");
dim::testing::Goal manifests("manifests read and written again");
dim::testing::Goal configurations("configurations read and written again");
dim::testing::Goal docker("images of Docker read");

template <class Document, class Parse>
void there_and_back(const dim::Result<Document>& document, Parse parse, dim::testing::Goal& goal) {
    if (!document) return;
    if (parse(to_json(*document)) != document) std::abort();
    goal.reach();
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"index", oci::samples::index()},
            {"manifest", oci::samples::manifest()},
            {"configuration", oci::samples::configuration()},
            {"docker", oci::samples::docker_images()}};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text = dim::testing::text_of(data, size);
    there_and_back(oci::parse_index(text), oci::parse_index, indexes);
    there_and_back(oci::parse_manifest(text), oci::parse_manifest, manifests);
    there_and_back(oci::parse_configuration(text), oci::parse_configuration, configurations);
    const auto images = oci::parse_docker_images(text);
    if (images && !images->empty()) docker.reach();
    return 0;
}
