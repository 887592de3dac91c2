"""What a month costs, computed from the two tables of docs/deploy.md that say what is assumed and what it is charged.

    python3 .ci/costs.py            the table in the page is what follows from the other two
    python3 .ci/costs.py --write    makes it so
"""

import re
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs/deploy.md"
SIZES = [100, 10_000, 1_000_000]
BEGIN, END = "<!-- costs: computed by .ci/costs.py -->\n", "<!-- end of costs -->\n"


def table(text: str, name: str) -> dict[str, float]:
    """The table under a name: what each row is called, and its number."""
    found = re.search(rf"<!-- {name} -->\n((?:\|.*\n)+)", text)
    assert found, f"the page has no table of {name}"
    rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in found[1].splitlines()[2:]]
    return {row[0]: float(row[1].replace(",", "").lstrip("$")) for row in rows}


def month(of: dict[str, float], price: dict[str, float], organizations: int) -> dict[str, float]:
    """Dollars a month, by service."""

    def each(name: str) -> float:
        return of[name] * organizations

    def millions(count: float, name: str) -> float:
        return count / 1e6 * price[name]

    http, background = each("requests"), each("background invocations")
    scheduled = of["scheduled runs"]
    invocations = http + background + scheduled
    seconds = http * of["ms of a request"] / 1e3 + background * of["ms of a background invocation"] / 1e3 + scheduled * of["ms of a scheduled run"] / 1e3
    reads = http * of["read units of a request"] + background * of["read units of a background invocation"] + scheduled * of["read units of a scheduled run"]
    stored = each("KB stored") / 1e6
    logs = invocations * of["KB logged by an invocation"] / 1e6
    return {
        "API Gateway": millions(http, "million HTTP API requests"),
        "Lambda": millions(invocations, "million Lambda requests") + seconds * of["memory in GB"] * price["GB-second of Lambda, x86"],
        "DynamoDB": millions(reads, "million read units")
        + millions(each("write units"), "million write units")
        + stored * (price["GB-month stored"] + price["GB-month of point-in-time recovery"]),
        "SES": each("mails") / 1e3 * price["thousand mails"],
        "EventBridge": millions(each("domain events"), "million custom events"),
        "Secrets Manager": of["secrets"] * price["secret"] + of["secret reads"] / 1e4 * price["ten thousand secret reads"],
        "Logs": logs * price["GB of logs taken in"] + logs * price["GB-month of logs kept"] * of["months that logs are kept"],
        "Metrics, alarms, dashboard": of["metrics"] * price["metric"] + of["alarms"] * price["alarm"] + of["dashboards"] * price["dashboard"],
        "X-Ray": millions(invocations * of["share of traces"], "million traces"),
        "Data out": http * of["KB of an answer"] / 1e6 * price["GB out"],
    }


def dollars(amount: float) -> str:
    return "under 0.01" if amount < 0.005 else f"{amount:,.2f}"


def result(text: str) -> str:
    months = [month(table(text, "assumptions"), table(text, "prices"), size) for size in SIZES]
    lines = ["| | " + " | ".join(f"{size:,} organizations" for size in SIZES) + " |", "|---|" + "---:|" * len(SIZES)]
    for service in months[0]:
        lines.append(f"| {service} | " + " | ".join(dollars(one[service]) for one in months) + " |")
    totals = [sum(one.values()) for one in months]
    lines.append("| **together** | " + " | ".join(f"**{total:,.2f}**" for total in totals) + " |")
    lines.append("| an organization | " + " | ".join(f"{total / size:.4f}" for total, size in zip(totals, SIZES, strict=True)) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    written, after = rest.split(END)
    computed = result(text)
    if "--write" in sys.argv:
        PAGE.write_text(before + BEGIN + computed + END + after, encoding="utf-8")
        print("the costs are written")
        return 0
    if written != computed:
        print(f"docs/deploy.md's costs do not follow from its tables; they are\n\n{computed}", file=sys.stderr)
        return 1
    print(f"the costs of {len(SIZES)} sizes follow from what is assumed and charged")
    return 0


if __name__ == "__main__":
    sys.exit(main())
