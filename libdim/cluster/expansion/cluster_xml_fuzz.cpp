#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/expansion/xml_mutation_fuzz.hpp"
#include "libdim/cluster/xml/source_reader.hpp"
#include "libdim/testing/fuzz.hpp"
#include "libdim/testing/source_directory.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace {

dim::testing::Goal written_again("a definition, read, written and read again");
dim::testing::Goal
    refused_by_rules("a document of the schema that the rules refuse, with line and cure");
dim::testing::Goal with_platforms("a definition with a blade of a row of its own");
dim::testing::Goal refused_by_schema("a document that the schema refuses");

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    Seeds seeds;
    for (const std::string name : {"mini.xml", "flat.xml"}) {
        std::ifstream file(dim::testing::source_directory() + "/docs/examples/" + name);
        seeds[name] = std::string(std::istreambuf_iterator<char>(file), {});
    }
    const auto changed = [&](std::string_view from, std::string_view to) {
        std::string xml = seeds.at("mini.xml");
        return xml.replace(xml.find(from), from.size(), to);
    };
    seeds["schema.xml"] = changed("<level ", "<level colour=\"red\" ");
    seeds["rules.xml"] =
        changed("role=\"bootnet\" address=\"", "role=\"bootnet\" address=\"10.0.0.0/33");
    seeds["platforms.xml"] =
        changed("<set for=\"s01c1b02\" type=\"js21\"/>",
                "<platform name=\"epyc\" like=\"x86_64-uefi\" console=\"tty0 ttyS1,115200\" "
                "kernel-arguments=\"iommu=pt\" drivers=\"octeon-ep nfp\"/>"
                "<set for=\"s01c1b02\" type=\"epyc\"/>");
    return seeds;
}

/// libxml2 is not instrumented, so bytes that are no XML teach the fuzzer nothing: most mutations
/// keep it well-formed.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
    dim::cluster::XmlMutation mutation(dim::testing::text_of(data, size), seed);
    if (seed % 16 == 0 || !mutation.change()) return LLVMFuzzerMutate(data, size, max_size);
    const std::string text = mutation.text();
    if (text.empty() || text.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
    std::ranges::copy(text, data);
    return text.size();
}

/// Whatever is accepted can be written and read again, is then the same and stands for the same;
/// whatever is refused comes with its place and a cure.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace dim::cluster;
    const std::string_view text = dim::testing::text_of(data, size);
    const auto source = parse_source(text, "fuzz.xml");
    if (!source) {
        if (!source.error().message().starts_with("fuzz.xml:")) std::abort();
        if (text.ends_with("</cluster>\n")) refused_by_schema.reach();
        return 0;
    }
    const auto again = parse_source(to_xml(*source), "again.xml");
    if (!again || *again != *source) std::abort();
    const auto definition = define(*source, "fuzz.xml");
    const auto same = define(*again, "fuzz.xml");
    if (definition.has_value() != same.has_value()) std::abort();
    if (definition) {
        if (*definition != *same) std::abort();
        written_again.reach();
        if (std::ranges::any_of(definition->blades,
                                [](const Blade& blade) { return blade.platform.has_value(); }))
            with_platforms.reach();
        return 0;
    }
    const dim::Error& error = definition.error();
    if (!error.message().starts_with("fuzz.xml:") || error.cure().empty()) std::abort();
    refused_by_rules.reach();
    return 0;
}
