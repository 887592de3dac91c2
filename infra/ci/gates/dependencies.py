"""Checks which crate depends on which. A dependency in another direction fails this gate.

    functions/* -> shared/* -> shared/domain
    e2e -> cli -> stack -> sample-host-app, aws-local, stripe-mock, console -> sim
    floor

Adapters do not depend on each other, but all may log through telemetry. The domain has only the
build dependency content. A function does not depend on another function, and no deployed crate
depends on a crate of infra. Dependencies for tests count as well. Only test-support, which no crate
links outside its tests, may use the simulated AWS.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ADAPTERS = {"event-bus", "host-auth", "mail", "store", "stripe", "web"}

# Workspace crates that each shared crate may depend on. The domain's dependency is only a build
# dependency.
SHARED = {
    "content": set(),
    "domain": {"content"},
    "webhook-signature": set(),
    "telemetry": set(),
    "aws-call": set(),
    "runtime": {"aws-call", "domain", "telemetry"},
    **{adapter: {"domain", "telemetry"} for adapter in ADAPTERS},
    "store": {"aws-call", "domain", "telemetry"},
    "host-auth": {"domain", "webhook-signature"},
    "host-endpoint": {"runtime"},
    "stripe": {"domain", "webhook-signature", "telemetry"},
    "ui": {"domain"},
    "org-state": {"domain"},
    "event-bus": {"domain", "org-state"},
    # Problems are pages of `ui`. Authentication loads from `store`, and verifies with `host-auth` and
    # the cached keys of `runtime`.
    "web": {"domain", "host-auth", "runtime", "store", "telemetry", "ui"},
}

# Crates of infra that each crate of infra may depend on. All may depend on shared crates.
PARTS = {"sim", "aws-local", "stripe-mock", "console", "sample-host-app"}
INFRA = {
    "sim": set(),
    "aws-local": {"sim"},
    "stripe-mock": {"sim"},
    # Its tests build the events that the page requests.
    "console": {"sim", "stripe-mock"},
    "sample-host-app": {"sim", "aws-local"},
    "stack": PARTS,
    "cli": {*PARTS, "stack"},
    "e2e": {*PARTS, "stack", "cli"},
    "floor": set(),
}
RUN_FUNCTIONS = {"stack", "cli", "e2e"}
FOR_TESTS = {"sim", "aws-local"}

# The domain has no I/O, no async, no SDK, no randomness, and no wire or storage format.
IMPURE = ("aws", "axum", "futures", "getrandom", "http", "hyper", "lambda", "rand", "serde", "tokio", "tower", "tracing")

# The crates that may call each AWS service.
ALLOWED_CALLERS = {
    "aws-sdk-dynamodb": {"store", "cli", "e2e"},
    "aws-sdk-sesv2": {"mail", "cli", "e2e"},
    "aws-sdk-eventbridge": {"event-bus", "cli", "e2e"},
    "aws-sdk-sqs": {"mailer", "webhook-sender"},
    "aws-sdk-secretsmanager": {"cli"},
}


def errors(packages: list[dict], folders: dict[str, str]) -> Iterator[str]:
    """Yields the forbidden dependencies. `folders` has the first folder of each crate."""
    for package in packages:
        name, folder = package["name"], folders[package["name"]]
        for dependency in package["dependencies"]:
            other, kind = dependency["name"], dependency["kind"] or "normal"
            if other in folders and not may_depend(name, folder, other, folders[other]):
                yield f"{folder}/{name} must not depend on {folders[other]}/{other}"
            if other == "content" and kind != "build":
                yield f"{folder}/{name} must not link {other}: it is only a build dependency of the domain"
            if other == "test-support" and kind != "dev" and name != "e2e":
                yield f"{folder}/{name} must not link {other}: it is only a dependency for tests"
            if name == "domain" and kind == "normal" and other.startswith(IMPURE):
                yield f"the domain must not depend on {other}"
            if name not in ALLOWED_CALLERS.get(other, {name}):
                yield f"{folder}/{name} must not depend on {other}: allowed in {', '.join(sorted(ALLOWED_CALLERS[other]))}"


def may_depend(name: str, folder: str, other: str, other_folder: str) -> bool:
    match folder, other_folder:
        case "infra", "infra":
            return other in INFRA[name]
        case "infra", "functions":
            return name in RUN_FUNCTIONS
        case ("infra" | "functions"), "shared":
            return True
        case "shared", "shared":
            return name == "test-support" or other == "test-support" or other in SHARED[name]
        case "shared", "infra":
            return name == "test-support" and other in FOR_TESTS
        case _:
            return False


def main() -> int:
    root = Path(__file__).resolve().parents[3]
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    packages = json.loads(subprocess.check_output(command, cwd=root))["packages"]
    folders = {p["name"]: Path(p["manifest_path"]).parent.relative_to(root).parts[0] for p in packages}
    found = list(errors(packages, folders))
    for error in found:
        print(error, file=sys.stderr)
    if not found:
        print(f"the dependencies of {len(packages)} crates are allowed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
