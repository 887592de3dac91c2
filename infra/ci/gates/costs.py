"""Computes the monthly costs in docs/deploy.md from its assumptions, its prices, and counts in the
sources.

    python3 infra/ci/gates/costs.py            checks the computed tables in the page
    python3 infra/ci/gates/costs.py --write    updates them
"""

import math
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs/deploy.md"
SIZES = [100, 10_000, 1_000_000]
SECONDS = 730 * 3600
# Metrics of a route: Count, 4xx, 5xx, Latency, IntegrationLatency, and DataProcessed (API Gateway
# developer guide, "Working with metrics for HTTP APIs").
METRICS_PER_ROUTE = 6
# Metrics of a stream: events polled, filtered out, invoked, failed, dropped, and delivered to the
# destination (Lambda developer guide, "Event source mapping metrics").
METRICS_PER_STREAM = 6


def table(text: str, name: str) -> dict[str, float]:
    """Returns the numbers of a named table in the page, by row name."""
    found = re.search(rf"<!-- {name} -->\n((?:\|.*\n)+)", text)
    assert found, f"docs/deploy.md has no table {name}"
    rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in found[1].splitlines()[2:]]
    return {row[0]: float(row[1].replace(",", "").lstrip("$")) for row in rows}


def counted() -> dict[str, tuple[int, str]]:
    """Returns the counts from the sources, each with a short explanation."""
    text = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("template.yaml", "infra/observability/template.yaml", "shared/telemetry/src/metric.rs")}
    system, watch, metrics = text.values()
    assert '"Dimensions": [[]],' in metrics, "a metric has dimensions, and each of their values would cost as a separate metric"
    embedded = len(re.findall(r"^    \w+: (?:Count|Seconds),$", metrics, re.MULTILINE))
    filters = (system + watch).count("AWS::Logs::MetricFilter")
    routes, streams = system.count("DetailedMetricsEnabled: true"), system.count("Metrics: [EventCount]")
    return {
        "functions": (system.count("Type: AWS::Serverless::Function"), "X-Ray samples each separately"),
        "metrics": (
            embedded + filters + routes * METRICS_PER_ROUTE + streams * METRICS_PER_STREAM,
            f"{embedded} embedded metrics without dimensions; {filters} from log filters; {METRICS_PER_ROUTE} per detailed route ({routes}); {METRICS_PER_STREAM} per monitored stream ({streams})",
        ),
        # Each metric that an alarm reads occurs once as MetricName, directly or in an expression.
        "metrics of alarms": (
            (system + watch).count("MetricName:") - filters,
            f"of {system.count('AWS::CloudWatch::Alarm') + watch.count('AWS::CloudWatch::Alarm')} alarms; an alarm with an expression is charged for each metric that it reads",
        ),
        "dashboards": (watch.count("AWS::CloudWatch::Dashboard"), "one dashboard"),
    }


def traced(invocations: float, of: dict[str, float]) -> float:
    """Returns how many invocations X-Ray records in a month. X-Ray records the first invocation of
    each second and a share of the others.

    This assumes that invocations are random and spread evenly over the functions and the month.
    Real traffic comes in bursts, so X-Ray records fewer.
    """
    rate = invocations / of["functions"] / SECONDS
    first = -math.expm1(-rate)
    return (first + of["share of further traces"] * (rate - first)) * of["functions"] * SECONDS


def month(of: dict[str, float], price: dict[str, float], organizations: int) -> dict[str, float]:
    """Returns the dollars per month, by service."""

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
        "KMS": of["key requests"] / 1e4 * price["ten thousand key requests"],
        "SES": each("emails") / 1e3 * price["thousand emails"],
        "EventBridge": millions(each("domain events"), "million custom events"),
        "Secrets Manager": of["secrets"] * price["secret"] + of["secret reads"] / 1e4 * price["ten thousand secret reads"],
        "Logs": logs * price["GB of ingested logs"] + logs * price["GB-month of stored logs"] * of["months that logs are kept"],
        "Metrics, alarms, dashboard": of["metrics"] * price["metric"] + of["metrics of alarms"] * price["metric of an alarm"] + of["dashboards"] * price["dashboard"],
        "X-Ray": millions(traced(invocations, of), "million traces"),
        "Data out": http * of["KB of a response"] / 1e6 * price["GB of data transfer out"],
    }


def dollars(amount: float) -> str:
    return "under 0.01" if amount < 0.005 else f"{amount:,.2f}"


def counts() -> str:
    lines = ["| counted in the sources | number | explanation |", "|---|---:|---|"]
    return "\n".join(lines + [f"| {name} | {count} | {how} |" for name, (count, how) in counted().items()]) + "\n"


def costs(text: str) -> str:
    of = table(text, "assumptions") | {name: count for name, (count, _) in counted().items()}
    months = [month(of, table(text, "prices"), size) for size in SIZES]
    traces = [one.pop("X-Ray") for one in months]
    totals = [sum(one.values()) for one in months]

    def row(name: str, amounts: list[str]) -> str:
        return f"| {name} | " + " | ".join(amounts) + " |"

    lines = [row("", [f"{size:,} organizations" for size in SIZES]).replace("  ", " "), "|---|" + "---:|" * len(SIZES)]
    lines += [row(service, [dollars(one[service]) for one in months]) for service in months[0]]
    lines.append(row("**total**", [f"**{total:,.2f}**" for total in totals]))
    lines.append(row("per organization", [f"{total / size:.4f}" for total, size in zip(totals, SIZES, strict=True)]))
    lines.append(row("X-Ray, only with `Tracing=Active`", [dollars(amount) for amount in traces]))
    return "\n".join(lines) + "\n"


def with_table(text: str, name: str, computed: str) -> str:
    begin, end = f"<!-- {name}: computed by infra/ci/gates/costs.py -->\n", f"<!-- end of {name} -->\n"
    before, rest = text.split(begin)
    return before + begin + computed + end + rest.split(end)[1]


def main() -> int:
    text = PAGE.read_text(encoding="utf-8")
    computed = with_table(with_table(text, "counts", counts()), "costs", costs(text))
    if "--write" in sys.argv:
        PAGE.write_text(computed, encoding="utf-8")
        print("updated the costs in docs/deploy.md")
        return 0
    if text != computed:
        print(f"the costs in docs/deploy.md are outdated: run python3 infra/ci/gates/costs.py --write\n\n{counts()}\n{costs(text)}", file=sys.stderr)
        return 1
    print(f"the costs for {len(SIZES)} sizes match the assumptions, counts, and prices")
    return 0


if __name__ == "__main__":
    sys.exit(main())
