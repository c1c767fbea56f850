#include "tools/output/override_text.hpp"

#include "tools/output/table.hpp"
#include "tools/output/terminal_text.hpp"

namespace dim::tool {

namespace {

std::string what_problem(const api::ImageOverrides& image) {
    return "problem: " + terminal_text(image.problem->detail);
}

void append_line(std::string& text, const std::string& label, const std::string& value) {
    text += "  " + label + std::string(label.size() < 9 ? 9 - label.size() : 1, ' ') +
            terminal_text(value) + '\n';
}

std::string file_text(const api::ImageOverrides& image, const api::OverrideFile& file) {
    std::string text = to_string(image.blade) + ' ' + to_string(image.image) + ' ' +
                       terminal_text(file.path) + '\n';
    append_line(text, "rule", file.rule);
    for (const std::string& weaker : file.instead_of)
        append_line(text, "over", weaker);
    append_line(text, "state", file.state + (file.note ? ": " + *file.note : ""));
    if (file.written) append_line(text, "written", to_string(*file.written));
    if (file.is_secret) append_line(text, "text", "a secret, not shown");
    if (file.text) text += prefix_lines(terminal_text(*file.text), "  | ");
    return text;
}

}  // namespace

std::string override_list_text(const api::OverrideList& list) {
    Table table({"BLADE", "IMAGE", "FILE", "STATE", "RULE", "NOTE"});
    for (const api::ImageOverrides& image : list.images) {
        if (image.problem)
            table.add_row({to_string(image.blade), to_string(image.image), "", "problem", "",
                           terminal_text(image.problem->detail)});
        for (const api::OverrideFile& file : image.files)
            table.add_row({to_string(image.blade), to_string(image.image), terminal_text(file.path),
                           file.state, terminal_text(file.rule),
                           terminal_text(file.note.value_or(""))});
    }
    return table.text();
}

std::string override_files_text(const api::OverrideList& list) {
    std::string text;
    for (const api::ImageOverrides& image : list.images) {
        if (image.problem)
            text += to_string(image.blade) + ' ' + to_string(image.image) + '\n' + "  " +
                    what_problem(image) + '\n';
        for (const api::OverrideFile& file : image.files)
            text += file_text(image, file);
    }
    return text;
}

api::OverrideList overrides_to_write(api::OverrideList list) {
    for (api::ImageOverrides& image : list.images) {
        image.idle.clear();
        std::erase_if(image.files, [](const api::OverrideFile& file) {
            return file.state == "current" || file.state == "leftover";
        });
    }
    std::erase_if(list.images, [](const api::ImageOverrides& image) {
        return image.files.empty() && !image.problem;
    });
    return list;
}

}  // namespace dim::tool
