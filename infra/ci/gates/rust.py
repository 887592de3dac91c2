"""Reads the modules of a Rust crate and finds the file that defines a name.

It reads tokens, not syntax. That is enough for the definitions and imports of each module, and for
the paths in its code. Code under `#[cfg(test)]` is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TOKEN = re.compile(
    r"""
    (?P<skipped> \s+ | //[^\n]* | /\*.*?\*/ )
    | [bc]?r(?P<hashes>\#*)".*?"(?P=hashes)
    | [bc]?"(?:\\.|[^"\\])*"
    | b?'(?:\\u\{\w+\}|\\x\w\w|\\.|[^\\'])'
    | '\w+ | (?:r\#)?\w+ | :: | .
    """,
    re.VERBOSE | re.DOTALL,
)
IDENTIFIER = re.compile(r"(?:r#)?[^\W\d]\w*")
CLOSES = {"(": ")", "[": "]", "{": "}"}
DEFINING = {"fn", "struct", "enum", "union", "trait", "type", "const", "static"}
# These items end with a semicolon. The others may end with a block.
WITH_SEMICOLON = {"use", "type", "const", "static", "let"}
QUALIFIERS = {"async", "unsafe", "extern", "default"}

Names = tuple[str, ...]


@dataclass(frozen=True)
class Definition:
    file: Path
    name: str
    is_trait: bool = False


@dataclass(frozen=True)
class Import:
    """One name of a `use` declaration: `*` for a glob, `_` for a trait without a name."""

    name: str
    path: Names
    public: bool


@dataclass
class Module:
    file: Path
    defined: dict[str, Definition] = field(default_factory=dict)
    # Identifiers in macro calls between the items: such a call may define each of them.
    generated: set[str] = field(default_factory=set)
    imports: list[Import] = field(default_factory=list)
    # The tokens of all items, without attributes and `use` declarations.
    code: list[str] = field(default_factory=list)


def tokens(text: str) -> list[str]:
    return [found[0] for found in TOKEN.finditer(text) if found["skipped"] is None]


def closing(code: list[str], at: int) -> int:
    """Returns the position of the bracket that closes the one at `at`."""
    depth = 0
    for position in range(at, len(code)):
        depth += (code[position] in CLOSES) - (code[position] in CLOSES.values())
        if depth == 0:
            return position
    raise ValueError(f"a bracket is not closed: {' '.join(code[at : at + 9])}")


def attribute(code: list[str], at: int) -> tuple[bool, int]:
    """Returns whether the attribute at `at` is for tests only, and the position after it."""
    start = code.index("[", at)
    words, end = code[start + 1 :], closing(code, start) + 1
    return words[:3] == ["cfg", "(", "test"] or words[:5] == ["cfg", "(", "all", "(", "test"], end


def without_visibility(item: list[str]) -> list[str]:
    if item[:1] != ["pub"]:
        return item
    return item[closing(item, 1) + 1 :] if item[1:2] == ["("] else item[1:]


def kind(item: list[str]) -> tuple[str, str]:
    """Returns the keyword and the name of an item without its visibility."""
    words = [word for word in item[:6] if word not in QUALIFIERS and not word.startswith('"') and word != "mut"]
    if words[0] == "const" and words[1] == "fn":
        words = words[1:]
    return words[0], words[1]


def item_end(code: list[str], at: int) -> int:
    """Returns the position after the item or statement at `at`."""
    with_semicolon = kind(without_visibility(code[at : at + 12]))[0] in WITH_SEMICOLON
    while code[at] != ";":
        if code[at] in CLOSES:
            is_block, at = code[at] == "{", closing(code, at)
            if is_block and not with_semicolon:
                break
        at += 1
    return at + 1


def items(code: list[str]) -> Iterator[list[str]]:
    """Yields the items of a module, without attributes and tests."""
    at, for_tests = 0, False
    while at < len(code):
        if code[at] == "#":
            this, at = attribute(code, at)
            for_tests |= this
            continue
        end = item_end(code, at)
        if not for_tests:
            yield code[at:end]
        at, for_tests = end, False


def imports(tree: list[str], prefix: Names, public: bool) -> Iterator[Import]:
    """Yields the names of a `use` tree, which may be nested."""
    at, path = 0, prefix
    while at < len(tree):
        match tree[at]:
            case "{":
                end, first, depth = closing(tree, at), at + 1, 0
                for position in range(first, end + 1):
                    depth += (tree[position] == "{") - (tree[position] == "}")
                    if position == end or (tree[position] == "," and depth == 0):
                        yield from imports(tree[first:position], path, public)
                        first = position + 1
                return
            case "*":
                yield Import("*", path, public)
                return
            case "as":
                yield Import(tree[at + 1], path, public)
                return
            case "::":
                pass
            # `a::{self}` names the module itself.
            case "self" if path:
                pass
            case name:
                path = (*path, name)
        at += 1
    if len(tree) > 0:
        yield Import(path[-1], path, public)


class Crate:
    """The modules of a crate, by their path. The path of the root is empty."""

    def __init__(self, root: Path):
        self.modules: dict[Names, Module] = {}
        self.read_file((), root, root.parent)

    def read_file(self, path: Names, file: Path, folder: Path):
        """Reads a module. Its child modules are in `folder`."""
        self.read(path, Module(file), tokens(file.read_text(encoding="utf-8")), folder)

    def read(self, path: Names, module: Module, code: list[str], folder: Path):
        self.modules[path] = module
        for item in items(code):
            public, item = item[0] == "pub", without_visibility(item)
            match item:
                case ["use", *tree, ";"]:
                    module.imports += imports(tree, (), public)
                case ["mod", name, ";"]:
                    flat = folder / f"{name}.rs"
                    file = flat if flat.exists() else folder / name / "mod.rs"
                    self.read_file((*path, name), file, folder / name)
                case ["mod", name, "{", *inner, "}"]:
                    self.read((*path, name), Module(module.file), inner, folder / name)
                case _:
                    self.define(module, item)
                    module.code += self.body(module, item)

    def define(self, module: Module, item: list[str]):
        keyword, name = kind(item)
        if keyword in DEFINING:
            module.defined[name] = Definition(module.file, name, is_trait=keyword == "trait")
        elif item[:2] == ["macro_rules", "!"]:
            module.defined[item[2]] = Definition(module.file, item[2])
        elif keyword != "impl" and "!" in item:
            module.generated |= {word for word in item if IDENTIFIER.fullmatch(word)}

    def body(self, module: Module, code: list[str]) -> Iterator[str]:
        """Yields the tokens of an item without attributes, tests, and `use` declarations."""
        at, for_tests = 0, False
        while at < len(code):
            if code[at] == "#" and code[at + 1] in ("[", "!"):
                this, at = attribute(code, at)
                for_tests |= this
            elif for_tests:
                at, for_tests = item_end(code, at), False
            elif code[at] == "use" and code[at + 1] != "<":
                end = item_end(code, at)
                module.imports += imports(code[at + 1 : end - 1], (), public=False)
                at = end
            else:
                yield code[at]
                at += 1

    def resolve(self, at: Names, path: Names, seen: frozenset = frozenset()) -> Definition | Names | None:
        """Returns the definition or the module that a path in the module `at` leads to."""
        found: Definition | Names | None = at
        for position, name in enumerate(path):
            if name == "crate":
                found = ()
            elif name == "super":
                found = found[:-1]
            elif name != "self":
                found = self.lookup(found, name, seen, as_module=position < len(path) - 1)
            if not isinstance(found, tuple):
                break
        return found

    def lookup(self, at: Names, name: str, seen: frozenset, *, as_module: bool = False) -> Definition | Names | None:
        """Returns what a name means in the module `at`. A module and a function may share a name."""
        search = (at, name, as_module)
        if search in seen or at not in self.modules:
            return None
        module, child, seen = self.modules[at], (*at, name), seen | {search}
        if name in module.defined and not (as_module and child in self.modules):
            return module.defined[name]
        imported = [self.resolve(at, it.path, seen) for it in module.imports if it.name == name]
        found = next((it for it in imported if it is not None), None)
        if child in self.modules and (as_module or not isinstance(found, Definition)):
            return child
        if found is not None:
            return found
        for glob in (it for it in module.imports if it.name == "*"):
            target = self.resolve(at, glob.path, seen)
            if isinstance(target, tuple) and (found := self.lookup(target, name, seen, as_module=as_module)) is not None:
                return found
        return Definition(module.file, name) if name in module.generated else None

    def paths(self, module: Module) -> Iterator[tuple[Names, bool]]:
        """Yields each path in the code of a module, and whether it is certainly not a variable."""
        code, at = [*module.code, ";", ";"], 0
        while at < len(code) - 2:
            start = at
            at += 1
            if not IDENTIFIER.fullmatch(code[start]) or (start > 0 and code[start - 1] in (".", "::")):
                continue
            while code[at] == "::" and IDENTIFIER.fullmatch(code[at + 1]):
                at += 2
            path = tuple(code[start:at:2])
            if len(path) > 1 or code[at] != ":":
                yield path, len(path) > 1 or code[at] in ("(", "!", "::") or not path[0].islower()

    def uses(self) -> Iterator[tuple[Path, Definition]]:
        """Yields each file with a definition that its code uses."""
        for at, module in self.modules.items():
            own = {it.name for it in module.imports if not it.public}
            for path, is_certain in self.paths(module):
                # A name in lowercase may be a variable, unless the module imports it.
                if (is_certain or path[0] in own) and (*at, path[0]) not in self.modules:
                    yield module.file, self.resolve(at, path)
            # Code can call the methods of a trait without its name.
            for it in module.imports:
                found = self.resolve(at, it.path)
                if not it.public and isinstance(found, Definition) and found.is_trait:
                    yield module.file, found
