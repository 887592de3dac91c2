"""Checks which packages the workspace and each function may link.

The AWS SDK's default features add a second HTTP and TLS stack, which doubles the build time and
slows every cold start. Each function links only the clients that it uses, as with its permissions
in the template.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

# Forbidden in the workspace, including tests. A name without a version applies to every version. `h2` is
# HTTP/2, which no endpoint of a function needs.
FORBIDDEN = {"hyper v0.14", "rustls v0.21", "p256", "aws-lc-sys", "openssl-sys", "native-tls", "h2"}

# Only for the local stack and for tests, and forbidden in deployed functions.
INFRA = {manifest.parent.name for manifest in ROOT.glob("infra/*/Cargo.toml")}
LOCAL_ONLY = {*INFRA, "test-support", "aws-sdk-secretsmanager", "clap", "dynoxide-rs", "rusqlite", "libsqlite3-sys", "serde_yaml_ng", "toml"}

# Allowed only in these functions.
ONLY_IN = {
    "aws-sdk-sesv2": {"mailer"},
    "aws-sdk-sqs": {"mailer", "webhook-sender"},
    "mail": {"mailer"},
    "aws-sdk-eventbridge": {"event-publisher"},
}


def linked(*selection: str) -> set[str]:
    """Returns every package of a dependency tree, as `name` and as `name vMAJOR.MINOR`."""
    command = ["cargo", "tree", "--locked", "--prefix", "none", "--format", "{p}", *selection]
    found = set()
    for line in subprocess.check_output(command, cwd=ROOT, text=True).splitlines():
        name, _, rest = line.partition(" ")
        version = rest.split(" ")[0]
        found |= {name, f"{name} {'.'.join(version.split('.')[:2])}"}
    return found


def main() -> int:
    errors = [f"the workspace links {name}" for name in FORBIDDEN & linked("--workspace", "--edges", "all")]
    functions = sorted(folder.name for folder in (ROOT / "functions").iterdir())
    for function in functions:
        links = linked("--package", function, "--edges", "normal")
        errors += [f"{function} links {name}, which belongs to the local stack" for name in LOCAL_ONLY & links]
        for name, allowed in ONLY_IN.items():
            if name in links and function not in allowed:
                errors.append(f"{function} links {name}, which is only allowed in {', '.join(sorted(allowed))}")
    for error in sorted(errors):
        print(error, file=sys.stderr)
    if not errors:
        print(f"{len(functions)} functions link only allowed packages, and no package adds a second TLS stack")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
