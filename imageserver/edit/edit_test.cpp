#include "imageserver/edit/edit.hpp"
#include "imageserver/edit/edit_fixture.hpp"

namespace dim::server {
namespace {

class EditTest : public EditFixture {
protected:
    /// One that needs the NFS server.
    Edit edit() {
        return {.done = "done", .needs = {.exports = true}, .take_back = [this] { ++taken_back; }};
    }
    int taken_back = 0;
};

TEST_F(EditTest, IsDoneOnceItsServicesRunWithIt) {
    EXPECT_EQ(finish(edit()), "done");
    EXPECT_EQ(taken_back, 0);
}

TEST_F(EditTest, OneThatAServiceRefusesIsTakenBack) {
    control.outcomes.assign(2, fail(ErrorCode::unavailable, "ganesha does not run"));
    add_image();
    add_blade_image(samples::blade());
    ASSERT_TRUE(images.set_exported(samples::blade(), samples::image(), true));
    EXPECT_EQ(finish(edit()).error().code(), ErrorCode::unavailable);
    EXPECT_EQ(taken_back, 1);
}

TEST_F(EditTest, OneThatFailedIsToldAsSuch) {
    EXPECT_EQ(finish(fail(ErrorCode::not_found, "no such image")).error().message(),
              "no such image");
    EXPECT_EQ(taken_back, 0);
}

}  // namespace
}  // namespace dim::server
