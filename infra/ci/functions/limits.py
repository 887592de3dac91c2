"""Compares the figures of the shipped functions with the recorded figures and with the goals.

The part `speed` measures the figures, and `speed.toml` contains the recorded ones. A figure may be at most
5 % above its recorded value, and a number of calls or write units may not be above it at all. The start
time has no limit, because it depends on the machine and its load.

A goal is a limit that does not move with the recorded figures. `speed.toml` lists the goals that were
missed when the figures were recorded. Such a goal is reported, but is no error. Any other missed goal
is an error.
"""

from typing import NamedTuple

SLACK = 1.05

FLOOR = "floor"
WEBHOOK = "stripe-webhook"
# The figures of the webhook divided by those of the floor.
RATIO = "stripe-webhook / floor"

Figures = dict[str, dict[str, float]]


class Column(NamedTuple):
    heading: str
    unit: str
    decimals: int


COLUMNS = {
    "size": Column("size", " MB", 3),
    "start": Column("start", " ms", 0),
    "memory": Column("memory", " MB", 2),
    "first": Column("instructions, first", " M", 3),
    "more": Column("instructions, one more", " M", 3),
    "first_calls": Column("calls, first", "", 0),
    "calls": Column("calls, one more", "", 0),
    "write_units": Column("write units", "", 0),
}
COUNTED = {"first_calls", "calls", "write_units"}
WITHOUT_LIMIT = {"start"}
RATIOS = ("memory", "first", "more")


class Goal(NamedTuple):
    subject: str
    figure: str
    limit: float

    def name(self) -> str:
        return f"{self.subject}: {COLUMNS[self.figure].heading}"

    def text(self, value: float) -> str:
        """Returns a figure of this goal with its unit. A ratio has none."""
        column = COLUMNS[self.figure]
        return f"{value:.2f}" if self.subject == RATIO else f"{value:.{column.decimals}f}{column.unit}"


# The figures of the webhook are those of the event that provisions an organization, with the signing
# secret in Secrets Manager.
GOALS = [
    Goal(WEBHOOK, "size", 6.2),
    Goal(WEBHOOK, "first", 9.2),
    Goal(RATIO, "memory", 2.4),
    Goal(RATIO, "first", 1.6),
    Goal(RATIO, "more", 2.5),
]
MAX_SIZE = 6.8


def goals(figures: Figures) -> list[Goal]:
    """Returns the goals of the functions in `figures`."""
    sizes = [Goal(function, "size", MAX_SIZE) for function in figures if function not in (WEBHOOK, FLOOR, RATIO)]
    return [goal for goal in [*GOALS, *sizes] if goal.subject in figures]


def with_ratios(figures: Figures) -> Figures:
    """Adds the ratios, if the webhook and the floor were measured."""
    if not {WEBHOOK, FLOOR} <= figures.keys():
        return figures
    return {**figures, RATIO: {name: figures[WEBHOOK][name] / figures[FLOOR][name] for name in RATIOS}}


def increases(measured: Figures, recorded: Figures) -> list[str]:
    """Reports each figure that is too far above its recorded value, or that is not recorded."""
    errors = []
    for subject, figures in measured.items():
        for name in figures.keys() - WITHOUT_LIMIT:
            value, before = figures[name], recorded.get(subject, {}).get(name)
            if before is None:
                errors.append(f"{subject}: {COLUMNS[name].heading} is not recorded")
            elif value > before * (1 if name in COUNTED else SLACK):
                errors.append(f"{subject}: {COLUMNS[name].heading} is {value:.3f}, and {before:.3f} is recorded")
    return sorted(errors)


def missed(figures: Figures) -> dict[str, str]:
    """Returns the goals that are not reached, with the figure and the limit."""
    found = [(goal, figures[goal.subject][goal.figure]) for goal in goals(figures)]
    return {goal.name(): f"{goal.text(value)} instead of {goal.text(goal.limit)}" for goal, value in found if value > goal.limit}


def errors(measured: Figures, recorded: dict) -> list[str]:
    """Returns the errors of these figures. `recorded` is the content of `speed.toml`."""
    new = {name: text for name, text in missed(measured).items() if name not in recorded["missed"]}
    return increases(measured, recorded["figures"]) + [f"missed a goal: {name} is {text}" for name, text in new.items()]
