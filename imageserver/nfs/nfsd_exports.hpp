#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/ipv4.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// One line of exports(5).
struct NfsdExport {
    std::string directory;  ///< on the server
    std::string client;     ///< address or network
    std::string options;    ///< "rw,…,fsid=…"

    bool operator==(const NfsdExport&) const = default;
};

/// As the kernel's NFS server is to offer it. Its fsid, which is part of every file handle, is made
/// of the export's path alone: the same after every restart, of whatever server. Errors:
/// invalid_input for a directory that exports(5) cannot hold as it is.
Result<NfsdExport> nfsd_export(const api::NfsExport& entry);

/// The file that nfs-server.service reads when it starts: exports(5).
std::string render_exports_file(std::span<const NfsdExport> exports);

/// What TABLE, the table of all that is offered (/var/lib/nfs/etab), has below the directory ROOT.
/// Lines that are none are left out.
std::vector<NfsdExport> parse_export_table(std::string_view table, std::string_view root);

/// What is to be done so that WANTED is offered where PRESENT is.
struct NfsdChange {
    std::vector<NfsdExport> withdrawn;
    std::vector<NfsdExport> offered;  ///< those that are new or otherwise now
};
NfsdChange change_of(std::span<const NfsdExport> present, std::span<const NfsdExport> wanted);

/// Whether INFO, what the kernel tells of one NFS client (/proc/fs/nfsd/clients/N/info), is about
/// ADDRESS.
bool is_about_client(std::string_view info, std::string_view address);

}  // namespace dim::server
