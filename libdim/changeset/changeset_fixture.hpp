#pragma once

#include "libdim/changeset/apply_changeset.hpp"
#include "libdim/changeset/create_changeset.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::changeset {

using dim::testing::value_of;

inline void no_progress(std::string_view, std::uint64_t, std::uint64_t) {}

/// For tests: an older and a newer tree, what makes one of the other, and a copy to apply it to.
class ChangesetTrees : public ::testing::Test {
protected:
    ChangesetTrees() {
        for (const std::string& root : {older, newer})
            value_of(sys::mkdir(root));
    }
    /// A script for bash, in the newer tree.
    void change(const std::string& script) const {
        dim::testing::run_script("cd " + newer + "\n" + script);
    }
    /// The newer tree is the older one, until change() is called; cp, unlike rsync, copies the time
    /// of a node to the nanosecond.
    void settle() const { copy(older, newer); }

    Created create() const {
        const sys::Fd output = value_of(sys::open(file, O_RDWR | O_CREAT | O_TRUNC, 0600));
        return value_of(changeset::create(value_of(sys::open_directory(older)),
                                          value_of(sys::open_directory(newer)), output,
                                          no_progress));
    }
    void copy_older() const { copy(older, target); }
    static void copy(const std::string& from, const std::string& to) {
        dim::testing::run_script("mkdir -p " + to + "; find " + to +
                                 " -mindepth 1 -delete; cp -a --sparse=always " + from + "/. " +
                                 to);
    }
    Result<Standing> apply() const { return apply(file); }
    Result<Standing> apply(const std::string& path) const {
        DIM_TRY(const sys::Fd input, sys::open(path, O_RDONLY));
        DIM_TRY(const sys::Fd root, sys::open_directory(target));
        return changeset::apply(input, root, no_progress);
    }
    Look look() const {
        const sys::Fd input = value_of(sys::open(file, O_RDONLY));
        return value_of(changeset::look(value_of(check_changeset(input)).outline,
                                        value_of(sys::open_directory(target))));
    }
    /// What rsync would still have to do.
    std::string rest() const { return dim::testing::differences(newer, target); }

    dim::testing::TemporaryDirectory directory;
    const std::string older = directory / "older";
    const std::string newer = directory / "newer";
    const std::string target = directory / "target";
    const std::string file = directory / "changes";
};

}  // namespace dim::changeset
