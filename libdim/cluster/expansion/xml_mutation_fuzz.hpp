#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

/// Mutations of XML that leave it well-formed, so that a fuzzer spends its time behind the XML
/// parser: elements are copied, moved and removed, attributes copied, removed and given other
/// values.
namespace dim::cluster {

class XmlMutation {
public:
    XmlMutation(std::string_view xml, unsigned seed) : random_(seed) {
        for (std::size_t begin = 0; begin < xml.size();) {
            const std::size_t end =
                std::min(xml.find(xml[begin] == '<' ? '>' : '<', begin), xml.size() - 1);
            const std::size_t size = end - begin + (xml[end] == '>' ? 1 : 0);
            pieces_.emplace_back(xml.substr(begin, std::max<std::size_t>(size, 1)));
            begin += pieces_.back().size();
        }
    }

    /// False when there is nothing to change in that way.
    bool change() {
        const std::vector<std::size_t> opening = places([](std::string_view piece) {
            return piece.starts_with('<') && !piece.starts_with("</") && !piece.starts_with("<?");
        });
        if (opening.empty()) return false;
        const std::size_t chosen = opening[below(opening.size())];
        switch (below(8)) {
            case 0: return remove(chosen);
            case 1: return copy(chosen, opening[below(opening.size())]);
            case 2: return copy(chosen, opening[below(opening.size())]) && remove(chosen);
            case 3: return copy_attribute(chosen, opening[below(opening.size())]);
            case 4: return remove_attribute(chosen);
            case 5: return take_value(chosen, opening[below(opening.size())]);
            default: return change_value(chosen);
        }
    }
    std::string text() const {
        std::string text;
        for (const std::string& piece : pieces_)
            text += piece;
        return text;
    }

private:
    /// NAME="VALUE" in a piece, with the blank before it.
    struct Attribute {
        std::size_t begin;
        std::size_t value;
        std::size_t end;  ///< behind the second quote
    };

    std::size_t below(std::size_t count) { return random_() % count; }
    template <class Predicate>
    std::vector<std::size_t> places(Predicate is_meant) const {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < pieces_.size(); ++i)
            if (is_meant(std::string_view(pieces_[i]))) found.push_back(i);
        return found;
    }
    /// Behind the element that begins at PLACE.
    std::size_t end_of(std::size_t place) const {
        int depth = 0;
        for (std::size_t i = place; i < pieces_.size(); ++i) {
            const std::string_view piece = pieces_[i];
            if (!piece.starts_with('<') || piece.starts_with("<!")) continue;
            if (!piece.ends_with("/>")) depth += piece.starts_with("</") ? -1 : 1;
            if (depth <= 0) return i + 1;
        }
        return pieces_.size();
    }
    std::vector<Attribute> attributes(std::size_t place) const {
        const std::string& piece = pieces_[place];
        std::vector<Attribute> found;
        for (std::size_t at = piece.find("=\""); at != piece.npos;) {
            const std::size_t end = piece.find('"', at + 2);
            const std::size_t begin = piece.rfind(' ', at);
            if (end == piece.npos || begin == piece.npos) break;
            found.push_back({begin, at + 2, end + 1});
            at = piece.find("=\"", end + 1);
        }
        return found;
    }

    bool remove(std::size_t place) {
        if (place == 0) return false;  // the root
        pieces_.erase(at(place), at(end_of(place)));
        return true;
    }
    bool copy(std::size_t place, std::size_t where) {
        const std::vector<std::string> element(at(place), at(end_of(place)));
        // Before WHERE, or as its first child.
        const bool can_hold = !pieces_[where].ends_with("/>");
        pieces_.insert(at(where + (can_hold && below(2) == 0 ? 1 : 0)), element.begin(),
                       element.end());
        return true;
    }
    bool copy_attribute(std::size_t from, std::size_t to) {
        const auto there = attributes(from);
        if (there.empty()) return false;
        const Attribute chosen = there[below(there.size())];
        const std::string text = pieces_[from].substr(chosen.begin, chosen.end - chosen.begin);
        std::string& piece = pieces_[to];
        const std::string name = text.substr(0, text.find('=') + 1);
        if (piece.find(name) != piece.npos) return false;  // at most once
        piece.insert(piece.size() - (piece.ends_with("/>") ? 2 : 1), text);
        return true;
    }
    bool remove_attribute(std::size_t place) {
        const auto there = attributes(place);
        if (there.empty()) return false;
        const Attribute chosen = there[below(there.size())];
        pieces_[place].erase(chosen.begin, chosen.end - chosen.begin);
        return true;
    }
    /// The value of another attribute.
    bool take_value(std::size_t place, std::size_t other) {
        const auto there = attributes(other);
        if (there.empty()) return false;
        const Attribute chosen = there[below(there.size())];
        return set_value(place, pieces_[other].substr(chosen.value, chosen.end - 1 - chosen.value));
    }
    bool change_value(std::size_t place) {
        const auto there = attributes(place);
        if (there.empty()) return false;
        const Attribute chosen = there[below(there.size())];
        std::string value = pieces_[place].substr(chosen.value, chosen.end - 1 - chosen.value);
        const std::size_t size = value.size();
        value.resize(size + 16);
        value.resize(
            LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(value.data()), size, value.size()));
        std::ranges::replace_if(
            value,
            [](char c) {
                return c == '"' || c == '<' || c == '&' || c == '>' || (c >= 0 && c < ' ') || c < 0;
            },
            'x');
        pieces_[place].replace(chosen.value, chosen.end - 1 - chosen.value, value);
        return true;
    }
    bool set_value(std::size_t place, const std::string& value) {
        const auto there = attributes(place);
        if (there.empty()) return false;
        const Attribute chosen = there[below(there.size())];
        pieces_[place].replace(chosen.value, chosen.end - 1 - chosen.value, value);
        return true;
    }
    std::vector<std::string>::iterator at(std::size_t place) {
        return pieces_.begin() + static_cast<std::ptrdiff_t>(place);
    }

    std::vector<std::string> pieces_;  ///< tags, and what is between them
    std::minstd_rand random_;
};

}  // namespace dim::cluster
