#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "linuxrc/pe_file.hpp"
#include "linuxrc/pe_fixture.hpp"
#include "linuxrc/pe_signature.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::linuxrc {
namespace {

using dim::testing::value_of;
using ::testing::HasSubstr;

/// A key as an administrator makes it, and the stub that boot files are made of.
class PeSignatureTest : public ::testing::Test {
protected:
    SecureBootKey make_key(const std::string& name,
                           std::vector<std::string> algorithm = {"-newkey", "rsa:2048"}) const {
        std::vector<std::string> command{"openssl", "req",
                                         "-x509",   "-nodes",
                                         "-keyout", directory_ / (name + ".key"),
                                         "-out",    directory_ / (name + ".crt"),
                                         "-subj",   "/CN=" + name,
                                         "-days",   "3650"};
        command.insert(command.end(), algorithm.begin(), algorithm.end());
        value_of(sys::run(command, std::chrono::seconds(60)));
        return {value_of(sys::read_file(directory_ / (name + ".key"))),
                value_of(sys::read_file(directory_ / (name + ".crt")))};
    }
    bool is_verified(const std::string& program, const std::string& name) const {
        dim::testing::write(directory_ / "program.efi", program);
        const auto done = sys::run(
            {"sbverify", "--cert", directory_ / (name + ".crt"), directory_ / "program.efi"},
            std::chrono::seconds(60));
        return value_of(done).status.is_success();
    }
    std::string program_ = value_of(add_pe_sections(
        value_of(sys::read_file("/usr/lib/systemd/boot/efi/linuxx64.efi.stub")),
        {{.name = ".linux", .contents = "kernel"}, {.name = ".cmdline", .contents = "quiet"}}));

private:
    dim::testing::TemporaryDirectory directory_;
};

TEST_F(PeSignatureTest, IsGoodForSbverifyAndTheSameEachTime) {
    const SecureBootKey key = make_key("db");
    make_key("other");
    const std::string made = value_of(sign_pe(program_, key));
    EXPECT_TRUE(is_verified(made, "db"));
    EXPECT_FALSE(is_verified(made, "other"));
    EXPECT_FALSE(is_verified(program_, "db"));
    EXPECT_EQ(value_of(sign_pe(program_, key)), made);
    std::string changed = made;
    changed[changed.find("kernel")] = 'K';
    EXPECT_FALSE(is_verified(changed, "db"));
    EXPECT_EQ(value_of(pe_section(made, ".linux")), "kernel");
    EXPECT_EQ(value_of(without_pe_signature(made)), program_);
    EXPECT_EQ(value_of(sign_pe(value_of(without_pe_signature(made)), key)), made);
}

TEST_F(PeSignatureTest, IsNotMadeWithWhatDoesNotFit) {
    const SecureBootKey key = make_key("db");
    const SecureBootKey other = make_key("other");
    EXPECT_THAT(sign_pe(program_, {key.key, other.certificate}).error().message(),
                HasSubstr("the key for Secure Boot"));
    EXPECT_THAT(sign_pe(program_, {key.key, "no such thing"}).error().message(),
                HasSubstr("the certificate for Secure Boot"));
    EXPECT_THAT(sign_pe(program_, {"", key.certificate}).error().message(),
                HasSubstr("the key for Secure Boot"));
    const SecureBootKey elliptic =
        make_key("elliptic", {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"});
    EXPECT_THAT(sign_pe(program_, elliptic).error().message(), HasSubstr("no RSA key"));
    EXPECT_EQ(sign_pe("MZ", key).error().code(), ErrorCode::invalid_input);
    EXPECT_THAT(sign_pe(value_of(sign_pe(program_, key)), key).error().message(),
                HasSubstr("behind its sections"));
}

}  // namespace
}  // namespace dim::linuxrc
