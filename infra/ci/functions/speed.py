"""Measures each release binary and fails if a figure is worse than recorded (see limits.py).

    python -m infra.ci.functions.speed [--write] target/ci/sam-shipped target/ci/floor/bootstrap [FUNCTION…]

With `--write`, it records the figures of all functions in `speed.toml` and docs/performance.md instead.
With names of functions, it measures only these. The program `floor` makes the same calls as
`stripe-webhook`, and is measured with the same event.

- valgrind counts the instructions, so the result hardly depends on the machine and its load. A run with
  one event covers the start, the connections, and the first response. A run with fifty more events
  shows the cost of an event in a warm function. Both runs end when the function waits for its next event.
- The memory is the peak of the process, the smallest of several starts. The start time is the median up
  to the first response.
- Calls are requests to AWS and to the host app: those up to the first response, and those of a later
  event. write_units.py explains how write units are counted.

A fake AWS responds immediately over TLS 1.3. Its certificate has an RSA key of 2048 bits, as those of
AWS, but no intermediate certificate. The secrets are in the fake Secrets Manager, and each service has
its own address. The fake host app has no TLS. A function that reads the root certificates of the machine
reads those of the package certifi instead, so the result does not depend on the machine.
"""

import argparse
import re
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import certifi

from infra.ci.functions import limits, report
from infra.ci.functions.certificate import Certificate
from infra.ci.functions.events import CHECKS, TYPICAL, canned_aws, environment, load_event, logical_id
from infra.ci.functions.limits import FLOOR, WEBHOOK, Figures
from infra.ci.functions.runtime_api import RuntimeApi
from infra.ci.functions.write_units import write_units

MORE = 50
STARTS = 15
# Seconds. A program runs about fifty times slower under valgrind.
TIMEOUT = 120


class Run:
    """Starts a function, sends it an event several times, and stops it."""

    def __init__(self, program: Path, function: str, events: int, certificate: Certificate, before: tuple = ()):
        case, _ = TYPICAL[function]
        check = dict(CHECKS[function])[case]
        runtime, aws, event = RuntimeApi(), canned_aws(certificate.context()), load_event(function, case)
        env = environment(runtime, aws, function, AWS_CA_BUNDLE=str(certificate.root), SSL_CERT_FILE=str(certificate.roots))
        aws.deliver(event)
        began = time.monotonic()
        process = subprocess.Popen([*before, program], env=env, stdout=subprocess.DEVNULL)
        try:
            for number in range(events):
                if number > 0:
                    aws.deliver(event)
                kind, response = runtime.invoke(event, TIMEOUT)
                if number == 0:
                    self.first = time.monotonic() - began
                assert kind == "response", f"{program}: {response}"
                check(response, aws.calls)
            for _ in range(events + 1):
                runtime.wait_for_poll(TIMEOUT)
            self.calls = aws.calls
            self.write_units = write_units(aws.writes, list(aws.items.values()))
            self.memory = peak_memory(process.pid)
        finally:
            process.terminate()
            process.wait()
            runtime.close()
            aws.close()


def peak_memory(pid: int) -> float:
    """Returns the peak memory in megabytes, as the kernel reports it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1e3


def count(program: Path, function: str, events: int, certificate: Certificate) -> tuple[float, Run]:
    """Returns the instructions in millions, from the start until the function waits for a further event."""
    with tempfile.NamedTemporaryFile() as log:
        counter = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", f"--log-file={log.name}")
        run = Run(program, function, events, certificate, counter)
        output = Path(log.name).read_text(encoding="utf-8")
    return int(re.search(r"I\s+refs:\s+([\d,]+)", output)[1].replace(",", "")) / 1e6, run


def measure(program: Path, function: str, certificate: Certificate) -> tuple[dict[str, float], list[str]]:
    """Returns the figures of a program, and its calls for an event when it is warm."""
    runs = [Run(program, function, 1, certificate) for _ in range(STARTS)]
    first, cold = count(program, function, 1, certificate)
    all_events, warm = count(program, function, 1 + MORE, certificate)
    figures = {
        "size": program.stat().st_size / 1e6,
        "start": statistics.median(run.first for run in runs) * 1e3,
        "memory": min(run.memory for run in runs),
        "first": first,
        "more": (all_events - first) / MORE,
        "first_calls": len(cold.calls),
        "calls": len(warm.calls),
        "write_units": warm.write_units,
    }
    return figures, warm.calls


def measure_all(built: Path, floor: Path, functions: list[str]) -> tuple[Figures, list[str]]:
    """Returns the figures, and an error if the floor makes other calls than the webhook."""
    programs = {function: (built / logical_id(function) / "bootstrap", function) for function in functions}
    if WEBHOOK in functions:
        programs[FLOOR] = (floor, WEBHOOK)
    figures, calls = {}, {}
    print(report.heading())
    with tempfile.TemporaryDirectory() as folder:
        certificate = Certificate(Path(folder), Path(certifi.where()))
        for subject, (program, function) in programs.items():
            figures[subject], calls[subject] = measure(program, function, certificate)
            print(report.row(subject, figures), flush=True)
    differs = calls.get(FLOOR) != calls.get(WEBHOOK) or figures.get(FLOOR, {}).get("write_units") != figures.get(WEBHOOK, {}).get("write_units")
    return limits.with_ratios(figures), ["the floor must make the same calls as the webhook"] if differs else []


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("built", type=Path)
    parser.add_argument("floor", type=Path)
    parser.add_argument("functions", nargs="*")
    options = parser.parse_args()
    if options.write and options.functions:
        parser.error("--write records all functions")
    figures, errors = measure_all(options.built, options.floor, options.functions or list(TYPICAL))
    print("", *report.goal_table(figures), sep="\n")
    if options.write and not errors:
        report.write(figures)
    else:
        errors += limits.errors(figures, report.load())
    for error in errors:
        print(error, file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
