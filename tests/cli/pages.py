# SPDX-License-Identifier: GPL-3.0-or-later
"""The blocks of a page of documentation, and what is to be done with each (docs/extending.md, 10). Part of check_tutorial."""
import re

MARKS = re.compile(r"<!-- (not run|long|within|printed by)(?:: | )(.+) -->")
RUN = ("console", "sh", "python")       # in one shell, in the order of the page
FREE = ("", "text")                     # no commands in them
COMMAND = re.compile(r"(\$ )?(fokker|plot|animate|gcc|cc|cp|cd|\./\w+|\w*python3?|pip|meson|ninja|sudo|apt|apt-get|scripts/\w+|man) (?!is |are |has )")
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")


class Block:
    def __init__(self, page, line, language, text, mark):
        self.page, self.line, self.language, self.text = page, line, language, text
        self.mark, self.words = mark if mark else ("", "")
        self.printed = None  # what a python block prints, where the page shows it

    def __str__(self):
        return f"{self.page}:{self.line}: {self.language or 'indented'} {self.text.splitlines()[0] if self.text else ''}"

    def is_run(self, with_long):
        return self.language in RUN and self.mark != "not run" and (with_long or self.mark != "long")

    def fault(self):
        """Why this block may not stand so; empty where it may."""
        if self.mark == "not run" or self.mark == "long":
            return "" if len(self.words.split()) > 2 else "no reason is given"
        if self.language == "indented":
            return "commands stand in a fenced block, or say <!-- not run: why -->"
        if self.language in FREE:
            return "commands belong into a console block" if re.search(r"^\$ ", self.text, re.M) else ""
        if self.language in RUN + ("yaml", "pycon"):
            return ""
        return f"nobody runs '{self.language}': say <!-- not run: why -->"


def fences(text):
    """[(line, language, text, mark)] of the fenced blocks; the rest of the page, with empty lines in their place."""
    found, rest, opened, mark = [], [], None, None
    for number, line in enumerate(text.splitlines(), 1):
        fence = re.match(r"^ *```(\S*)", line)
        if opened is not None:
            if fence:
                found.append((opened[0], opened[1], "".join(opened[2]), mark))
                opened, mark = None, None
            else:
                opened[2].append(line + "\n")
        elif fence:
            opened = (number, fence[1], [])
        else:
            given = MARKS.fullmatch(line.strip())
            mark = given.groups() if given else mark if not line.strip() else None
            rest.append((number, line))
            continue
        rest.append((number, "fence"))  # neither empty nor indented
    return found, rest


def indented(rest):
    """[(line, text, mark)] of the indented blocks that hold commands."""
    found, mark, block = [], None, []
    for number, line in rest + [(0, "end")]:
        if re.match(r"^ {4,}\S", line):
            block.append((number, line.strip()))
            continue
        if block and any(COMMAND.match(text) for _, text in block):
            found.append((block[0][0], "\n".join(text for _, text in block), mark))
        if block or line.strip():
            given = MARKS.fullmatch(line.strip())
            mark = given.groups() if given else None
        block = []
    return found


def read(page, text):
    fenced, rest = fences(text)
    blocks = [Block(page, *each) for each in fenced]
    blocks += [Block(page, line, "indented", words, mark) for line, words, mark in indented(rest)]
    blocks.sort(key=lambda block: block.line)
    for before, block in zip(blocks, blocks[1:]):
        if block.mark == "printed by":
            before.printed = block.text.splitlines()
    return blocks


def commands(text):
    """[(command, expected lines)] of a console block; a command goes on after a backslash and to the end of its
    here-document, END."""
    found = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append([line[2:], []])
        elif found[-1][0].endswith("\\") or ("<<'END'" in found[-1][0] and not found[-1][0].endswith("\nEND")):
            found[-1][0] += "\n" + line
        else:
            found[-1][1].append(line)
    return found


def lines_of_shell(text):
    """The commands of an sh block: a line each, or more after a backslash."""
    return [line for line in re.split(r"(?<!\\)\n", text) if line.strip() and not line.startswith("#")]


def steps(block):
    """[(command, expected lines, or None where nothing is compared)]"""
    if block.language == "console":
        return [(command, lines or None) for command, lines in commands(block.text)]
    if block.language == "sh":
        return [(command, None) for command in lines_of_shell(block.text)]
    return [(f"/usr/bin/python3 - <<'END'\n{block.text}END", block.printed)]


def sections(text):
    """{section: {key: its lines}} of a settings text; a section that is not a list of keys is one text."""
    found, name, key = {}, None, None
    for line in text.splitlines(keepends=True):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        top, inner = re.match(r"^(\w+):(.*)", line), re.match(r"^  (\S[^:]*|\"[^\"]+\"):", line)
        if top:
            name, key = top[1], None
            found[name] = {} if not top[2].split("#")[0].strip() else line
        elif isinstance(found[name], str):
            found[name] += line
        elif inner:
            key = inner[1]
            found[name][key] = line
        else:
            found[name][key] += line
    return found


def within(base, text, section):
    """The settings `base` with the keys of `text`; `section` is that of a text of keys alone. A model with variables of
    its own replaces the base's."""
    whole, part = sections(base), sections(f"{section}:\n{text}" if section else text)
    for name, keys in part.items():
        old = whole.get(name)
        whole[name] = {**old, **keys} if isinstance(old, dict) and isinstance(keys, dict) and "variables" not in keys else keys
    return "".join(keys if isinstance(keys, str) else f"{name}:\n{''.join(keys.values())}" for name, keys in whole.items())


def pictures(text):
    """[(picture, command, is long)] of the table of pictures: | `PICTURE` | `COMMAND` | (long: why) |"""
    rows = re.findall(r"^\| `([^`]+\.(?:png|svg))` \| `([^`]+)` \|([^|]*)\|$", text, re.M)
    return [(picture, command, "long" in remark) for picture, command, remark in rows]
