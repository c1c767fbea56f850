#include "tools/output/authority_text.hpp"

#include "tools/output/table.hpp"
#include "tools/output/words.hpp"

namespace dim::tool {

namespace {

std::string date_of(model::Timestamp time) { return to_string(time).substr(0, 10); }

void add_certificate(Table& table, const std::string& what, const api::CertificateSummary& each) {
    table.add_row(
        {what, date_of(each.not_before), date_of(each.not_after), each.fingerprint.substr(0, 16)});
}

template <class Name>
std::string one_a_line(const std::vector<Name>& names) {
    std::string text;
    for (const Name& name : names)
        text += "  " + to_string(name) + '\n';
    return text;
}

std::string next_step(const api::AuthorityStatus& status) {
    if (!status.images.empty()) return "next: dim ca rotate, which builds these boot files anew\n";
    if (!status.blades.empty())
        return "next: power-cycle these blades, then dim ca rotate --finish\n";
    return "every blade that is up trusts the next authority\nnext: dim ca rotate --finish\n";
}

}  // namespace

std::string authority_text(const api::AuthorityStatus& status) {
    Table table({"CERTIFICATE", "FROM", "UNTIL", "SHA-256"});
    add_certificate(table, "authority", status.authority);
    if (status.next) add_certificate(table, "next authority", *status.next);
    add_certificate(table, "server", status.server);
    std::string text = table.text();
    if (!status.images.empty()) {
        text += "\n" + count_text(status.images.size(), "image") +
                " with a boot file that trusts other authorities than these, or does not tell:\n" +
                one_a_line(status.images);
    }
    if (!status.next) return text;
    if (!status.blades.empty()) {
        text += "\n" + count_text(status.blades.size(), "blade") +
                " running a boot file without the next authority:\n" + one_a_line(status.blades);
    }
    return text + "\n" + next_step(status);
}

}  // namespace dim::tool
