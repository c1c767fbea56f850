#include "imageserver/edit/edit.hpp"

#include <utility>

namespace dim::server {

void finish_edit(Result<Edit> edit, ServiceAppliers& services,
                 std::function<void(const Result<std::string>&)> done) {
    if (!edit) return done(fail(std::move(edit).error()));
    const ServiceNeeds needs = edit->needs;
    services.request(
        needs, [edit = *std::move(edit), done = std::move(done)](const Result<void>& outcome) {
            if (outcome) return done(edit.done);
            if (edit.take_back) edit.take_back();
            done(fail(outcome.error()));
        });
}

}  // namespace dim::server
