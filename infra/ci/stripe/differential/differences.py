"""Lists the intended differences between our verdict and a library's, with reasons.

Each difference is recognized by the header and the body, not by how the case was generated, and it
applies only to one of our verdicts. Any other difference is an error in our check or in the
library.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from infra.ci.stripe.differential.cases import NOW, Case, sign

TOLERANCE = 300
BOTH = ("python", "node")


@dataclass(frozen=True)
class Difference:
    libraries: tuple[str, ...]
    # Pattern for the full text of our verdict.
    ours: str
    holds: Callable[[Case], bool]
    why: str


def parts(case: Case) -> list[str]:
    return (case.header or "").split(",")


def values(case: Case, name: str) -> list[str]:
    return [part.partition("=")[2] for part in parts(case) if part.partition("=")[0] == name]


def plain(time: str) -> bool:
    return re.fullmatch("[0-9]{1,12}", time) is not None


def ahead(case: Case) -> bool:
    return any(plain(time) and int(time) > NOW + TOLERANCE for time in values(case, "t"))


def padded(case: Case) -> bool:
    return any(re.fullmatch("0[0-9]+", time) for time in values(case, "t"))


def unreadable(case: Case) -> bool:
    try:
        case.body.decode()
    except UnicodeDecodeError:
        return True
    return False


def genuine(case: Case) -> bool:
    """Returns whether one of the secrets signed exactly this body and time, and the time is within
    the tolerance.
    """
    time = next(iter(values(case, "t")), "")
    if len(values(case, "t")) > 1 or not plain(time):
        return False
    signatures = [signature.lower() for signature in values(case, "v1")]
    good = {sign(time, case.body, secret) for secret in case.secrets.split(",")}
    return abs(NOW - int(time)) <= TOLERANCE and not good.isdisjoint(signatures)


MALFORMED = "malformed signature header: "

STRICTER = [
    Difference(BOTH, r"signed \d+ seconds before or after now", ahead,
               "a time far ahead: a recording must not be made today for tomorrow"),
    Difference(BOTH, MALFORMED + "not exactly one t", lambda case: len(values(case, "t")) > 1,
               "several times: a gateway joins two headers into one, and the libraries disagree about which one counts"),
    Difference(BOTH, MALFORMED + "t is not a time", lambda case: any(not plain(t) for t in values(case, "t")),
               "a time with other characters than digits: each library rounds, trims, or cuts it differently"),
    Difference(BOTH, MALFORMED + "a part without =", lambda case: any("=" not in part for part in parts(case)),
               "a part without =: Stripe does not send such parts"),
    Difference(BOTH, MALFORMED + "too many signatures", lambda case: len(values(case, "v1")) > 16,
               "more than 16 signatures: checking them would waste time"),
    Difference(BOTH, MALFORMED + "too long", lambda case: len((case.header or "").encode()) > 4096,
               "a header over 4 KiB: checking it would waste time"),
    Difference(BOTH, "no readable v1 signature|no signature matches",
               lambda case: any("=" in signature for signature in values(case, "v1")),
               "a signature with text after a second =: the libraries ignore that text"),
    Difference(BOTH, "no signature matches", padded,
               "a time with leading zeros, signed without them: the signature covers the time as written"),
]

# Each of these has a genuine signature, which `excuse` checks too.
LOOSER = [
    Difference(BOTH, "accepted", padded,
               "a time with leading zeros, signed with them: the signature covers the time as written"),
    Difference(BOTH, "accepted", lambda case: any(re.search("[A-F]", signature) for signature in values(case, "v1")),
               "a signature in uppercase: it is the same number"),
    Difference(BOTH, "accepted", unreadable,
               "a body that is not UTF-8: its bytes are signed (parsing rejects it later)"),
    Difference(("node",), "accepted", lambda case: not case.body,
               "an empty body: it is signed (parsing rejects it later)"),
    Difference(("node",), "accepted", lambda case: case.body.startswith(b"\xef\xbb\xbf"),
               "a byte order mark: Node drops it before the check, but it is part of the signed bytes"),
    Difference(BOTH, "accepted", lambda case: any(not signature.isascii() for signature in values(case, "v1")),
               "a non-ASCII signature next to a valid one: the libraries' comparisons raise"),
    Difference(("node",), "accepted", lambda case: any(signature.split("=")[0] == "" for signature in values(case, "v1")),
               "an empty signature next to a valid one: Node's comparison raises"),
]


def excuse(case: Case, library: str, ours: str) -> Difference | None:
    """Returns the intended difference that explains this case, if any."""
    if ours == "accepted" and not genuine(case):
        return None
    known = LOOSER if ours == "accepted" else STRICTER
    fitting = (one for one in known if library in one.libraries and re.fullmatch(one.ours, ours) and one.holds(case))
    return next(fitting, None)
