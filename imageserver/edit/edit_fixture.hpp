#pragma once

#include "imageserver/apply/service_appliers.hpp"
#include "imageserver/apply/standard_services.hpp"
#include "imageserver/blade/alerts.hpp"
#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/boot_file/fake_boot_files.hpp"
#include "imageserver/edit/assignment_edits.hpp"
#include "imageserver/edit/blade_checks.hpp"
#include "imageserver/edit/export_edits.hpp"
#include "imageserver/edit/image_edits.hpp"
#include "imageserver/image/fake_blade_image_checker.hpp"
#include "imageserver/image/fake_images.hpp"
#include "imageserver/service/fake_service_control.hpp"
#include "imageserver/state/fake_wall_clock.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <optional>

#include <gtest/gtest.h>

namespace dim::server {

/// A server of samples::definition() as far as edits reach: all is real but images, boot files and
/// the processes of the services.
class EditFixture : public ::testing::Test {
protected:
    explicit EditFixture(const std::vector<Migration>& migrations = {kNfsMigration})
        : database(migrations) {}
    ~EditFixture() override {
        dhcp_lane.join();
        exports_lane.join();
    }

    static void no_progress(std::string_view, std::uint64_t, std::uint64_t) {}

    /// What the administrator is told of EDIT in the end.
    Result<std::string> finish(Result<Edit> edit) {
        std::optional<Result<std::string>> told;
        loop.restart();
        const auto keep_running = boost::asio::make_work_guard(loop);
        finish_edit(std::move(edit), appliers, [&](const Result<std::string>& done) {
            boost::asio::post(loop, [&, done] { told = done; });
        });
        while (!told)
            loop.run_one();
        return *told;
    }

    void add_image(model::Architecture architecture = model::Architecture::ppc64) {
        images.add(api::ImageSummary{samples::image(),
                                     architecture,
                                     *model::Generation::from_number(1),
                                     {"usr"},
                                     "/sbin/init",
                                     1,
                                     samples::at(0),
                                     std::nullopt,
                                     0});
    }
    void add_blade_image(const model::ComponentName& blade) {
        images.add(api::BladeImage{blade, samples::image(), *model::Generation::from_number(1),
                                   "/x", 1, 1, true, false, std::nullopt});
    }
    void add_boot_file() {
        ASSERT_TRUE(boot_files.build({samples::image(), {}, std::nullopt}, no_progress));
    }
    /// The blade runs from its image, as far as we know.
    /// OPTIONS: what its root is mounted with.
    void run_blade(const model::ComponentName& blade, double now, std::string options = "rw") {
        api::BootPlan plan = samples::boot_plan();
        plan.root.options = std::move(options);
        const auto boot =
            journal.begin_boot(blade, samples::boot_request(now), samples::at(now)).value();
        ASSERT_TRUE(journal.record_plan(boot.key, plan, samples::at(now)));
        ASSERT_TRUE(journal.record_running(blade, boot_id(boot), samples::running_report(now + 5),
                                           samples::at(now + 5)));
    }
    bool is_exported(const model::ComponentName& blade) const {
        return images.blade_image(blade, samples::image()).value().is_exported;
    }

    TestDatabase database;
    FakeWallClock clock{samples::at(100)};
    Roster roster = samples::roster();
    Assignments assignments{database.get()};
    BootJournal journal{database.get(), samples::at(0)};
    Alerts alerts = Alerts::open(database.get()).value();
    FakeImages images;
    FakeBootFiles boot_files{images};
    FakeServiceControl control;
    StandardServices services{
        control,
        {.directory = database.directory() + "/services",
         .boot_directory = database.directory() + "/boot",
         .mounts = database.directory() + "/mounts",
         .bootnet = cluster::bootnet_of(*roster.definition(), roster.server()).value(),
         .dhcpd = "/bin/true"},
        {.roster = roster,
         .assignments = assignments,
         .images = images,
         .boot_files = boot_files,
         .database = database.get()}};
    boost::asio::io_context loop{1};
    boost::asio::thread_pool dhcp_lane{1};
    boost::asio::thread_pool exports_lane{1};
    ServiceAppliers appliers{
        loop.get_executor(),
        dhcp_lane,
        exports_lane,
        {.dhcp = services.dhcp(), .exports = services.exports(), .names = services.names()}};
    EditedBlades edited_blades{roster, journal, clock};
    ImageEdits image_edits{images, boot_files, edited_blades};
    ExportEdits export_edits{images, edited_blades};
    FakeBladeImageChecker checker{images};
    BladeChecks checks{checker, edited_blades, 30};
    AssignmentEdits assignment_edits{assignments, images, boot_files, edited_blades};
};

}  // namespace dim::server
