"""Checks that the Python packages of the checks have pinned versions and hashes.

A requirements file names the packages that the checks use. The lock file beside it, which infra/ci/run
installs, also names the packages that those need. infra/ci/README.md has the command that writes it.
"""

import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]


def faults(required: str, locked: str) -> list[str]:
    """Returns the problems of a lock file."""
    entries = re.split(r"(?<!\\)\n", locked.strip())
    pinned = {entry.split(" ")[0] for entry in entries}
    wanted = [re.sub(r"\[.*\]", "", line) for line in required.split()]
    return [f"{name} is not in the lock file" for name in wanted if name not in pinned] + [
        f"{entry.split(' ')[0]} has no version or no hash" for entry in entries if "==" not in entry or "--hash=sha256:" not in entry
    ]


def main() -> int:
    locks = sorted(FOLDER.glob("**/*.lock"))
    errors = []
    for lock in locks:
        requirements = lock.with_suffix(".txt")
        required = requirements.read_text(encoding="utf-8") if requirements.exists() else ""
        errors += [f"{lock.relative_to(FOLDER)}: {fault}" for fault in faults(required, lock.read_text(encoding="utf-8"))]
    for error in errors:
        print(error, file=sys.stderr)
    if not errors:
        print(f"{len(locks)} lock files pin the version and the hashes of every Python package")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
