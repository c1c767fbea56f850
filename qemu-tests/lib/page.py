"""What a page of the documentation tells a person to do, in order: its prose, and every command it shows.

Commands stand in code blocks, which are indented by four columns or more:

    command                                a block without "$ " is commands only
    command    # or CONDITION: other       where CONDITION holds, the other command is meant
    command    # until Ctrl-C              does not end by itself

    $ command                              in a block with "$ ", the other lines are what the command prints;
    output                                 … in them is whatever it may be, spaces are as wide as they like

Nothing of a page is passed over: what cannot be read this way is a PageError.
"""
import re
from dataclasses import dataclass, field

OUTPUT_GAP = "…"


class PageError(Exception):
    """The page says something that is neither prose nor a command as above."""


@dataclass
class Prose:
    line: int
    text: str


@dataclass
class Command:
    line: int
    text: str
    condition: str = ""    # when the alternative is meant
    alternative: str = ""
    until_ctrl_c: bool = False
    output: list = field(default_factory=list)


def _command(number, text):
    text, mark, comment = text.partition("  # ")
    command = Command(number, text.strip())
    comment = comment.strip()
    if not mark:
        return command
    if comment == "until Ctrl-C":
        command.until_ctrl_c = True
    elif match := re.fullmatch(r"or ([^:]+): (.+)", comment):
        command.condition, command.alternative = match.groups()
    else:
        raise PageError(f"line {number}: the remark {comment!r} is neither 'until Ctrl-C' nor 'or CONDITION: COMMAND'")
    return command


def _commands(block):
    """block: (line number, text without indentation) each."""
    if not any(text.startswith("$ ") for _, text in block):
        return [_command(number, text) for number, text in block]
    commands = []
    for number, text in block:
        if text.startswith("$ "):
            commands.append(_command(number, text[2:]))
        elif not commands:
            raise PageError(f"line {number}: output of no command: {text!r}")
        else:
            commands[-1].output.append(text)
    return commands


def read_page(text):
    """The page's Prose and Commands in the order they stand. Errors: PageError."""
    parts, block = [], []

    def end_block():
        parts.extend(_commands(block))
        block.clear()

    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(("```", "~~~")) or "\t" in line:
            raise PageError(f"line {number}: code blocks are indented by four spaces here: {line!r}")
        if not line.strip():
            continue
        if line.startswith("    "):
            block.append((number, line.strip()))
            continue
        end_block()
        if parts and isinstance(parts[-1], Prose):
            parts[-1].text += " " + line.strip()
        else:
            parts.append(Prose(number, line.strip()))
    end_block()
    if not any(isinstance(part, Command) for part in parts):
        raise PageError("the page shows no command at all")
    return parts


def _pattern(line):
    return r"\s+".join(".*".join(map(re.escape, word.split(OUTPUT_GAP))) for word in line.split())


def missing_output(command, printed):
    """The first line that the page shows and the command did not print, or None. Lines that are not shown may be between them."""
    rest = [line.strip() for line in printed.splitlines()]
    for wanted in command.output:
        pattern = re.compile(_pattern(wanted))
        for index, line in enumerate(rest):
            if pattern.fullmatch(line):
                del rest[:index + 1]
                break
        else:
            return wanted
    return None
