"""Compares our signature check with Stripe's Python and Node libraries, on generated cases.

    python -m infra.ci.stripe.differential JUDGE NODE_FOLDER COUNT

JUDGE is the built example `judge` of `shared/stripe`. NODE_FOLDER contains `node_modules/stripe`,
and this Python has the package `stripe`. Each difference must be listed in `differences.py`, and
each listed difference must occur.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import stripe._webhook
from stripe import WebhookSignature

from infra.ci.stripe.differential.cases import NOW, Case, cases
from infra.ci.stripe.differential.differences import LOOSER, STRICTER, TOLERANCE, excuse

HERE = Path(__file__).resolve().parent


def judged_by_python(case: Case) -> str:
    for secret in case.secrets.split(","):
        try:
            WebhookSignature.verify_header(case.body, case.header, secret, TOLERANCE)
        except Exception:
            # Any exception means that the library rejects the event.
            continue
        return "accepted"
    return "refused"


def judged_by(command: list[str], wire: Path) -> list[str]:
    with wire.open("rb") as lines:
        # One verdict per line, in the order of the cases.
        return subprocess.run(command, stdin=lines, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()


def main(judge: str, node_folder: str, count: int) -> int:
    stripe._webhook.time.time = lambda: NOW
    made = list(cases(count))
    with tempfile.TemporaryDirectory() as folder:
        wire = Path(folder) / "cases"
        wire.write_text("".join(f"{json.dumps(case.wire)}\n" for case in made))
        ours = judged_by([judge], wire)
        verdicts = {
            "python": [judged_by_python(case) for case in made],
            "node": judged_by(["node", str(HERE / "judge.mjs"), node_folder], wire),
        }

    met, errors = Counter(), []
    for library, theirs in verdicts.items():
        for case, our, their in zip(made, ours, theirs, strict=True):
            if (our == "accepted") == (their == "accepted"):
                met[library, their] += 1
            elif known := excuse(case, library, our):
                met[library, known] += 1
            else:
                errors.append(f"{library}: {their}, ours: {our}\n    {json.dumps(case.wire)[:600]}")

    for library in verdicts:
        agreed = ", ".join(f"{met[library, verdict]} {verdict} by both" for verdict in ("accepted", "refused"))
        print(f"{library}: {len(made)} cases, {agreed}")
        for title, differences in (("only the library accepts", STRICTER), ("only our check accepts", LOOSER)):
            for known in differences:
                if library in known.libraries:
                    number = met[library, known]
                    print(f"  {number:>7} {title}: {known.why}")
                    if not number:
                        errors.append(f"{library}: no case shows \"{known.why}\"")
    for error in errors[:20]:
        print(f"✗ {error}", file=sys.stderr)
    print(f"{len(errors)} unexplained differences" if errors else "all differences are known")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
