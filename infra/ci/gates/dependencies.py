"""Checks which crate depends on which. A dependency in another direction fails this gate.

    functions/* -> shared/* -> shared/domain        infra/local -> functions/*, shared/*

Adapters do not depend on each other, but all may log through telemetry. The domain has only the
build dependency content. A function does not depend on another function, and no deployed crate
depends on infra/local. Dependencies for tests count as well.
"""

import json
import subprocess
import sys
from pathlib import Path

ADAPTERS = {"event-bus", "host-auth", "mail", "store", "stripe", "web"}

# Workspace crates that each shared crate may depend on. The domain's dependency is only a build
# dependency.
SHARED = {
    "content": set(),
    "domain": {"content"},
    "webhook-signature": set(),
    "telemetry": set(),
    "runtime": {"domain", "telemetry"},
    **{adapter: {"domain", "telemetry"} for adapter in ADAPTERS},
    "host-auth": {"domain", "webhook-signature", "telemetry"},
    "stripe": {"domain", "webhook-signature", "telemetry"},
    "ui": {"domain"},
    # Problems are rendered as pages of `ui`, and errors of `store` are converted to problems.
    "web": {"domain", "store", "telemetry", "ui"},
}

# The domain has no I/O, no async, no SDK, no randomness, and no wire or storage format.
IMPURE = ("aws", "axum", "futures", "getrandom", "http", "hyper", "lambda", "rand", "serde", "tokio", "tower", "tracing")

# The crates that may call each AWS service.
ALLOWED_CALLERS = {
    "aws-sdk-dynamodb": {"store", "local"},
    "aws-sdk-sesv2": {"mail", "local"},
    "aws-sdk-eventbridge": {"event-bus", "local"},
    "aws-sdk-sqs": {"mailer"},
    "aws-sdk-secretsmanager": {"billing", "host-auth", "sign-in", "stripe-webhook", "local"},
}


def main() -> int:
    root = Path(__file__).resolve().parents[3]
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    packages = json.loads(subprocess.check_output(command, cwd=root))["packages"]
    folders = {p["name"]: Path(p["manifest_path"]).parent.relative_to(root).parts[0] for p in packages}
    errors = []
    for package in packages:
        name, folder = package["name"], folders[package["name"]]
        for dependency in package["dependencies"]:
            other, normal = dependency["name"], dependency["kind"] is None
            if other in folders and not may_depend(name, folder, other, folders[other]):
                errors.append(f"{folder}/{name} must not depend on {folders[other]}/{other}")
            if other == "content" and dependency["kind"] != "build":
                errors.append(f"{folder}/{name} must not link {other}: it is only a build dependency of the domain")
            if name == "domain" and normal and other.startswith(IMPURE):
                errors.append(f"the domain must not depend on {other}")
            if name not in ALLOWED_CALLERS.get(other, {name}):
                errors.append(f"{folder}/{name} must not depend on {other}: allowed in {', '.join(sorted(ALLOWED_CALLERS[other]))}")
    for error in errors:
        print(error, file=sys.stderr)
    if not errors:
        print(f"the dependencies of {len(packages)} crates are allowed")
    return 1 if errors else 0


def may_depend(name: str, folder: str, other: str, other_folder: str) -> bool:
    match folder:
        case "infra":
            return True
        case "functions":
            return other_folder == "shared"
        case _:
            return other in SHARED[name]


if __name__ == "__main__":
    sys.exit(main())
