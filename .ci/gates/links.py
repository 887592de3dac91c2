"""What must not be linked: anywhere, and by whom.

The AWS SDK's default features bring a second HTTP and TLS stack, which doubles the build and slows every cold start.
And what a function does not use it does not link, as its permissions in the template say too.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Nowhere in the workspace, tests included. A bare name stands for every version.
NOWHERE = {"hyper v0.14", "rustls v0.21", "p256", "aws-lc-sys", "openssl-sys", "native-tls"}

# Nowhere in what is deployed: the local stack's own pieces.
LOCAL_ONLY = {"local", "clap", "dynoxide-rs", "rusqlite", "libsqlite3-sys", "serde_yaml_ng", "toml"}

# Only in these functions.
ONLY_IN = {
    "aws-sdk-sesv2": {"mailer"},
    "aws-sdk-sqs": {"mailer"},
    "mail": {"mailer"},
    "aws-sdk-eventbridge": {"event-publisher"},
    "aws-sdk-secretsmanager": {"billing", "checklist-read", "checklist-write", "sign-in", "stripe-webhook"},
}


def linked(*selection: str) -> set[str]:
    """Every package of a dependency tree, as `name` and as `name vMAJOR.MINOR`."""
    command = ["cargo", "tree", "--locked", "--prefix", "none", "--format", "{p}", *selection]
    found = set()
    for line in subprocess.check_output(command, cwd=ROOT, text=True).splitlines():
        name, _, rest = line.partition(" ")
        version = rest.split(" ")[0]
        found |= {name, f"{name} {'.'.join(version.split('.')[:2])}"}
    return found


def main() -> int:
    faults = [f"the workspace links {name}" for name in NOWHERE & linked("--workspace", "--edges", "all")]
    functions = sorted(folder.name for folder in (ROOT / "functions").iterdir())
    for function in functions:
        links = linked("--package", function, "--edges", "normal")
        faults += [f"{function} links {name}, which belongs to the local stack" for name in LOCAL_ONLY & links]
        for name, allowed in ONLY_IN.items():
            if name in links and function not in allowed:
                faults.append(f"{function} links {name}, which is for {', '.join(sorted(allowed))}")
    for fault in sorted(faults):
        print(fault, file=sys.stderr)
    if not faults:
        print(f"{len(functions)} functions link what they use, and nothing brings a second TLS stack")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
