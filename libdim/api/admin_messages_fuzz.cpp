#include "libdim/api/admin_messages.hpp"
#include "libdim/api/message_fuzz.hpp"
#include "libdim/api/message_samples.hpp"

namespace {

auto all() {
    using namespace dim::api;
    return std::tuple(
        samples::blade_status(), samples::cluster_status(), samples::blade_story(),
        samples::import_image(), samples::image_summary(), samples::image_list(),
        samples::image_details(), samples::image_check(), samples::update_image(),
        samples::roll_back_image(), samples::collect_generations(), samples::label_generation(),
        samples::source_difference(), samples::source_difference_line(), samples::set_image(),
        samples::bare_set_image(), samples::image_generation_list(),
        samples::generation_difference(), samples::blades(), samples::image_of_blades(),
        samples::resize_blade_images(), samples::blade_image(), samples::blade_image_list(),
        samples::nfs_export(), samples::nfs_export_list(), samples::dhcp_host(),
        samples::dhcp_host_list(), samples::build_boot_file(), samples::boot_file(),
        samples::job_line(), samples::run_command(), samples::command_result(),
        samples::command_line(), samples::problem(), samples::name_query(), samples::name_list(),
        samples::cluster_revision(), samples::cluster_revision_list(), samples::cluster_proposal(),
        samples::cluster_difference(), samples::unknown_file(), samples::unknown_file_list(),
        samples::adopt_image(), samples::firewall(), samples::authority_status(),
        samples::rotate_authority(), samples::trashed_blade_image(), samples::trash_list(),
        samples::override_query(), samples::override_file(), samples::image_overrides(),
        samples::override_list(), samples::apply_overrides(), samples::pin_blades(),
        samples::rename_image(), samples::chassis_status());
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() { return api::seeds_of(all()); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto samples = all();
    dim::api::check_one_of(samples, data, size);
    return 0;
}
