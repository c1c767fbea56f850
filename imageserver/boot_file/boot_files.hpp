#pragma once

#include "imageserver/boot_file/boot_file_variant.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dim::server {

/// What the firmware of blades loads by TFTP: a zImage, or a unified kernel image. One real
/// implementation (BootFileStore) and one fake. Any thread may call.
class BootFiles {
public:
    virtual ~BootFiles() = default;

    /// Assembles the boot file of the image's newest generation; from then on current() tells it.
    /// The same inputs give the same file. Blocks for seconds, and longer while another is built.
    /// To be called beside no other work on the image. Errors: not_found, also when the image has
    /// no kernel and needs one; invalid_input for a word that a kernel command line cannot hold;
    /// limit_exceeded when it is larger than the firmware takes.
    virtual Result<api::BootFile> build(const api::BuildBootFile& request,
                                        const Progress& progress) = 0;
    /// Gives those of earlier generations with other kernels the words, drivers and choice of a
    /// kernel of the newest one, and makes those that are missing. Tells why generations keep the
    /// one that they have: one stops no other. To be called after build(), beside no other work on
    /// the image.
    virtual Result<std::vector<Error>> build_earlier(const model::ImageName& image,
                                                     const Progress& progress) = 0;
    /// The one for the newest generation; nothing when there is none.
    virtual Result<std::optional<api::BootFile>> current(const model::ImageName& image) const = 0;
    /// The one for what is of GENERATION, which has another kernel than the newest one, maybe.
    virtual Result<std::optional<api::BootFile>>
    of_generation(const model::ImageName& image, model::Generation generation) const = 0;
    /// Makes the boot files that unrenewed() misses of IMAGE: one that was lost as it was, that of
    /// another kernel otherwise as the newest one; none where it is seen that the kernel is that
    /// of the generation before. What a generation lacks is the same failure again, without
    /// another look, for an hour or until build(). To be called beside no other work on the image.
    /// Errors: not_found when the image is gone; those of build() for DIM's own kernel.
    virtual Result<RenewedBootFiles> renew(const model::ImageName& image,
                                           const Progress& progress) = 0;
    /// What the drivers of FILE, which was just made, may need and its image does not have: lines
    /// for people, with the cure. To be called beside no other work on the image. Errors: those of
    /// build().
    virtual Result<std::vector<std::string>> lacks(const api::BootFile& file) const = 0;
    /// Images with boot files, of which some generation has none that is there and is known to have
    /// its kernel; with DIM's own kernel, which all have: whose boot file is not there.
    virtual Result<std::vector<model::ImageName>> unrenewed() const = 0;
    /// The path of FILE, a current one, as VARIANT has it: a file of its own beside it, which goes
    /// with FILE. One with another command line is made when it is not there. Errors: not_found,
    /// with the cure, for drivers whose file complete() has not made; those of build().
    virtual Result<std::string> variant_of(const api::BootFile& file,
                                           const BootFileVariant& variant) const = 0;
    /// The path that variant_of() gives, where nothing is made: not there yet, maybe. Errors: those
    /// of variant_of() but for what writing it finds.
    virtual Result<std::string> variant_path(const api::BootFile& file,
                                             const BootFileVariant& variant) const = 0;
    /// Images of whose boot files some lack the one beside them for a platform of blades here that
    /// are assigned the image.
    virtual Result<std::vector<model::ImageName>> incomplete() const = 0;
    /// Makes what incomplete() misses of IMAGE. What the image lacked is the same failure again,
    /// without another look, for an hour or until build(). To be called beside no other work on the
    /// image.
    virtual Result<CompletedBootFiles> complete(const model::ImageName& image,
                                                const Progress& progress) = 0;
    /// Images whose current boot file trusts other authorities than one built now would.
    virtual Result<std::vector<model::ImageName>> outdated() const = 0;
    /// Those in use once more, with the authorities and the agent of now. Errors: not_found when
    /// there is none; those of build().
    virtual Result<void> rebuild(const model::ImageName& image, const Progress& progress) = 0;
    /// There is none of IMAGE any more, which is gone.
    virtual Result<void> retire(const model::ImageName& image) = 0;
    /// Those of images that got another name are found below that.
    virtual Result<void> follow_names() = 0;
};

}  // namespace dim::server
