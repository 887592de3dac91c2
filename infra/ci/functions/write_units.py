"""Counts the write units of requests to DynamoDB, as the DynamoDB guide bills them ("Read and write
operations", "DynamoDB item sizes and formats", "Using Global Secondary Indexes in DynamoDB").

- A put or a deletion costs one unit per started KB of the item. An update costs the larger of the item
  before and the item after. A request costs at least one unit.
- A transaction doubles the units of the table, also those of an item that it only checks.
- In each index, an entry that appears or disappears costs one unit, and an entry that moves costs two.
  The entries contain only keys, so no entry is larger than 1 KB. A transaction does not double these units.

An update names only the attributes that it changes. The item before the update is the one in the fake
AWS, or none. Of the update expressions, this module applies `SET name = :value` and `REMOVE name` to
attributes of the item, and `ADD name :value` as if it set the value. For any other clause, such as a path
into a map, it adds nothing to the item, so the figure can be too small.
"""

import re
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parents[3] / "template.yaml"
Item = dict[str, dict]


def indexes() -> list[str]:
    """Returns the indexes. The partition key of each is `NAME_pk`, and its sort key `NAME_at`."""
    return re.findall(r"AttributeName: (\w+)_pk, KeyType: HASH", TEMPLATE.read_text(encoding="utf-8"))


def value_size(value: dict) -> int:
    match next(iter(value.items())):
        case "S", text:
            return len(text.encode())
        case "N", digits:
            return (len(digits) + 1) // 2 + 1
        case "B", base64:
            return len(base64) // 4 * 3
        case "M", attributes:
            return 3 + len(attributes) + item_size(attributes)
        case "L", values:
            return 3 + len(values) + sum(map(value_size, values))
        case ("SS" | "NS" | "BS"), values:
            return sum(len(text.encode()) for text in values)
    return 1


def item_size(item: Item) -> int:
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def table_units(before: Item | None, after: Item | None) -> int:
    """Returns the units of the table for a write that replaces `before` with `after`."""
    return max(1, *(-(-item_size(item or {}) // 1024) for item in (before, after)))


def index_units(before: Item | None, after: Item | None) -> int:
    def entry(item: Item | None, index: str) -> list[dict] | None:
        keys = [(item or {}).get(f"{index}_{part}") for part in ("pk", "at")]
        return keys if all(keys) else None

    moves = [(entry(before, index), entry(after, index)) for index in indexes()]
    return sum(bool(old) + bool(new) for old, new in moves if old != new)


def updated(before: Item, request: dict) -> Item:
    """Returns the item after an update."""
    names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
    after = {**before, **request["Key"]}
    clauses = re.split(r"\b(SET|REMOVE|ADD|DELETE)\b", request.get("UpdateExpression", ""))
    for verb, clause in zip(clauses[1::2], clauses[2::2]):
        for action in clause.split(","):
            match verb, action.split():
                case ("SET", [name, "=", value]) | ("ADD", [name, value]) if value in values:
                    after[names.get(name, name)] = values[value]
                case "REMOVE", [name]:
                    after.pop(names.get(name, name), None)
    return after


def action_units(operation: str, request: dict, items: dict[tuple, Item], factor: int) -> int:
    key = {name: request.get("Key", request.get("Item"))[name] for name in ("pk", "sk")}
    before = items.get((key["pk"]["S"], key["sk"]["S"]))
    match operation:
        case "PutItem" | "Put":
            after = request["Item"]
        case "UpdateItem" | "Update":
            after = updated(before or {}, request)
        case "ConditionCheck":
            return factor * table_units(before, before)
        case _:
            after = None
    return factor * table_units(before, after) + index_units(before, after)


def write_units(requests: list[tuple[str, dict]], items: list[Item]) -> int:
    """Returns the write units of `requests`, each with its operation. `items` is the table before each of
    them.
    """
    stored = {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
    units = 0
    for operation, request in requests:
        if operation == "TransactWriteItems":
            actions = [next(iter(action.items())) for action in request["TransactItems"]]
            units += sum(action_units(kind, action, stored, 2) for kind, action in actions)
        else:
            units += action_units(operation, request, stored, 1)
    return units
