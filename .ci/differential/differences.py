"""Where our verdict and a library's differ on purpose, and why.

Each known difference is judged by the header and the body themselves, not by how the case was made, and holds only
for our own verdict that belongs to it. Any other difference is a fault, on whichever side.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from cases import NOW, Case, sign

TOLERANCE = 300
BOTH = ("python", "node")


@dataclass(frozen=True)
class Difference:
    libraries: tuple[str, ...]
    # Our verdict: a pattern of its whole text.
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
    """Whether a held secret signed exactly these bytes at exactly the one time that is named, near enough to now."""
    time = next(iter(values(case, "t")), "")
    if len(values(case, "t")) > 1 or not plain(time):
        return False
    signatures = [signature.lower() for signature in values(case, "v1")]
    good = {sign(time, case.body, secret) for secret in case.secrets.split(",")}
    return abs(NOW - int(time)) <= TOLERANCE and not good.isdisjoint(signatures)


MALFORMED = "malformed signature header: "

STRICTER = [
    Difference(BOTH, r"signed \d+ seconds away from now", ahead,
               "a time far ahead: a recording must not be made today for tomorrow"),
    Difference(BOTH, MALFORMED + "not exactly one t", lambda case: len(values(case, "t")) > 1,
               "several times: a gateway joins two headers into one, and the libraries disagree about which counts"),
    Difference(BOTH, MALFORMED + "t is not a time", lambda case: any(not plain(t) for t in values(case, "t")),
               "a time that is not just digits: the libraries round, trim or cut it, each in its own way"),
    Difference(BOTH, MALFORMED + "a part without =", lambda case: any("=" not in part for part in parts(case)),
               "a part without =: Stripe sends none"),
    Difference(BOTH, MALFORMED + "too many signatures", lambda case: len(values(case, "v1")) > 16,
               "more than 16 signatures: work for nothing"),
    Difference(BOTH, MALFORMED + "too long", lambda case: len((case.header or "").encode()) > 4096,
               "a header over 4 KiB: work for nothing"),
    Difference(BOTH, "no readable v1 signature|no signature fits",
               lambda case: any("=" in signature for signature in values(case, "v1")),
               "a signature with something behind a second =: the libraries cut it off"),
    Difference(BOTH, "no signature fits", padded,
               "a time with zeros in front, signed without them: the text is what is signed"),
]

# Each of these is genuine all the same, and that is checked too.
LOOSER = [
    Difference(BOTH, "accepted", padded,
               "a time with zeros in front, signed with them: the text is what is signed"),
    Difference(BOTH, "accepted", lambda case: any(re.search("[A-F]", signature) for signature in values(case, "v1")),
               "a signature in capitals: it is the same number"),
    Difference(BOTH, "accepted", unreadable,
               "a body that is not UTF-8: its bytes are signed (that it is no event is found later)"),
    Difference(("node",), "accepted", lambda case: not case.body,
               "an empty body: it is signed (that it is no event is found later)"),
    Difference(("node",), "accepted", lambda case: case.body.startswith(b"\xef\xbb\xbf"),
               "a byte order mark: Node drops it before it checks, the bytes have it"),
    Difference(BOTH, "accepted", lambda case: any(not signature.isascii() for signature in values(case, "v1")),
               "a signature beyond ASCII beside a good one: their comparisons raise"),
    Difference(("node",), "accepted", lambda case: any(signature.split("=")[0] == "" for signature in values(case, "v1")),
               "an empty signature beside a good one: Node's comparison raises"),
]


def excuse(case: Case, library: str, ours: str) -> Difference | None:
    """The known difference that this one is, if it is one."""
    if ours == "accepted" and not genuine(case):
        return None
    known = LOOSER if ours == "accepted" else STRICTER
    fitting = (one for one in known if library in one.libraries and re.fullmatch(one.ours, ours) and one.holds(case))
    return next(fitting, None)
