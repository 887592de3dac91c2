"""Checks that no files of a crate depend on each other in a circle.

A file depends on another file of its crate if its code uses a name that is defined there. A module
that only declares a child or re-exports its names does not depend on it. Paths that start with a
child module do not count either: a router names its handlers. Tests do not count.
"""

import sys
from pathlib import Path

from infra.ci.gates.rust import Crate, Definition

ROOT = Path(__file__).resolve().parents[3]
ROOT_FILES = ("src/lib.rs", "src/main.rs")

Edges = dict[Path, dict[Path, set[str]]]


def edges(root: Path) -> Edges:
    """Returns the names that each file of a crate uses from other files."""
    found: Edges = {}
    for file, used in Crate(root).uses():
        if isinstance(used, Definition) and used.file != file:
            found.setdefault(file, {}).setdefault(used.file, set()).add(used.name)
    return found


def reachable(edges: Edges, file: Path) -> set[Path]:
    found, open_files = set(), [file]
    while open_files:
        for target in edges.get(open_files.pop(), {}):
            if target not in found:
                found.add(target)
                open_files.append(target)
    return found


def circles(edges: Edges) -> list[list[Path]]:
    """Returns the largest groups of files in which each file reaches all others."""
    reach = {file: reachable(edges, file) for file in edges}
    groups = {frozenset(other for other in reach[file] if file in reach.get(other, ())) for file in edges}
    return sorted(sorted(group) for group in groups if group)


def main() -> int:
    roots = sorted(manifest.parent / name for manifest in ROOT.glob("*/*/Cargo.toml") for name in ROOT_FILES if (manifest.parent / name).exists())
    count = 0
    for root in roots:
        uses = edges(root)
        for circle in circles(uses):
            count += 1
            print(f"{len(circle)} files depend on each other:", file=sys.stderr)
            for file in circle:
                for target in sorted(set(circle) & uses[file].keys()):
                    names = ", ".join(sorted(uses[file][target]))
                    print(f"  {file.relative_to(ROOT)} uses {names} of {target.relative_to(ROOT)}", file=sys.stderr)
    if not count:
        print(f"no circle between the files of {len(roots)} crates")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
