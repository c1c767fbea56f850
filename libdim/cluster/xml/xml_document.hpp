#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// libxml2's own names, so that its headers stay in the source.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
struct _xmlDoc;
struct _xmlNode;
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace dim::cluster {

inline constexpr std::size_t kXmlLimit = std::size_t{16} << 20;  ///< bytes
inline constexpr std::size_t kElementsLimit = 200'000;
inline constexpr std::size_t kAttributesLimit = 400'000;

/// An element of an XmlDocument, which must outlive it.
class XmlElement {
public:
    explicit XmlElement(_xmlNode* node) : node_(node) {}

    std::string_view name() const;
    /// Counted from 1.
    long line() const;
    /// Nothing when there is no such attribute.
    std::optional<std::string> attribute(const char* name) const;
    /// The names of all its attributes.
    std::vector<std::string> attributes() const;
    /// The elements directly below.
    std::vector<XmlElement> children() const;

private:
    _xmlNode* node_;
};

/// A well-formed XML document in memory (libxml2).
class [[nodiscard]] XmlDocument {
public:
    /// Nothing but TEXT is ever read: a document type, and with it every entity, is refused, and
    /// so is any encoding but UTF-8. Errors: limit_exceeded, invalid_input as "FILE:LINE: …".
    static Result<XmlDocument> parse(std::string_view text, std::string_view file_name);

    XmlElement root() const;

    struct SchemaError {
        long line;
        std::string text;
    };
    /// What first contradicts the RELAX NG SCHEMA; nothing when the document is valid.
    Result<std::optional<SchemaError>> validate(std::string_view schema) const;

private:
    struct Free {
        void operator()(_xmlDoc* document) const;
    };
    explicit XmlDocument(std::unique_ptr<_xmlDoc, Free> document)
        : document_(std::move(document)) {}
    std::unique_ptr<_xmlDoc, Free> document_;
};

}  // namespace dim::cluster
