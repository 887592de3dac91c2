"""Sends many Stripe webhooks to a running stack, and checks that nothing is lost or doubled.

    python3 -m infra.ci.load.load target/release/onramp --seconds 600 --rate 50

Three scenarios run one after the other, each on a new data folder in memory:

- steady: webhooks at a constant rate. 30 % repeat an event, and 10 % have a forged signature.
- burst: 2,000 different events within one second.
- one organization: 500 different events of one organization at once.

Like Stripe, the sender repeats an event until the response is 2xx. The latency of a webhook counts
from the time at which it should be sent, so a slow response also delays the ones behind it.
"""

import argparse
import asyncio
import os
import random
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from infra.ci.load.client import Client
from infra.ci.load.organizations import CREATED, FAILED, HISTORY, PAID, Events, Organization, check, let_two_hours_pass, settle
from infra.ci.running import start

DUPLICATES, FORGED = 0.3, 0.1
# A file system in memory, because the figures must not depend on the disk.
MEMORY = "/dev/shm"
# Seconds before the second attempt. Each further wait is twice as long. Stripe waits longer.
RETRY = 1
ATTEMPTS = 8


class Sender:
    """Sends webhooks at given times, and counts the responses."""

    def __init__(self, client: Client):
        self.client = client
        self.outcomes, self.failures = Counter(), Counter()
        self.seconds: list[float] = []
        self.open = self.most_open = 0

    async def event(self, body: bytes, what: str, due: float):
        """Sends an event until it is accepted."""
        for attempt in range(ATTEMPTS):
            response = await self.attempt(body, due)
            if response.status == 200:
                outcome = re.search(r'"outcome":"(\w+)"', response.body)[1]
                self.outcomes[what, outcome] += 1
                return
            self.failures[f"{response.status} {response.body[:200]}"] += 1
            await asyncio.sleep(RETRY << attempt)
            due = time.monotonic()
        self.outcomes[what, "never accepted"] += 1

    async def forged(self, body: bytes, what: str, due: float):
        """Sends an event with the signature of another secret."""
        response = await self.attempt(body, due, secret="whsec_forged")
        self.outcomes[what, str(response.status)] += 1

    async def attempt(self, body: bytes, due: float, **signing):
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        response = await self.client.webhook(body, **signing)
        self.open -= 1
        self.seconds.append(time.monotonic() - due)
        return response

    def percentile(self, percent: int) -> float:
        """Returns a latency in milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]

    def count(self, what: str, *outcomes: str) -> int:
        return sum(count for (kind, outcome), count in self.outcomes.items() if kind == what and outcome in outcomes)


async def sign_up(client: Client, count: int) -> list[Organization]:
    organizations = [Organization(f"Org{number:06}", with_trial=False) for number in range(count)]
    gate = asyncio.Semaphore(16)

    async def one(number: int, organization: Organization):
        async with gate:
            response = await organization.sign_up(client, number + 1)
            assert response.status == 303, f"sign-up: {response}"

    await asyncio.gather(*(one(*it) for it in enumerate(organizations)))
    return organizations


async def at_rate(sends: list, rate: float):
    """Starts each send at its time, whether or not earlier ones have ended. Waits for all."""
    began, tasks = time.monotonic(), []
    for number, send in enumerate(sends):
        due = began + number / rate
        await asyncio.sleep(max(0, due - time.monotonic()))
        tasks.append(asyncio.create_task(send(due)))
    await asyncio.gather(*tasks)


def mixed(sender: Sender, events: list[bytes]) -> list:
    """Returns the sends of the steady scenario. A duplicate repeats one of the last 1,000 events."""
    chance, sends, sent = random.Random(1), [], 0
    share = len(events) / (1 - DUPLICATES - FORGED)
    kinds = ["new"] * (len(events) - 1) + ["duplicate"] * round(share * DUPLICATES) + ["forged"] * round(share * FORGED)
    chance.shuffle(kinds)
    for kind in ["new", *kinds]:
        body = events[chance.randrange(max(0, sent - 1000), max(1, sent))]
        if kind == "new":
            body, sent = events[sent], sent + 1
        send = sender.forged if kind == "forged" else sender.event
        sends.append(lambda due, send=send, body=body, kind=kind: send(body, kind, due))
    return sends


async def steady(client: Client, sender: Sender, options) -> tuple[list[Organization], list, float]:
    count = options.rate * options.seconds
    organizations = await sign_up(client, round(count * (1 - DUPLICATES - FORGED)) // len(HISTORY))
    stripe = await Events.of(client)
    events = [event for one in organizations for event in stripe.history(one, HISTORY)]
    return organizations, mixed(sender, events), options.rate


async def burst(client: Client, sender: Sender, options) -> tuple[list[Organization], list, float]:
    organizations = await sign_up(client, options.burst // len(HISTORY))
    stripe = await Events.of(client)
    events = [event for one in organizations for event in stripe.history(one, HISTORY)]
    random.Random(1).shuffle(events)
    return organizations, [lambda due, body=body: sender.event(body, "new", due) for body in events], options.burst


async def one_organization(client: Client, sender: Sender, options) -> tuple[list[Organization], list, float]:
    organizations = await sign_up(client, 1)
    stripe = await Events.of(client)
    events = stripe.history(organizations[0], [CREATED, *[PAID] * (options.storm - 11), *[FAILED] * 10])
    random.Random(1).shuffle(events)
    return organizations, [lambda due, body=body: sender.event(body, "new", due) for body in events], float("inf")


def cpu_of(pid: int) -> float:
    """Returns the CPU seconds of a process (man 5 proc_pid_stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_of_client() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def warnings(log: Path) -> Counter:
    """Counts the warnings of the program, without times and ids."""
    lines = re.findall(r"^\S+ +(?:WARN|ERROR) (.*)", log.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    return Counter(re.sub(r'"?[0-9a-f]{8}-[0-9a-f-]+"?', "…", line)[:300] for line in lines)


async def run(scenario, options, folder: Path) -> bool:
    log = folder / "log"
    process, url = start([options.program, "--data", str(folder / "data")], "/_local/health", log)
    client = Client(url)
    try:
        sender = Sender(client)
        organizations, sends, rate = await scenario(client, sender, options)
        began, cpu, own = time.monotonic(), cpu_of(process.pid), cpu_of_client()
        await at_rate(sends, rate)
        took = time.monotonic() - began
        cpu, own = cpu_of(process.pid) - cpu, cpu_of_client() - own
        rest = await settle(client)
        wrong = await check(client, organizations)
        if wrong:
            # The mailer leaves emails above its rate to a scheduled run.
            await let_two_hours_pass(client)
            wrong = await check(client, organizations)
    finally:
        client.close()
        process.kill()
        process.wait()
    print(f"\n{scenario.__name__.replace('_', ' ')}: {len(sends)} webhooks in {took:.1f} s, {len(sends) / took:.0f} per second")
    print(f"  accepted               {sender.count('new', 'applied', 'linked', 'ignored')} new, {sender.count('duplicate', 'ignored')} duplicates without effect")
    print(f"  forged                 {sender.count('forged', '400')} rejected with 400")
    print(f"  latency                p50 {sender.percentile(50):.0f} ms, p99 {sender.percentile(99):.0f} ms, at most {sender.percentile(100):.0f} ms")
    print(f"  open requests          at most {sender.most_open}")
    print(f"  CPU                    program {100 * cpu / took:.0f} %, client {100 * own / took:.0f} % of one core")
    print(f"  emails, domain events  complete {rest:.1f} s after the last response")
    print(f"  outcomes               {', '.join(f'{what} {outcome} {count}' for (what, outcome), count in sorted(sender.outcomes.items()))}")
    for title, counted in (("not accepted", sender.failures), ("logged", warnings(log))):
        for reason, count in counted.most_common(10):
            print(f"  {title}: {count} × {reason}")
    print(f"  {len(organizations)} organizations: {'nothing lost, nothing doubled' if not wrong else f'{len(wrong)} errors'}")
    for error in wrong[:20]:
        print(f"  ✗ {error}")
    rejected = sum(sender.count("forged", status) for (_, status) in sender.outcomes) == sender.count("forged", "400")
    return not wrong and rejected and not any(outcome == "never accepted" for _, outcome in sender.outcomes)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seconds", type=int, default=600, help="duration of the scenario steady")
    parser.add_argument("--rate", type=int, default=50, help="webhooks per second in the scenario steady")
    parser.add_argument("--burst", type=int, default=2000, help="events in the scenario burst")
    parser.add_argument("--storm", type=int, default=500, help="events of one organization at once")
    parser.add_argument("--only", choices=["steady", "burst", "one_organization"])
    options = parser.parse_args()
    ok = True
    for scenario in (steady, burst, one_organization):
        if options.only in (None, scenario.__name__):
            with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
                ok &= asyncio.run(run(scenario, options, Path(folder)))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
