"""Checks the language of code, docs, and commits, as docs/style.md asks for it.

- At most 0.2 words or phrases of a list per 1,000 lines of Rust and Markdown, identifiers included.
- No sentence of more than 35 words in Markdown.
- No doc comment of three words or fewer.
- Commit subjects of the form `area: imperative summary`, at most 72 characters.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MAX_RATE = 0.2
MAX_SENTENCE = 35
MIN_DOC = 4
MAX_SUBJECT = 72
# The last commit before the rule for subjects.
RULE_BEGINS_AFTER = "94b5202"
# Both pages list the words that are not used.
LISTS_OF_WORDS = {"docs/style.md", "docs/glossary.md"}
WORDS = re.compile(
    r"(?<![a-z])(told|owed|owes|whoever|somebody|nobody|mend(s|ed|ing)?)(?![a-z])"
    r"|\bof ours\b|\bbe it\b|\bno\s+(\S+\s+){1,4}any\s?more\b",
    re.IGNORECASE,
)
SUBJECT = re.compile(r"[a-z][a-z0-9-]*: [a-z`].*[^.]")


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def listed_words(texts: dict[str, str]) -> list[str]:
    """Every place of a listed word, if there are more than the rate allows."""
    counted = {path: text for path, text in texts.items() if path not in LISTS_OF_WORDS}
    lines = sum(text.count("\n") for text in counted.values())
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: uses {' '.join(match.group().split())!r}"
        for path, text in counted.items()
        for match in WORDS.finditer(text)
    ]
    print(f"language: {len(found)} listed words in {lines} lines, {1000 * len(found) / lines:.2f} per 1,000")
    return found if len(found) > MAX_RATE * lines / 1000 else []


def sentences(markdown: str) -> list[str]:
    """The sentences of a page. Headings, list items, and table cells end a sentence, and code counts as one word."""
    text = re.sub(r"(?ms)^\s*(`{3,}|~{3,}).*?^\s*\1\s*$", "\n\n", markdown)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"`[^`]*`", "code", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"(?m)^\s*([-*+]|\d+\.|#+|>)\s+", "\n\n", text)
    text = re.sub(r"(?m)^\s*\|.*$", lambda row: "\n\n" + row.group().replace("|", "\n\n") + "\n\n", text)
    return [
        " ".join(sentence.split())
        for paragraph in re.split(r"\n\s*\n", text)
        for sentence in re.split(r"(?<=[.!?])[\"”)*_]*\s+", paragraph)
        if sentence.strip()
    ]


def long_sentences(texts: dict[str, str]) -> list[str]:
    return [
        f"{path}: a sentence of {len(sentence.split())} words: {sentence[:90]}…"
        for path, text in texts.items()
        if path.endswith(".md")
        for sentence in sentences(text)
        if len(sentence.split()) > MAX_SENTENCE
    ]


def short_docs(texts: dict[str, str]) -> list[str]:
    found = []
    for path, text in texts.items():
        if not path.endswith(".rs"):
            continue
        block: list[str] = []
        for number, line in enumerate([*text.split("\n"), ""], start=1):
            comment = re.match(r"\s*//[/!](?!/) ?(.*)", line)
            if comment:
                block.append(comment.group(1))
            elif block:
                if len(" ".join(block).split()) < MIN_DOC:
                    found.append(f"{path}:{number - len(block)}: a doc of fewer than {MIN_DOC} words: {' '.join(block)}")
                block = []
    return found


def commit_subjects() -> list[str]:
    known = subprocess.run(
        ["git", "merge-base", "--is-ancestor", RULE_BEGINS_AFTER, "HEAD"], cwd=ROOT, capture_output=True, check=False
    )
    if known.returncode != 0:
        print("language: commit subjects not checked, since this clone lacks the history")
        return []
    subjects = git("log", "--no-merges", "--format=%h %s", f"{RULE_BEGINS_AFTER}..HEAD").splitlines()
    return [
        f"commit {line}: a subject has the form `area: imperative summary`, at most {MAX_SUBJECT} characters"
        for line in subjects
        if not SUBJECT.fullmatch(subject := line.split(" ", 1)[1]) or len(subject) > MAX_SUBJECT
    ]


def main() -> int:
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in git("ls-files", "*.rs", "*.md").splitlines()}
    faults = [*listed_words(texts), *long_sentences(texts), *short_docs(texts), *commit_subjects()]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
