"""Who may name whom. A crate that names another against the arrows fails this gate.

    functions/* -> shared/* -> shared/domain        infra/local -> functions/*, shared/*

Adapters do not name each other (anyone may log, through telemetry), the domain names nobody but what reads its files
when it is built, a function names no other function, and nothing that is deployed knows of infra/local. Dependencies
for tests count as well.
"""

import json
import subprocess
import sys
from pathlib import Path

ADAPTERS = {"bus", "host", "mail", "store", "stripe", "web"}

# What a shared crate may name of ours. What the domain names is only there while it is built.
SHARED = {
    "checklists": set(),
    "domain": {"checklists"},
    "signed": set(),
    "telemetry": set(),
    "boot": {"domain", "telemetry"},
    **{adapter: {"domain", "telemetry"} for adapter in ADAPTERS},
    "host": {"domain", "signed", "telemetry"},
    "stripe": {"domain", "signed", "telemetry"},
}

# The domain decides: no IO, no async, no SDK, no randomness, no wire or stored format.
IMPURE = ("aws", "axum", "futures", "getrandom", "http", "hyper", "lambda", "rand", "serde", "tokio", "tower", "tracing")

# Each AWS service has one crate that speaks to it.
SPEAKERS = {
    "aws-sdk-dynamodb": {"store", "local"},
    "aws-sdk-sesv2": {"mail", "local"},
    "aws-sdk-eventbridge": {"bus", "local"},
    "aws-sdk-sqs": {"mailer"},
    "aws-sdk-secretsmanager": {"billing", "host", "sign-in", "stripe-webhook", "local"},
}


def main() -> int:
    root = Path(__file__).resolve().parents[2]
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    packages = json.loads(subprocess.check_output(command, cwd=root))["packages"]
    rooms = {p["name"]: Path(p["manifest_path"]).parent.relative_to(root).parts[0] for p in packages}
    faults = []
    for package in packages:
        name, room = package["name"], rooms[package["name"]]
        for dependency in package["dependencies"]:
            other, normal = dependency["name"], dependency["kind"] is None
            if other in rooms and not may_name(name, room, other, rooms[other]):
                faults.append(f"{room}/{name} must not name {rooms[other]}/{other}")
            if other == "checklists" and dependency["kind"] != "build":
                faults.append(f"{room}/{name} must not carry {other}: it judges files while the domain is built")
            if name == "domain" and normal and other.startswith(IMPURE):
                faults.append(f"the domain must not name {other}")
            if name not in SPEAKERS.get(other, {name}):
                faults.append(f"{room}/{name} must not name {other}: that is for {', '.join(sorted(SPEAKERS[other]))}")
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print(f"the arrows hold in {len(packages)} crates")
    return 1 if faults else 0


def may_name(name: str, room: str, other: str, other_room: str) -> bool:
    match room:
        case "infra":
            return True
        case "functions":
            return other_room == "shared"
        case _:
            return other in SHARED[name]


if __name__ == "__main__":
    sys.exit(main())
