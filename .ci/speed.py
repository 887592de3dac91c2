"""What each function costs as it is shipped: its size, its start, and the instructions of an event.

    python speed.py target/ci/sam-shipped

Instructions are counted by valgrind, so machine and load hardly matter: those of a run with one event are the start,
the connection and the first answer; a run with fifty more tells what an event costs once the function is warm. The
start in milliseconds is the median of some, up to the first answer, and belongs to this machine. AWS is a canned one
that answers at once, over plain HTTP: TLS is not in these figures.
"""

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from canned_aws import CannedAws
from release_check import environment, load_event, logical_id
from runtime_api import RuntimeApi

# Of each function the event that it is for.
EVENTS = {
    "billing": "post-checkout-without-session",
    "checklist-read": "get-landing",
    "checklist-write": "post-host-events",
    "event-publisher": "stream-signed-up",
    "mailer": "stream-welcome",
    "operator": "get-waiting-without-session",
    "org-signup": "post-multipart",
    "sign-in": "get-login",
    "stripe-webhook": "invoice-paid",
    "trial-reminder": "scheduled",
}
MORE = 50
STARTS = 9
# valgrind runs a program some fifty times slower.
PATIENCE = 120


class Run:
    """A function that was started and given an event some times, and was then ended."""

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
                kind, answer = runtime.invoke(event, PATIENCE)
                assert kind == "response", f"{function}: {answer}"
                if number == 0:
                    self.first = time.monotonic() - began
            self.calls = list(aws.calls)
            self.memory = peak_memory(process.pid)
        finally:
            process.terminate()
            process.wait()
            runtime.close()


def peak_memory(pid: int) -> float:
    """Megabytes, as the kernel saw the most of them."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1e3


def instructions(program: Path, function: str, events: int) -> float:
    """Millions, from the start to the last answer."""
    with tempfile.NamedTemporaryFile() as log:
        counter = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", f"--log-file={log.name}"]
        Run(program, function, events, counter)
        said = Path(log.name).read_text(encoding="utf-8")
    return int(re.search(r"I\s+refs:\s+([\d,]+)", said)[1].replace(",", "")) / 1e6


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
