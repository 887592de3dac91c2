"""Shows that worse figures fail, and how write units are counted.

    python3 -m unittest infra.ci.functions.test_speed
"""

import copy
import tomllib
import unittest

from infra.ci.functions import limits
from infra.ci.functions.report import record
from infra.ci.functions.write_units import item_size, write_units

# One more call or write unit is less than 5 %.
FUNCTION = {"size": 6.0, "start": 9, "memory": 7.0, "first": 8.0, "more": 1.2, "first_calls": 40, "calls": 30, "write_units": 25}
FLOOR = {"size": 1.7, "start": 5, "memory": 3.5, "first": 5.3, "more": 0.6, "first_calls": 39, "calls": 30, "write_units": 25}


def figures() -> limits.Figures:
    return {name: dict(values) for name, values in (("mailer", FUNCTION), ("stripe-webhook", FUNCTION), ("floor", FLOOR))}


class Limits(unittest.TestCase):
    def errors(self, subject: str, figure: str, change, missed: dict | None = None) -> list[str]:
        """Returns the errors after the change of one figure."""
        recorded = {"figures": limits.with_ratios(figures()), "missed": missed or {}}
        measured = figures()
        measured[subject][figure] = change(measured[subject][figure])
        return limits.errors(limits.with_ratios(measured), recorded)

    def test_recorded_figures_pass(self):
        self.assertEqual(self.errors("mailer", "size", lambda size: size), [])

    def test_each_figure_fails_more_than_5_percent_above_its_record(self):
        for figure in ("size", "memory", "first", "more"):
            with self.subTest(figure):
                self.assertEqual(self.errors("mailer", figure, lambda value: value * 1.049), [])
                self.assertEqual(len(self.errors("mailer", figure, lambda value: value * 1.051)), 1)

    def test_each_further_call_and_write_unit_fails(self):
        for figure in ("first_calls", "calls", "write_units"):
            with self.subTest(figure):
                self.assertEqual(self.errors("mailer", figure, lambda value: value - 1), [])
                self.assertEqual(len(self.errors("mailer", figure, lambda value: value + 1)), 1)

    def test_start_time_never_fails(self):
        self.assertEqual(self.errors("mailer", "start", lambda value: value * 100), [])

    def test_figure_without_a_record_fails(self):
        recorded = {"figures": {}, "missed": {}}
        self.assertEqual(len(limits.errors({"mailer": FUNCTION}, recorded)), len(FUNCTION) - 1)

    def test_missed_goal_fails_within_the_slack(self):
        recorded = figures()
        recorded["mailer"]["size"] = recorded["stripe-webhook"]["size"] = 6.7
        for subject, size, count in (("mailer", 6.8, 0), ("mailer", 6.9, 1), ("stripe-webhook", 6.2, 0), ("stripe-webhook", 6.3, 1)):
            with self.subTest(subject, size=size):
                measured = {subject: {**FUNCTION, "size": size}}
                self.assertEqual(len(limits.errors(measured, {"figures": recorded, "missed": {}})), count)

    def test_webhook_fails_if_the_floor_shows_that_it_could_be_cheaper(self):
        for figure in ("memory", "first", "more"):
            with self.subTest(figure):
                # The ratio is above its record and above its goal.
                self.assertEqual(len(self.errors("floor", figure, lambda value: value * 0.7)), 2)

    def test_recorded_missed_goal_passes_until_it_gets_worse(self):
        measured = limits.with_ratios(figures() | {"mailer": {**FUNCTION, "size": 8.0}})
        recorded = {"figures": copy.deepcopy(measured), "missed": limits.missed(measured)}
        self.assertEqual(recorded["missed"], {"mailer: size": "8.000 MB instead of 6.800 MB"})
        self.assertEqual(limits.errors(measured, recorded), [])
        measured["mailer"]["size"] = 8.5
        self.assertEqual(len(limits.errors(measured, recorded)), 1)


class WriteUnits(unittest.TestCase):
    KEY = {"pk": {"S": "ORG#1"}, "sk": {"S": "ORG"}}

    def units(self, operation: str, request: dict, *stored: dict) -> int:
        return write_units([(operation, request)], list(stored))

    def item(self, size: int, **more: dict) -> dict:
        """Returns an item of this size, without `more`."""
        return {**self.KEY, "a": {"S": "x" * (size - item_size(self.KEY) - 1)}, **more}

    def test_size_of_an_item_follows_the_rules_of_dynamodb(self):
        for value, size in (({"S": "ä"}, 3), ({"N": "123"}, 4), ({"BOOL": True}, 2), ({"M": {"b": {"S": "c"}}}, 7), ({"L": [{"S": "c"}]}, 6)):
            with self.subTest(value):
                self.assertEqual(item_size({"a": value}), size)

    def test_each_started_kilobyte_costs_a_unit(self):
        for size, units in ((1024, 1), (1025, 2)):
            with self.subTest(size):
                item = self.item(size)
                self.assertEqual(self.units("PutItem", {"Item": item}), units)
                self.assertEqual(self.units("DeleteItem", {"Key": self.KEY}, item), units)

    def test_update_costs_the_larger_item(self):
        for before, after in ((self.item(2000), "x"), (self.item(100), "x" * 2000)):
            request = {"Key": self.KEY, "UpdateExpression": "SET #s0 = :s0", "ExpressionAttributeNames": {"#s0": "a"}, "ExpressionAttributeValues": {":s0": {"S": after}}}
            self.assertEqual(self.units("UpdateItem", request, before), 2)

    def test_index_entry_costs_a_unit_when_it_appears_or_disappears(self):
        due = {"due_pk": {"S": "DUE#1"}, "due_at": {"S": "1"}}
        self.assertEqual(self.units("PutItem", {"Item": self.item(100, **due)}), 2)
        self.assertEqual(self.units("PutItem", {"Item": self.item(100, due_pk={"S": "DUE#1"})}), 1)
        remove = {"Key": self.KEY, "UpdateExpression": "REMOVE due_at, due_pk"}
        self.assertEqual(self.units("UpdateItem", remove, self.item(100, **due)), 2)
        move = {"Key": self.KEY, "UpdateExpression": "SET due_at = :at", "ExpressionAttributeValues": {":at": {"S": "2"}}}
        self.assertEqual(self.units("UpdateItem", move, self.item(100, **due)), 3)
        stay = {"Key": self.KEY, "UpdateExpression": "SET due_at = :at", "ExpressionAttributeValues": {":at": {"S": "1"}}}
        self.assertEqual(self.units("UpdateItem", stay, self.item(100, **due)), 1)

    def test_transaction_doubles_the_units_of_the_table(self):
        due = {"due_pk": {"S": "DUE#1"}, "due_at": {"S": "1"}}
        actions = [{"Put": {"Item": self.item(100, **due)}}, {"ConditionCheck": {"Key": {**self.KEY, "sk": {"S": "OTHER"}}}}]
        self.assertEqual(self.units("TransactWriteItems", {"TransactItems": actions}), 2 + 1 + 2)


class Record(unittest.TestCase):
    def test_record_contains_the_figures_and_the_missed_goals(self):
        measured = limits.with_ratios(figures() | {"mailer": {**FUNCTION, "size": 8.0}})
        recorded = tomllib.loads(record(measured))
        self.assertEqual(recorded["figures"]["mailer"]["size"], 8.0)
        self.assertEqual(list(recorded["missed"]), ["mailer: size"])
        self.assertEqual(limits.errors(measured, recorded), [])


if __name__ == "__main__":
    unittest.main()
