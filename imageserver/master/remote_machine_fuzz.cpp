#include "imageserver/master/remote_machine.hpp"
#include "imageserver/master/remote_samples.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstdlib>

// Arbitrary bytes as what a machine answers: what it names becomes quoted words of a script, an odd
// number of quotation marks never.

namespace {
dim::testing::Goal answers("answers that are taken");
dim::testing::Goal scripts("scripts made of them");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"machine", dim::server::samples::remote_answer()},
            {"quoted", "root /it's\nuser 0\nmount a /it's/b ext4\noption --one-file-system\n"
                       "option --numeric-owner\noption --anchored\n"}};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto machine = dim::server::parse_answer(dim::testing::text_of(data, size));
    if (!machine) return 0;
    answers.reach();
    const auto parts = dim::server::parts_of_tree(*machine, false);
    if (parts.empty()) std::abort();
    static_cast<void>(dim::server::used_bytes(*machine, parts));
    const auto script = dim::server::transfer(*machine, parts, {"/proc/*"});
    if (!script) return 0;
    std::size_t inside = 0;
    for (std::size_t i = 0; i < script->size(); ++i) {
        if ((*script)[i] == '\\' && inside % 2 == 0)
            ++i;
        else if ((*script)[i] == '\'')
            ++inside;
    }
    if (inside % 2 != 0) std::abort();
    scripts.reach();
    return 0;
}
