"""What must be true of a program that is uploaded to AWS, read from its bytes.

    python binary.py BOOTSTRAP…

It asks the loader for nothing that Amazon Linux 2023 does not have, it is no larger than it has reason to be, and it
holds no secret, nothing of the local stack's, and no path of the machine that built it.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Amazon Linux 2023, which `provided.al2023` is: docs.aws.amazon.com/linux/al2023, "Core glibc".
GLIBC = (2, 34)
# Of a build without the work at link time, as CI makes it; what is shipped is smaller. A second TLS stack takes more
# than what is left.
MOST_MEGABYTES = 13
# All but one are glibc's own; Zig, by which cargo-lambda links, names the parts that newer ones have in libc itself.
LIBRARIES = {
    *("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1"),
    *("ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libgcc_s.so.1"),
}

# What the local stack's own program is full of: there each of them is found, or looking for it shows nothing.
LOCAL = {
    "a route of the local stack's": rb"/_local/[a-z]",
    "a secret of the local stack's": rb"(?:whsec|[sp]k_test)_local_onramp",
    "an address of the local stack's": rb"localhost:848[45]",
    "a setting of the tests'": rb"ONRAMP_[A-Z]+",
}
SECRETS = {
    "a key of AWS's": rb"A(?:KI|SI)A[0-9A-Z]{16}",
    "a secret of Stripe's": rb"whsec_[A-Za-z0-9+/=]{24,}|[sr]k_(?:test|live)_[A-Za-z0-9]{16,}",
    "a private key": rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/]{16}",
    "a path of this project's": re.escape(str(ROOT)).encode() + rb"/(?:functions|shared|infra)",
}


def held(content: bytes, patterns: dict[str, bytes]) -> dict[str, str]:
    """What of that is found, with the first place."""
    found = {name: re.search(pattern, content) for name, pattern in patterns.items()}
    return {name: match[0].decode(errors="replace") for name, match in found.items() if match}


def loader(binary: Path) -> list[str]:
    """What it asks of the machine that its own does not have."""
    said = subprocess.check_output(["objdump", "--private-headers", binary], text=True)
    versions = {tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_(\d+\.\d+)", said)}
    faults = [f"needs GLIBC {'.'.join(map(str, version))}" for version in sorted(versions) if version > GLIBC]
    libraries = set(re.findall(r"NEEDED\s+(\S+)", said)) - LIBRARIES
    return faults + [f"needs {library}" for library in sorted(libraries)]


def faults(binary: Path) -> list[str]:
    """What is wrong with a program, in words."""
    content = binary.read_bytes()
    size = len(content) / 1e6
    large = [f"takes {size:.1f} MB, more than {MOST_MEGABYTES}"] if size > MOST_MEGABYTES else []
    return large + loader(binary) + [f"holds {name}: {text}" for name, text in held(content, LOCAL | SECRETS).items()]


def blind(local_program: Path) -> list[str]:
    """What looking at a program does not find, although the local stack's own holds it."""
    found = held(local_program.read_bytes(), LOCAL)
    return [f"the local stack's program holds {name}, and it is not found" for name in LOCAL.keys() - found.keys()]


def main() -> int:
    found = [f"{binary}: {fault}" for binary in sys.argv[1:] for fault in faults(Path(binary))]
    print("\n".join(found) if found else f"{len(sys.argv) - 1} programs are as they should be")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
