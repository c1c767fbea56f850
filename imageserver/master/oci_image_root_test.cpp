#include "imageserver/master/master_fixture.hpp"
#include "libdim/base/text.hpp"

namespace dim::server {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// An OCI image layout, made by hand.
class OciMasterTest : public MasterTest {
protected:
    OciMasterTest() {
        run_script("mkdir -p '" + layout + "/blobs/sha256'");
        write(layout + "/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    }
    /// A descriptor of BYTES, which are a blob from now on.
    std::string blob(const std::string& bytes, const std::string& type,
                     const std::string& more = "") const {
        const std::string hex = tls::sha256(bytes);
        write(layout + "/blobs/sha256/" + hex, bytes);
        return R"({"mediaType":")" + type + R"(","digest":"sha256:)" + hex + R"(","size":)" +
               std::to_string(bytes.size()) + more + "}";
    }
    std::string layer(const std::string& bytes) const {
        return blob(bytes, "application/vnd.oci.image.layer.v1.tar");
    }
    /// A descriptor of an image.
    std::string image(const std::string& architecture, const std::string& layers) const {
        const std::string configuration =
            blob(R"({"os":"linux","architecture":")" + architecture + R"("})",
                 "application/vnd.oci.image.config.v1+json");
        return blob(R"({"schemaVersion":2,"config":)" + configuration + R"(,"layers":[)" + layers +
                        "]}",
                    "application/vnd.oci.image.manifest.v1+json",
                    R"(,"platform":{"os":"linux","architecture":")" + architecture + R"("})");
    }
    void write_index(const std::string& manifests) const {
        write(layout + "/index.json", R"({"schemaVersion":2,"manifests":[)" + manifests + "]}");
    }
    std::string refusal() const {
        const auto master = capture_of(layout);
        return master ? "taken" : to_string(master.error());
    }
    static std::string text(const Master& master, const std::string& path) {
        return sys::read_file(master.directory() + "/" + path).value_or("missing");
    }
    /// A tar file of the master tree, by PROGRAM and its options.
    std::string packed(const std::string& program) const {
        run_script("tar -C '" + tree + "' --acls --xattrs --sparse --use-compress-program='" +
                   program + "' -cf '" + directory / "layer" + "' .");
        return sys::read_file(directory / "layer", std::size_t{64} << 20).value();
    }

    const std::string layout = directory / "layout";
};

TEST_F(OciMasterTest, LayersComeOneOverTheOther) {
    const std::string base = packed("gzip");
    const std::string second =
        tar_entry("etc/new", '0', "new") + tar_entry("usr/lib/.wh.tool-again", '0') +
        tar_entry("deep/.wh..wh..opq", '0') + tar_entry("deep/later", '0', "later") +
        tar_entry("opt/.wh.missing", '0') + tar_entry("var/.wh.lib", '0') +
        tar_entry("var/lib", '5') + tar_entry("var/lib/again", '0', "again") +
        tar_entry(".wh..wh.plnk/x", '0') + tar_entry("bin", '2', "", "usr/bin") + tar_end();
    // In the third, through a link of the second: runtimes resolve it within the image.
    const std::string third =
        tar_entry("bin/added", '0', "added") + tar_entry("out", '2', "", "/") + tar_end();
    const std::string fourth = tar_entry("out/rooted", '0', "rooted") + tar_end();
    write_index(image("amd64", blob(base, "application/vnd.oci.image.layer.v1.tar+gzip") + "," +
                                   layer(second) + "," + layer(third) + "," + layer(fourth)));
    const auto master = capture_of(layout);
    ASSERT_TRUE(master) << to_string(master.error());
    EXPECT_EQ(text(*master, "usr/bin/tool"), "tool");
    EXPECT_EQ(text(*master, "etc/new"), "new");
    EXPECT_EQ(text(*master, "usr/lib/tool-again"), "missing");
    EXPECT_EQ(sys::list_names(master->directory() + "/deep").value(),
              std::vector<std::string>{"later"});
    // Taken away is what the layers below have.
    EXPECT_EQ(sys::list_names(master->directory() + "/var/lib").value(),
              std::vector<std::string>{"again"});
    EXPECT_EQ(text(*master, "var/two"), "one");
    EXPECT_EQ(text(*master, "usr/bin/added"), "added");
    EXPECT_EQ(text(*master, "rooted"), "rooted");
    EXPECT_FALSE(sys::stat("/rooted"));
    EXPECT_EQ(run_script("find '" + master->directory() + "' -name '.wh.*'"), "");
}

TEST_F(OciMasterTest, OneLayerKeepsEverything) {
    for (const char* program : {"gzip", "zstd"}) {
        write_index(
            image("amd64", blob(packed(program),
                                std::string("application/vnd.oci.image.layer.v1.tar+") + program)));
        const auto master = capture_of(layout);
        ASSERT_TRUE(master) << to_string(master.error());
        EXPECT_EQ(differences(tree, master->directory()), "") << program;
    }
}

TEST_F(OciMasterTest, AnArchiveOfItIsTheSame) {
    write_index(image("amd64", layer(tar_entry("a", '0', "one") + tar_end())));
    run_script("tar -C '" + layout + "' -cf '" + directory / "oci.tar" + "' . && gzip -k '" +
               directory / "oci.tar" + "'");
    for (const char* name : {"oci.tar", "oci.tar.gz"}) {
        const auto master = capture_of(directory / name);
        ASSERT_TRUE(master) << to_string(master.error());
        EXPECT_EQ(text(*master, "a"), "one");
        EXPECT_EQ(sys::list_names(staging).value(), std::vector<std::string>{"tree"});
    }
}

TEST_F(OciMasterTest, TheArchitectureDecides) {
    const std::string for_power = image("ppc64", layer(tar_entry("power", '0') + tar_end()));
    const std::string for_intel = image("amd64", layer(tar_entry("intel", '0') + tar_end()));
    const std::string attestation =
        R"({"mediaType":"x","digest":"sha256:)" + std::string(64, 'a') +
        R"(","size":1,"platform":{"os":"unknown","architecture":"unknown"}})";
    // As buildx does it: an index of an index.
    write_index(blob(R"({"manifests":[)" + for_power + "," + attestation + "," + for_intel + "]}",
                     "application/vnd.oci.image.index.v1+json"));
    EXPECT_TRUE(sys::stat(capture_of(layout)->directory() + "/intel"));
    settings.architecture = model::Architecture::ppc64;
    EXPECT_TRUE(sys::stat(capture_of(layout)->directory() + "/power"));
    settings.architecture = model::Architecture::aarch64;
    EXPECT_THAT(refusal(), AllOf(HasSubstr("not for linux/arm64 but for linux/amd64, linux/ppc64"),
                                 Not(HasSubstr("unknown")), HasSubstr("--arch")));
    settings.architecture = model::Architecture::x86_64;
    write_index(for_intel + "," + image("amd64", layer(tar_entry("other", '0') + tar_end())));
    EXPECT_THAT(refusal(), HasSubstr("2 images for linux/amd64"));
}

TEST_F(OciMasterTest, DamageIsFound) {
    const std::string bytes = tar_entry("a", '0', "one") + tar_end();
    write_index(image("amd64", layer(bytes)));
    ASSERT_EQ(refusal(), "taken");
    const std::string file = layout + "/blobs/sha256/" + tls::sha256(bytes);
    std::string wrong = bytes;
    wrong[600] = 'x';
    write(file, wrong);
    EXPECT_THAT(refusal(), HasSubstr("does not have the digest that names it"));
    write(file, bytes + "x");
    EXPECT_THAT(refusal(), HasSubstr("not as long as it should be"));
    // A link out of the layout is one within it.
    write(directory / "elsewhere", bytes);
    run_script("ln -sf '" + directory / "elsewhere" + "' '" + file + "'");
    EXPECT_THAT(refusal(), HasSubstr("not whole"));
    run_script("rm '" + file + "' && mkfifo '" + file + "'");
    EXPECT_THAT(refusal(), HasSubstr("is no file"));
    write(layout + "/index.json", "{");
    EXPECT_NE(refusal(), "taken");
    write_index("");
    EXPECT_THAT(refusal(), HasSubstr("but for nothing"));
    write_index(image("amd64", ""));
    EXPECT_THAT(refusal(), HasSubstr("has no layers"));
    write_index(image("amd64", blob("x", "application/squashfs")));
    EXPECT_THAT(refusal(), HasSubstr("no tar file"));
}

TEST_F(OciMasterTest, NothingLeadsOut) {
    write(directory / "victim", "untouched");
    const std::string link = tar_entry("out", '2', "", directory.path());
    for (const std::string& entry :
         {tar_entry("../victim", '0', "x"), tar_entry("../.wh.victim", '0'),
          tar_entry("out/victim", '0', "x"), tar_entry("out/.wh.victim", '0'),
          tar_entry(".wh...", '0'), tar_entry("out/.wh..wh..opq", '0')}) {
        write_index(image("amd64", layer(link + tar_end()) + "," + layer(entry + tar_end())));
        // Refused, or kept within.
        static_cast<void>(refusal());
        ASSERT_EQ(sys::read_file(directory / "victim").value_or("gone"), "untouched");
    }
}

TEST_F(OciMasterTest, TakesWhatDockerSaved) {
    const std::string docker = directory / "docker";
    const std::string base = tar_entry("a", '0', "one") + tar_end();
    const std::string over = tar_entry(".wh.a", '0') + tar_entry("b", '0', "two") + tar_end();
    run_script("mkdir -p '" + docker + "/1' '" + docker + "/2'");
    write(docker + "/1/layer.tar", base);
    write(docker + "/2/layer.tar", over);
    write(docker + "/c.json",
          R"({"os":"linux","architecture":"amd64","rootfs":{"diff_ids":["sha256:)" +
              tls::sha256(base) + R"(","sha256:)" + tls::sha256(over) + R"("]}})");
    write(docker + "/manifest.json",
          R"([{"Config":"c.json","Layers":["1/layer.tar","2/layer.tar"]}])");
    run_script("tar -C '" + docker + "' -cf '" + directory / "docker.tar" + "' .");
    {
        const auto master = capture_of(directory / "docker.tar");
        ASSERT_TRUE(master) << to_string(master.error());
        EXPECT_EQ(sys::list_names(master->directory()).value(), std::vector<std::string>{"b"});
    }
    write(docker + "/2/layer.tar", base);
    EXPECT_THAT(to_string(capture_of(docker).error()), HasSubstr("does not have the digest"));
}

}  // namespace
}  // namespace dim::server
