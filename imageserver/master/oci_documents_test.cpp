#include "imageserver/master/oci_documents.hpp"
#include "imageserver/master/oci_samples.hpp"

#include <gmock/gmock.h>

namespace dim::server::oci {
namespace {

using ::testing::HasSubstr;

TEST(OciDigest, IsASha256) {
    for (const std::string& text :
         {std::string(), std::string("sha256:"), "sha512:" + std::string(64, 'a'),
          "sha256:" + std::string(63, 'a'), "sha256:" + std::string(64, 'A'),
          "sha256:../" + std::string(61, 'a'), std::string(64, 'a')})
        EXPECT_EQ(Digest::parse(text).error().code(), ErrorCode::invalid_input) << text;
    EXPECT_EQ(to_string(Digest::parse(samples::digest()).value()), samples::digest());
}

TEST(OciDocuments, NameTheMemberAtFault) {
    EXPECT_FALSE(parse_index(""));
    EXPECT_FALSE(parse_index("[]"));
    EXPECT_THAT(parse_index("{}").error().message(), HasSubstr("manifests: missing"));
    EXPECT_THAT(parse_index(R"({"manifests":[{"digest":"x","size":1}]})").error().message(),
                HasSubstr("manifests: 0: digest"));
    EXPECT_THAT(parse_manifest(R"({"layers":[]})").error().message(), HasSubstr("config"));
    EXPECT_FALSE(parse_configuration(R"({"os":"linux"})"));
    EXPECT_FALSE(parse_docker_images("{}"));
    EXPECT_EQ(parse_index(std::string(kDocumentBytes + 1, ' ')).error().code(),
              ErrorCode::limit_exceeded);
}

TEST(OciDocuments, AreRead) {
    const Index index = parse_index(samples::index()).value();
    ASSERT_EQ(index.manifests.size(), 1U);
    EXPECT_EQ(index.manifests[0].platform, (Platform{"linux", "amd64"}));
    EXPECT_EQ(parse_index(to_json(index)), index);
    const Manifest manifest = parse_manifest(samples::manifest()).value();
    EXPECT_EQ(manifest.layers.size(), 1U);
    EXPECT_EQ(manifest.config.size, 7U);
    EXPECT_EQ(parse_manifest(to_json(manifest)), manifest);
    const Configuration configuration = parse_configuration(samples::configuration()).value();
    EXPECT_EQ(configuration.architecture, "ppc64le");
    EXPECT_EQ(parse_configuration(to_json(configuration)), configuration);
    const auto images = parse_docker_images(samples::docker_images()).value();
    ASSERT_EQ(images.size(), 1U);
    EXPECT_EQ(images[0], (DockerImage{"abc.json", {"abc/layer.tar"}}));
}

}  // namespace
}  // namespace dim::server::oci
