"""Evaluates CloudFormation Guard rules on a template and prints the rules that fail.

    python infra/ci/template/guard.py rules.guard expanded.json
"""

import json
import sys

from cfn_guard_rs.cfn_guard_rs import run_checks_rs


def main() -> int:
    rules, template = (open(path, encoding="utf-8").read() for path in sys.argv[1:3])
    outcome = json.loads(run_checks_rs(template, rules, True))
    statuses = {
        child["container"]["RuleCheck"]["name"]: child["container"]["RuleCheck"]["status"]
        for child in outcome["children"]
        if "RuleCheck" in child["container"]
    }
    # SKIP also fails: a rule that matches no resource checks nothing.
    failed = [name for name, status in statuses.items() if status != "PASS"]
    for name in failed:
        print(f"{name}: {statuses[name]}", file=sys.stderr)
    if not statuses or failed:
        return 1
    print(f"{len(statuses)} rules pass")
    return 0


if __name__ == "__main__":
    sys.exit(main())
