#include "imageserver/state/sqlite_error.hpp"

#include <sqlite3.h>
#include <string>

namespace dim::server {

namespace {

ErrorCode code_of(int extended) {
    switch (extended) {
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_UNIQUE: return ErrorCode::already_exists;
        default: break;
    }
    switch (extended & 0xff) {
        case SQLITE_CONSTRAINT:
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
        case SQLITE_BUSY: return ErrorCode::conflict;
        case SQLITE_FULL: return ErrorCode::limit_exceeded;
        case SQLITE_ERROR:
        case SQLITE_MISUSE:
        case SQLITE_RANGE: return ErrorCode::internal;
        default: return ErrorCode::io;
    }
}

}  // namespace

Error sqlite_error(sqlite3* connection) {
    Error error(code_of(sqlite3_extended_errcode(connection)),
                std::string("database: ") + sqlite3_errmsg(connection));
    if (error.code() != ErrorCode::limit_exceeded) return error;
    return std::move(error).with_cure("free some space on the disk of the state directory");
}

}  // namespace dim::server
