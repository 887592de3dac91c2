"""Generates signature headers and bodies, as Stripe sends them and in invalid forms.

All cases come from one seed, so every run has the same cases. A header is built part by part (time,
signatures, other schemes) from valid, nearly valid, and hostile forms. Some headers are then
damaged by one character.
"""

import hashlib
import hmac
from dataclasses import dataclass
from random import Random

NOW = 1_767_225_600
SECRETS = ["whsec_a", "whsec_test_8f2b", "whsec_" + "k" * 80, "whsec_+/=."]
FOREIGN = "whsec_of_another_account"

AGES = [0, 1, -1, 60, 299, 300, 301, -299, -300, -301, 86_400, -86_400, 3_000_000, -3_000_000, NOW]
TEXTS = ["", "{}", "Zoë Søn 株式会社 🤝", "\u2028\u2029\u0000", "Ä" * 40, "a\r\nb\n", "e\u0301", "\\u00e9", '"', "\U0010ffff"]
NOISE = " \t,=;:+-_.0123456789abcdefABCDEFtv\u00a0\u0660é🤝\x00\x7f"


@dataclass(frozen=True)
class Case:
    header: str | None
    body: bytes
    secrets: str

    @property
    def wire(self) -> dict:
        return {"header": self.header, "body": self.body.hex(), "secrets": self.secrets, "now": NOW}


def cases(count: int, seed: int = 1):
    random = Random(seed)
    for _ in range(count):
        yield case(random)


def case(random: Random) -> Case:
    secrets = random.sample(SECRETS, random.choices([1, 2, 3], [8, 3, 1])[0])
    body = a_body(random)
    at = NOW - (random.choice(AGES) if random.random() < 0.5 else random.randint(-400, 400))
    written = a_time(random, at)
    # Stripe signs the time as it is written in the header. A library may sign the parsed number
    # instead.
    signed = written if random.random() < 0.8 else str(at)
    signer = random.choice(secrets) if random.random() < 0.9 else FOREIGN
    header = a_header(random, written, lambda secret: sign(signed, body, secret), signer)
    if random.random() < 0.08:
        body = damaged_body(random, body)
    return Case(header, body, ",".join(secrets))


def sign(time: str, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), time.encode() + b"." + body, hashlib.sha256).hexdigest()


def a_body(random: Random) -> bytes:
    kind = random.random()
    if kind < 0.6:
        return f'{{"id": "evt_{random.getrandbits(48):x}", "name": "{random.choice(TEXTS)}"}}'.encode()
    if kind < 0.9:
        return "".join(random.choices(TEXTS, k=random.randint(0, 12))).encode()
    if kind < 0.93:
        return b"\xef\xbb\xbf" + random.choice(TEXTS).encode()
    if kind < 0.96:
        return random.randbytes(random.randint(0, 64))
    if kind < 0.962:
        return b"[" + b"1234567," * random.randint(1_000, 40_000) + b"0]"
    return b""


def damaged_body(random: Random, body: bytes) -> bytes:
    place = random.randint(0, len(body))
    return random.choice([
        body[:place] + b" " + body[place:],
        body[:place] + body[place + 1:],
        body + b"\n",
        body.strip(),
        body.replace(b" ", b""),
        b"",
    ])


def a_time(random: Random, at: int) -> str:
    if random.random() < 0.8:
        return str(at)
    return random.choice([
        f"0{at}", f"00{at}", f"+{at}", f"-{at}", f" {at}", f"{at} ", f"\t{at}", f"{at}\n", f"{at}.0", f"{at}.9",
        f"{at}s", f"{at}=", f"{at}={at}", f"{at:_}", f"{at}e0", f"{at:#x}", f"{at * 1000}", f"{at}{'0' * 30}", "",
        "now", "NaN", "null", "9" * 400, str(at).translate({48 + digit: 0x0660 + digit for digit in range(10)}),
    ])


def a_signature(random: Random, good: str) -> str:
    return random.choice([
        good[:-1], good[:-2], good + "00", good + "0", good.upper(), f" {good}", f"{good} ", f'"{good}"', f"0x{good}",
        f"{good}={good}", "=" + good, good[::-1], "0" * 64, "z" * 64, "", "é", "ä" + good, random.randbytes(32).hex(),
    ])


def a_header(random: Random, time: str, by, signer: str) -> str | None:
    if random.random() < 0.004:
        return random.choice([None, "", " ", ",", "=", "t", "v1", "t=,v1="])
    good = by(signer)
    parts = [("t", time)]
    signatures = [good if random.random() < 0.85 else a_signature(random, good)]
    while random.random() < 0.3:
        signatures.append(random.choice([a_signature(random, good), by(FOREIGN), good]))
    if random.random() < 0.01:
        signatures += ["0" * 64] * random.choice([14, 15, 16, 17, 40, 70])
    if random.random() < 0.4:
        random.shuffle(signatures)
    parts += [("v1", signature) for signature in signatures]
    if random.random() < 0.3:
        name = random.choice(["v0", "v2", "v1x", "V1", "v", "", "k", "v9"])
        parts.append((name, random.choices([good, "", "x" * 5_000], [20, 20, 1])[0]))
    if random.random() < 0.06:
        parts.append(("t", random.choice([time, str(NOW), str(NOW - 9_000), "", "now"])))
    if random.random() < 0.04:
        place = random.randrange(len(parts))
        name, value = parts[place]
        parts[place] = (random.choice([f" {name}", f"{name} ", name.upper(), f"\t{name}", f"{name}{name}"]), value)
    if random.random() < 0.2:
        random.shuffle(parts)
    fields = [f"{name}={value}" for name, value in parts]
    if random.random() < 0.03:
        fields.insert(random.randint(0, len(fields)), random.choice(["", " ", "t", "v1", "v0", good, "🤝"]))
    header = random.choices([",", ", ", " ,", ";", ",,", "&"], [94, 2, 1, 1, 1, 1])[0].join(fields)
    return damaged(random, header) if random.random() < 0.12 else header


def damaged(random: Random, header: str) -> str:
    place = random.randrange(len(header))
    noise = random.choice(NOISE)
    return random.choice([
        header[:place] + noise + header[place:],
        header[:place] + header[place + 1:],
        header[:place] + noise + header[place + 1:],
        header[:place],
        header.upper(),
        f" {header} ",
    ])
