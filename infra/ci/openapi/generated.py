"""Runs schemathesis against a local stack, with valid and invalid requests generated from
`docs/openapi.yaml`.

    python -m infra.ci.openapi.generated target/debug/onramp

The description must cover every status, header, content type, and schema that occurs. The seed is
fixed.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.ci.running import running

HERE = Path(__file__).parent
# Three checks are off. `positive_data_acceptance` cannot handle signatures or used links.
# `negative_data_rejection` expects ignored fields to be rejected. The check of `Allow` does not
# expect pages under the same path. The access matrix tests in infra/e2e cover these cases.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "missing_required_header",
    "ignored_auth",
]


def main(onramp: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        with running([onramp, "--memory"], "/_local/health", Path(folder) / "onramp.log") as url:
            command = [
                Path(sys.executable).parent / "schemathesis",
                "run",
                f"{url}/_local/openapi.json",
                *("--url", url),
                *("--checks", ",".join(CHECKS)),
                *("--phases", "examples,coverage,fuzzing"),
                *("--max-examples", "40"),
                *("--seed", "1"),
                *("--request-timeout", "30"),
                "--continue-on-failure",
                *("--warnings", "off"),
                "--no-color",
            ]
            environment = {
                **os.environ,
                "ONRAMP_URL": url,
                "PYTHONPATH": str(HERE),
                "SCHEMATHESIS_HOOKS": "hooks",
            }
            return subprocess.run(command, env=environment, cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(str(Path(sys.argv[1]).resolve())))
