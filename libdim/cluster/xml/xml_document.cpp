#include "libdim/cluster/xml/xml_document.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>

#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>

namespace dim::cluster {

namespace {

constexpr std::size_t kMessageLimit = 300;

std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

std::string message_of(const xmlError& error) {
    if (error.message == nullptr) return "not well-formed";
    std::string message = printable(trim(error.message), kMessageLimit);
    if (message.contains("Huge input lookup") || message.contains("huge text node"))
        return "one value of more than 10,000,000 bytes";
    return message;
}

Error place_error(std::string_view file_name, long line, std::string text) {
    return Error(ErrorCode::invalid_input,
                 std::string(file_name) + ":" + std::to_string(line) + ": " + std::move(text));
}

/// Attributes of one element, which the parser compares with each other. An attribute takes a '='
/// and its value has no '<'; comments are not looked at.
constexpr std::size_t kAttributesOfOneLimit = 1000;

/// The line of the first element with too many attributes.
std::optional<long> find_overlong_element(std::string_view text) {
    constexpr std::string_view kComment = "<!--";
    long line = 1;
    std::size_t begin = text.find('<');
    std::string_view before = text.substr(0, begin);
    while (begin != text.npos) {
        line += std::ranges::count(before, '\n');
        const bool is_comment = text.substr(begin).starts_with(kComment);
        const std::size_t from = is_comment ? text.find("-->", begin + kComment.size()) : begin + 1;
        const std::size_t end = from == text.npos ? text.npos : text.find('<', from);
        before = text.substr(begin, end == text.npos ? end : end - begin);
        if (!is_comment &&
            static_cast<std::size_t>(std::ranges::count(before, '=')) > kAttributesOfOneLimit)
            return line;
        begin = end;
    }
    return std::nullopt;
}

/// Every element takes a '<' and every attribute a '=', so these counts bound what the parser
/// will allocate before it allocates anything.
Result<void> check_size(std::string_view text, std::string_view file_name) {
    const auto refuse = [&](std::string what) {
        return fail(
            Error(ErrorCode::limit_exceeded, std::string(file_name) + ": " + std::move(what))
                .with_cure("split the cluster into several definitions"));
    };
    if (text.size() > kXmlLimit)
        return refuse("larger than " + std::to_string(kXmlLimit >> 20) + " MiB");
    // An element has a start and an end.
    if (static_cast<std::size_t>(std::ranges::count(text, '<')) > 2 * kElementsLimit)
        return refuse("more than " + std::to_string(kElementsLimit) + " elements");
    if (static_cast<std::size_t>(std::ranges::count(text, '=')) > kAttributesLimit)
        return refuse("more than " + std::to_string(kAttributesLimit) + " attributes");
    if (const auto line = find_overlong_element(text))
        return fail(Error(ErrorCode::limit_exceeded,
                          std::string(file_name) + ":" + std::to_string(*line) + ": more than " +
                              std::to_string(kAttributesOfOneLimit) + " '=' in one element")
                        .with_cure("split it; no element has that many attributes"));
    return {};
}

/// Called at "<!DOCTYPE name", before anything of the document type is read.
void refuse_document_type(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
    auto* parser = static_cast<xmlParserCtxtPtr>(context);
    *static_cast<bool*>(parser->_private) = true;
    xmlStopParser(parser);
}

struct FreeParser {
    void operator()(xmlParserCtxt* parser) const { xmlFreeParserCtxt(parser); }
};
struct FreeSchemaParser {
    void operator()(xmlRelaxNGParserCtxt* parser) const { xmlRelaxNGFreeParserCtxt(parser); }
};
struct FreeSchema {
    void operator()(xmlRelaxNG* schema) const { xmlRelaxNGFree(schema); }
};
struct FreeValidator {
    void operator()(xmlRelaxNGValidCtxt* validator) const { xmlRelaxNGFreeValidCtxt(validator); }
};

/// That of NODE, or of the first text in it when the text is what is WRONG.
long line_of(const xmlNode* node, std::string_view wrong) {
    if (wrong.starts_with("Did not expect text"))
        for (const xmlNode* child = node->children; child != nullptr; child = child->next)
            if (child->type == XML_TEXT_NODE && xmlIsBlankNode(child) == 0)
                return xmlGetLineNo(child);
    return xmlGetLineNo(node);
}

void note_schema_error(void* first, const xmlError* error) {
    auto& noted = *static_cast<std::optional<XmlDocument::SchemaError>*>(first);
    if (noted || error == nullptr) return;
    const auto* node = static_cast<const xmlNode*>(error->node);
    const std::string text = message_of(*error);
    noted = {.line = node == nullptr ? error->line : line_of(node, text), .text = text};
}

}  // namespace

std::string_view XmlElement::name() const { return view(node_->name); }

long XmlElement::line() const { return xmlGetLineNo(node_); }

std::optional<std::string> XmlElement::attribute(const char* name) const {
    xmlChar* value = xmlGetNoNsProp(node_, reinterpret_cast<const xmlChar*>(name));
    if (value == nullptr) return std::nullopt;
    std::string copy(view(value));
    xmlFree(value);
    return copy;
}

std::vector<std::string> XmlElement::attributes() const {
    std::vector<std::string> names;
    for (const xmlAttr* attribute = node_->properties; attribute != nullptr;
         attribute = attribute->next)
        names.emplace_back(view(attribute->name));
    return names;
}

std::vector<XmlElement> XmlElement::children() const {
    std::vector<XmlElement> elements;
    for (xmlNode* child = node_->children; child != nullptr; child = child->next)
        if (child->type == XML_ELEMENT_NODE) elements.emplace_back(child);
    return elements;
}

void XmlDocument::Free::operator()(_xmlDoc* document) const { xmlFreeDoc(document); }

XmlElement XmlDocument::root() const { return XmlElement(xmlDocGetRootElement(document_.get())); }

Result<XmlDocument> XmlDocument::parse(std::string_view text, std::string_view file_name) {
    DIM_CHECK(check_size(text, file_name));
    xmlInitParser();
    const std::unique_ptr<xmlParserCtxt, FreeParser> parser(xmlNewParserCtxt());
    if (!parser) return fail(ErrorCode::internal, "no memory for the XML parser");
    bool has_document_type = false;
    parser->_private = &has_document_type;
    parser->sax->internalSubset = refuse_document_type;
    // Without it some errors are printed, whatever the options say.
    parser->sax->serror = [](void*, xmlError*) {};
    std::unique_ptr<xmlDoc, Free> document(xmlCtxtReadMemory(
        parser.get(), text.data(), static_cast<int>(text.size()), nullptr, "UTF-8",
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES |
            XML_PARSE_NOCDATA));
    if (has_document_type) {
        return fail(place_error(file_name, xmlSAX2GetLineNumber(parser.get()),
                                "a document type (<!DOCTYPE …>) is not allowed")
                        .with_cure("remove it; entities are not needed in a cluster definition"));
    }
    if (!document || xmlDocGetRootElement(document.get()) == nullptr) {
        const xmlError* error = xmlCtxtGetLastError(parser.get());
        const std::string what = error == nullptr ? "not well-formed" : message_of(*error);
        return fail(place_error(file_name, error == nullptr ? 1 : std::max(error->line, 1), what)
                        .with_cure("`xmllint --noout FILE` shows the place"));
    }
    return XmlDocument(std::move(document));
}

Result<std::optional<XmlDocument::SchemaError>>
XmlDocument::validate(std::string_view schema) const {
    const std::unique_ptr<xmlRelaxNGParserCtxt, FreeSchemaParser> parser(
        xmlRelaxNGNewMemParserCtxt(schema.data(), static_cast<int>(schema.size())));
    const std::unique_ptr<xmlRelaxNG, FreeSchema> grammar(parser ? xmlRelaxNGParse(parser.get())
                                                                 : nullptr);
    const std::unique_ptr<xmlRelaxNGValidCtxt, FreeValidator> validator(
        grammar ? xmlRelaxNGNewValidCtxt(grammar.get()) : nullptr);
    if (!validator) return fail(ErrorCode::internal, "the schema in this program is damaged");
    std::optional<SchemaError> first;
    xmlRelaxNGSetValidStructuredErrors(
        validator.get(), [](void* noted, auto* error) { note_schema_error(noted, error); }, &first);
    const int outcome = xmlRelaxNGValidateDoc(validator.get(), document_.get());
    if (outcome < 0) return fail(ErrorCode::internal, "the XML validator failed");
    if (outcome > 0 && !first) first = SchemaError{.line = 1, .text = "not valid by the schema"};
    return first;
}

}  // namespace dim::cluster
