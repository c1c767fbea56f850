#include "libdim/api/look_messages.hpp"
#include "libdim/api/message_fuzz.hpp"
#include "libdim/api/message_samples.hpp"

namespace {

auto all() {
    using namespace dim::api;
    return std::tuple(samples::blade_question(), samples::blade_difference(),
                      samples::blade_difference_line(), samples::path_question(),
                      samples::path_explanation(), samples::blade_file_text(),
                      samples::check_blade_images(), samples::blade_image_check(),
                      samples::blade_image_check_list());
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() { return api::seeds_of(all()); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto samples = all();
    dim::api::check_one_of(samples, data, size);
    return 0;
}
