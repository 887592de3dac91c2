"""Checks the binaries that are uploaded to AWS.

    python -m infra.ci.functions.binary BOOTSTRAP…

A binary must only need libraries of Amazon Linux 2023, must not exceed a maximum size, and must end on a
panic. It must contain no secret, no string of the local stack, and no path of the machine that built
it.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

# The glibc of Amazon Linux 2023, the base of `provided.al2023` (docs.aws.amazon.com/linux/al2023,
# "Core glibc").
GLIBC = (2, 34)
# Limit for the CI build, which has no link-time optimization. Shipped binaries are smaller. A
# binary with a second TLS library would exceed the limit.
MAX_MEGABYTES = 13
# All except libgcc_s are part of glibc. cargo-lambda links with Zig, which still lists libraries
# that newer versions of glibc merged into libc.
LIBRARIES = {
    *("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1"),
    *("ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libgcc_s.so.1"),
}

# Strings of the local stack. The local stack's program must contain a match of each pattern.
# Otherwise, the pattern is wrong.
LOCAL = {
    "a route of the local stack": rb"/_local/[a-z]",
    "a secret of the local stack": rb"(?:whsec|[sp]k_test)_local_onramp",
    "an address of the local stack": rb"localhost:848[45]",
    "a setting of the tests": rb"ONRAMP_[A-Z]+",
}
SECRETS = {
    "an AWS access key": rb"A(?:KI|SI)A[0-9A-Z]{16}",
    "a Stripe secret": rb"whsec_[A-Za-z0-9+/=]{24,}|[sr]k_(?:test|live)_[A-Za-z0-9]{16,}",
    "a private key": rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/]{16}",
    "a path of this repository": re.escape(str(ROOT)).encode() + rb"/(?:functions|shared|infra)",
}


def matches(content: bytes, patterns: dict[str, bytes]) -> dict[str, str]:
    """Returns the patterns that occur, with their first match."""
    found = {name: re.search(pattern, content) for name, pattern in patterns.items()}
    return {name: match[0].decode(errors="replace") for name, match in found.items() if match}


def loader(binary: Path) -> list[str]:
    """Reports glibc versions and libraries that Amazon Linux 2023 does not have."""
    headers = subprocess.check_output(["objdump", "--private-headers", binary], text=True)
    versions = {tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_(\d+\.\d+)", headers)}
    errors = [f"needs GLIBC {'.'.join(map(str, version))}" for version in sorted(versions) if version > GLIBC]
    libraries = set(re.findall(r"NEEDED\s+(\S+)", headers)) - LIBRARIES
    return errors + [f"needs {library}" for library in sorted(libraries)]


def panics(binary: Path) -> list[str]:
    """Reports a binary that unwinds on a panic: only such a binary raises exceptions."""
    symbols = subprocess.check_output(["objdump", "--dynamic-syms", binary], text=True)
    return ["unwinds on a panic"] if "_Unwind_RaiseException" in symbols else []


def errors(binary: Path) -> list[str]:
    """Reports what is wrong with a binary."""
    content = binary.read_bytes()
    size = len(content) / 1e6
    large = [f"has {size:.1f} MB, more than {MAX_MEGABYTES}"] if size > MAX_MEGABYTES else []
    return large + loader(binary) + panics(binary) + [f"contains {name}: {text}" for name, text in matches(content, LOCAL | SECRETS).items()]


def missed_patterns(local_program: Path) -> list[str]:
    """Reports patterns that do not even match the local stack's program."""
    found = matches(local_program.read_bytes(), LOCAL)
    return [f"the pattern for {name} does not match the local stack's program: correct the pattern" for name in LOCAL.keys() - found.keys()]


def main() -> int:
    found = [f"{binary}: {error}" for binary in sys.argv[1:] for error in errors(Path(binary))]
    print("\n".join(found) if found else f"{len(sys.argv) - 1} binaries pass all checks")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
