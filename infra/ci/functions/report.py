"""Writes the figures of the shipped functions to `speed.toml` and to docs/performance.md.

    python -m infra.ci.functions.report

Without the part `speed`, this program only checks that the page contains the recorded figures.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

from infra.ci.functions.events import TYPICAL
from infra.ci.functions.limits import COLUMNS, FLOOR, RATIO, WEBHOOK, Figures, goals, missed

ROOT = Path(__file__).resolve().parents[3]
RECORD = Path(__file__).parent / "speed.toml"
PAGE = ROOT / "docs/performance.md"
BEGIN, END = "<!-- figures: written by infra/ci/functions/speed.py -->\n", "<!-- end of figures -->\n"


def load() -> dict:
    return tomllib.loads(RECORD.read_text(encoding="utf-8"))


def record(figures: Figures) -> str:
    """Returns the text of `speed.toml` for these figures."""
    commit = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True).strip()
    lines = [
        "# The figures of the shipped functions, written by infra/ci/functions/speed.py with --write.",
        "# infra/ci/functions/limits.py explains how they are used.",
        "",
        f'commit = "{commit}"',
        "",
        "# The goals that are not reached.",
        "[missed]",
        *(f'"{name}" = "{text}"' for name, text in missed(figures).items()),
    ]
    for subject, values in figures.items():
        lines += ["", f'[figures."{subject}"]']
        lines += [f"{name} = {value:.{3 if subject == RATIO else COLUMNS[name].decimals}f}" for name, value in values.items()]
    return "\n".join(lines) + "\n"


def row(subject: str, figures: Figures) -> str:
    cells = [f"{value:.{COLUMNS[name].decimals}f}{COLUMNS[name].unit}" for name, value in figures[subject].items()]
    _, event = TYPICAL[WEBHOOK if subject == FLOOR else subject]
    return " | ".join([f"| {subject}", event, *cells]) + " |"


def heading() -> str:
    headings = " | ".join(["function", "event", *(column.heading for column in COLUMNS.values())])
    return f"| {headings} |\n|---|---|{'---:|' * len(COLUMNS)}"


def goal_table(figures: Figures) -> list[str]:
    found = [(goal, figures[goal.subject][goal.figure]) for goal in goals(figures)]
    return [
        "| goal | at most | measured | reached |",
        "|---|---:|---:|---|",
        *(f"| {goal.name()} | {goal.text(goal.limit)} | {goal.text(value)} | {'no' if value > goal.limit else 'yes'} |" for goal, value in found),
    ]


def tables(commit: str, figures: Figures) -> str:
    """Returns the part of the page between the two comments."""
    lines = [
        f"The figures were measured at commit {commit} on x86-64.",
        "",
        heading(),
        *(row(subject, figures) for subject in figures if subject != RATIO),
        "",
        *goal_table(figures),
    ]
    return "\n".join(lines) + "\n"


def page_with(recorded: dict) -> str:
    """Returns the page with the recorded figures."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    return before + BEGIN + tables(recorded["commit"], recorded["figures"]) + END + after


def write(figures: Figures):
    RECORD.write_text(record(figures), encoding="utf-8")
    PAGE.write_text(page_with(load()), encoding="utf-8")


def main() -> int:
    if PAGE.read_text(encoding="utf-8") != page_with(load()):
        print(f"{PAGE.relative_to(ROOT)} does not contain the figures of {RECORD.relative_to(ROOT)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
