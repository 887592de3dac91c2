"""Measures each release binary: its size, its start time, and the instructions per event.

    python -m infra.ci.functions.speed target/ci/sam-shipped

valgrind counts the instructions, so the result hardly depends on the machine and its load. A run
with one event covers the start, the connection, and the first response. A run with fifty more
events shows the cost of an event in a warm function. The start time is the median of several starts
up to the first response, and depends on the machine. A fake AWS responds immediately over plain
HTTP, so the figures do not include TLS.
"""

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from infra.ci.functions.canned_aws import CannedAws
from infra.ci.functions.events import environment, load_event, logical_id
from infra.ci.functions.runtime_api import RuntimeApi

# A typical event for each function.
EVENTS = {
    "billing": "post-checkout-without-session",
    "checklist-read": "get-landing",
    "checklist-write": "post-host-events",
    "event-publisher": "stream-signed-up",
    "host-api": "create",
    "mailer": "stream-welcome",
    "operator": "get-waiting-without-session",
    "org-signup": "post-multipart",
    "provisioner": "scheduled",
    "reconciler": "scheduled",
    "sign-in": "get-login",
    "stripe-webhook": "invoice-paid",
    "trial-reminder": "scheduled",
    "webhook-sender": "message",
}
MORE = 50
STARTS = 9
# Seconds. A program runs about fifty times slower under valgrind.
TIMEOUT = 120


class Run:
    """Starts a function, sends it an event several times, and stops it."""

    def __init__(self, program: Path, function: str, events: int, before: list[str]):
        runtime, aws = RuntimeApi(), CannedAws()
        event = load_event(function, EVENTS[function])
        began = time.monotonic()
        process = subprocess.Popen(
            [*before, program], env=environment(runtime, aws, function), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            for number in range(events):
                aws.deliver(event)
                kind, response = runtime.invoke(event, TIMEOUT)
                assert kind == "response", f"{function}: {response}"
                if number == 0:
                    self.first = time.monotonic() - began
            self.calls = list(aws.calls)
            self.memory = peak_memory(process.pid)
        finally:
            process.terminate()
            process.wait()
            runtime.close()


def peak_memory(pid: int) -> float:
    """Returns the peak memory in megabytes, as the kernel reports it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1e3


def instructions(program: Path, function: str, events: int) -> float:
    """Returns the instructions in millions, from the start to the last response."""
    with tempfile.NamedTemporaryFile() as log:
        counter = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", f"--log-file={log.name}"]
        Run(program, function, events, counter)
        report = Path(log.name).read_text(encoding="utf-8")
    return int(re.search(r"I\s+refs:\s+([\d,]+)", report)[1].replace(",", "")) / 1e6


def main() -> int:
    built = Path(sys.argv[1])
    print("| function | event | size | start | memory | instructions, first | one more | AWS calls |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for function, case in EVENTS.items():
        program = built / logical_id(function) / "bootstrap"
        runs = [Run(program, function, 1, []) for _ in range(STARTS)]
        first = instructions(program, function, 1)
        more = (instructions(program, function, 1 + MORE) - first) / MORE
        start = statistics.median(run.first for run in runs) * 1e3
        size = program.stat().st_size / 1e6
        print(
            f"| {function} | {case} | {size:.1f} MB | {start:.0f} ms | {runs[-1].memory:.1f} MB "
            f"| {first:.2f} M | {more:.2f} M | {len(runs[-1].calls)} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
