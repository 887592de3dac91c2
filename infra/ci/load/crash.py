"""Kills a running stack again and again, and checks that nothing is lost or doubled.

    python3 -m infra.ci.load.crash target/release/onramp --kills 20

Sign-ups and Stripe webhooks arrive without a pause. Each time, the stack is killed with SIGKILL in
the middle, and starts again on the same data folder. Like Stripe and like a browser, the senders
repeat what got no success. They also repeat every third event that did.
"""

import argparse
import asyncio
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from pathlib import Path

from infra.ci.load.client import Client
from infra.ci.load.organizations import HISTORY, Events, Organization, check, let_two_hours_pass
from infra.ci.running import start

WORKERS = 16
# Seconds between the first request and the kill.
SHORTEST, LONGEST = 0.5, 3


class Senders:
    """Everything that must be sent, over all lives of the stack."""

    def __init__(self):
        self.stripe: Events | None = None
        self.organizations: list[Organization] = []
        # A sign-up is an organization. Each entry also counts its attempts without success.
        self.waiting: deque[tuple[Organization | bytes, int]] = deque()
        self.counts = Counter()
        self.chance = random.Random(1)

    def sign_up(self) -> Organization:
        number = len(self.organizations)
        # Half of the organizations start with a trial, and the other half with a payment.
        self.organizations.append(Organization(f"Org{number:06}", with_trial=number % 2 == 0))
        return self.organizations[-1]

    async def work(self, client: Client, endless: bool):
        """Sends one request after the other, until the stack does not respond."""
        while self.waiting or endless:
            sent, attempts = self.waiting.popleft() if self.waiting else (self.sign_up(), 0)
            send = self.form if isinstance(sent, Organization) else self.event
            status = await send(client, sent, attempts)
            if status not in (200, 303):
                self.waiting.append((sent, attempts + 1))
            if status == 0:
                return

    async def form(self, client: Client, organization: Organization, _attempts: int) -> int:
        response = await organization.sign_up(client, self.organizations.index(organization))
        self.counts[f"sign-up {response.status or 'without response'}"] += 1
        if response.status == 303:
            self.waiting.extend((event, 0) for event in self.stripe.history(organization, HISTORY))
        return response.status

    async def event(self, client: Client, body: bytes, attempts: int) -> int:
        response = await client.webhook(body)
        self.counts[f"webhook {response.status or 'without response'}"] += 1
        if response.status != 200:
            return response.status
        outcome = re.search(r'"outcome":"(\w+)"', response.body)[1]
        if attempts == 1:
            self.counts["repeated webhooks whose effect was already stored" if outcome == "ignored" else "repeated webhooks with an effect"] += 1
        if attempts == 0 and self.chance.random() < 1 / 3:
            # Not 0 or 1, so this repetition is not counted and not repeated.
            self.waiting.append((body, 2))
        return response.status


async def life(senders: Senders, process: subprocess.Popen, url: str, ends_after: float | None):
    """Sends to one process until its kill, or without a time until everything is accepted."""
    client = Client(url)
    if senders.stripe is None:
        senders.stripe = await Events.of(client)
    workers = [asyncio.create_task(senders.work(client, endless=ends_after is not None)) for _ in range(WORKERS)]
    if ends_after is not None:
        await asyncio.sleep(ends_after)
        process.kill()
    await asyncio.gather(*workers)
    client.close()


async def end(senders: Senders, url: str) -> list[str]:
    client = Client(url)
    await let_two_hours_pass(client)
    wrong = await check(client, senders.organizations)
    client.close()
    return wrong + [f"{len(senders.waiting)} requests were not accepted"] * bool(senders.waiting)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    senders, ready = Senders(), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(options.kills + 1):
            began = time.monotonic()
            process, url = start([options.program, "--data", str(folder / "data")], "/_local/health", folder / f"log{number}")
            ready.append(time.monotonic() - began)
            try:
                is_last = number == options.kills
                asyncio.run(life(senders, process, url, None if is_last else senders.chance.uniform(SHORTEST, LONGEST)))
                wrong = asyncio.run(end(senders, url)) if is_last else []
            finally:
                process.kill()
                process.wait()
    print(f"{options.kills} kills, each start within {max(ready):.1f} s, {len(senders.organizations)} organizations")
    for what, count in sorted(senders.counts.items()):
        print(f"  {count:6} {what}")
    print(f"  {'nothing lost, nothing doubled' if not wrong else f'{len(wrong)} errors'}")
    for error in wrong[:20]:
        print(f"  ✗ {error}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
