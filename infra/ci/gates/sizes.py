"""Checks that files, crates, and the names of tests stay small enough to read.

- A Rust file has at most 400 lines, tests included.
- A crate of `infra` has at most 7,000 lines without tests. Only `e2e` may have more: it consists of
  tests.
- The name of a test has at least three words and at most 60 characters.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MAX_FILE = 400
MAX_CRATE = 7_000
MAX_NAME = 60
MIN_WORDS = 3
# By convention, the tests are the last part of a file.
TESTS = re.compile(r"^#\[cfg\(test\)\]\nmod \w+ \{.*", re.MULTILINE | re.DOTALL)
TEST = re.compile(r"#\[(?:tokio::)?test\b[^\n]*\]\s*(?:#\[[^\n]*\]\s*)*(?:async )?fn (\w+)")


def files(root: Path) -> dict[Path, str]:
    found = (file for folder in ("functions", "shared", "infra") for file in (root / folder).rglob("*.rs"))
    return {file.relative_to(root): file.read_text(encoding="utf-8") for file in sorted(found)}


def long_files(texts: dict[Path, str]) -> list[str]:
    lines = {file: text.count("\n") for file, text in texts.items()}
    return [f"{file}: {count} lines, at most {MAX_FILE} are allowed" for file, count in lines.items() if count > MAX_FILE]


def large_crates(texts: dict[Path, str]) -> list[str]:
    lines: dict[str, int] = {}
    for file, text in texts.items():
        folder, crate, *rest = file.parts
        if folder == "infra" and crate != "e2e" and rest[0] == "src" and "tests" not in (*rest[:-1], file.stem):
            lines[crate] = lines.get(crate, 0) + TESTS.sub("", text).count("\n")
    return [f"infra/{crate}: {count} lines, at most {MAX_CRATE} are allowed" for crate, count in lines.items() if count > MAX_CRATE]


def test_names(texts: dict[Path, str]) -> list[str]:
    names = [(file, name) for file, text in texts.items() for name in TEST.findall(text)]
    return [
        *(f"{file}: the test {name} has {len(name)} characters, at most {MAX_NAME} are allowed" for file, name in names if len(name) > MAX_NAME),
        *(f"{file}: the name of the test {name} does not say what is expected" for file, name in names if name.count("_") + 1 < MIN_WORDS),
    ]


def main() -> int:
    texts = files(ROOT)
    errors = [*long_files(texts), *large_crates(texts), *test_names(texts)]
    for error in errors:
        print(error, file=sys.stderr)
    if not errors:
        print(f"{len(texts)} files, the crates of infra, and the names of tests have allowed sizes")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
