#include "libdim/changeset/changeset_reader.hpp"
#include "libdim/changeset/compressed_stream.hpp"
#include "libdim/manifest/lines.hpp"
#include "libdim/manifest/manifest_samples.hpp"
#include "libdim/manifest/manifest_text.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/fuzz.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <sys/mman.h>

// Arbitrary bytes in a sound frame, with a digest that is right: no crash, and what is read to its
// end has every content that its outline needs, in a tree that can be.

namespace {

namespace changeset = dim::changeset;
namespace manifest = dim::manifest;

dim::testing::Goal outlines("outlines read");
dim::testing::Goal whole("changesets read to their end");

const std::string kDigest(64, 'a');

/// The lines of a manifest between the first and the last.
std::string body_of(const manifest::Manifest& manifest) {
    const std::string text = to_text(manifest);
    const std::size_t begin = text.find('\n') + 1;
    return text.substr(begin, text.rfind("=end ") - begin);
}

/// As in a changeset, whatever its lines are.
std::string part(std::string_view body) {
    std::string text = "dim-manifest 1\n" + std::string(body);
    if (!text.ends_with('\n')) text += '\n';
    manifest::append_end(text, static_cast<std::size_t>(std::ranges::count(text, '\n')) - 1);
    return "=manifest " + std::to_string(text.size()) + "\n" + text;
}

/// Up to the next NUL, taken off TEXT.
std::string_view take_part(std::string_view& text) {
    const std::string_view taken = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(text.size(), taken.size() + 1));
    return taken;
}

std::string outline(const manifest::Manifest& older, const manifest::Manifest& newer) {
    return body_of(older) + '\0' + body_of(newer) + '\0';
}

}  // namespace

/// The first byte says how many contents there are; then the lines of two manifests, each ended by
/// a NUL, and the contents.
dim::testing::Seeds dim::testing::fuzz_seeds() {
    const manifest::Manifest all = manifest::samples::every_type();
    const manifest::Manifest root{{all.entries.front()}};
    changeset::Content content;
    for (const auto& entry : all.entries)
        if (entry.size == 4) content.sha256 = entry.sha256;
    content.size = content.bytes = 4;
    return {{"grow", '\1' + outline(root, all) + to_line(content) + "\ntool"},
            {"shrink", std::string(1, '\0') + outline(all, root)},
            {"missing", std::string(1, '\0') + outline(root, all)}};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size == 0) return 0;
    std::string_view rest = dim::testing::text_of(data + 1, size - 1);
    std::string text = "dim-changeset 1 " + kDigest + " " + kDigest + "\n";
    text += part(take_part(rest));
    text += part(take_part(rest));
    text += rest;
    const dim::sys::Fd file(::memfd_create("changeset", MFD_CLOEXEC));
    changeset::CompressedWriter writer(file);
    if (!writer.write(text) ||
        !writer.write("=end " + std::to_string(data[0]) + ' ' + dim::tls::sha256(text) + '\n') ||
        !writer.finish())
        std::abort();
    const auto reader = changeset::ChangesetReader::open(file);
    if (!reader) return 0;
    outlines.reach();
    if (!check_outline(reader->outline())) std::abort();
    const auto checked = changeset::check_changeset(file);
    if (!checked) return 0;
    whole.reach();
    if (checked->contents.size() != data[0]) std::abort();
    return 0;
}
