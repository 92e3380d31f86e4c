"""Every change that a person can make to an object, generated from what the operator owns of it.

What it owns is in metadata.managedFields of the live object: the builders' own output, as the API server keeps it.
"""

import copy
import json

IDENTITY = ("apiVersion", "kind", "name", "namespace", "uid")


def owned_fields(live, manager="crm-operator"):
    """FieldsV1 of what the operator applies."""
    for entry in live["metadata"].get("managedFields", []):
        if entry["manager"] == manager and entry["operation"] == "Apply" and "subresource" not in entry:
            return entry["fieldsV1"]
    return {}


def _find(value, element):
    """Where a path element points to in a value: a key of a dict, or an index of a list."""
    kind, _, rest = element.partition(":")
    if kind == "f":
        return rest if isinstance(value, dict) and rest in value else None
    wanted = json.loads(rest)
    for index, item in enumerate(value):
        if item == wanted if kind == "v" else all(item.get(name) == key for name, key in wanted.items()):
            return index
    return None


def _paths(live, fields, path=()):
    """Each owned place of the object, as a tuple of keys and indices, with whether it is an item of a list."""
    for element, inner in fields.items():
        if element == ".":
            continue
        step = _find(live, element)
        if step is None:
            continue
        yield (*path, step), not element.startswith("f:")
        yield from _paths(live[step], inner, (*path, step))


def at(value, path):
    for step in path:
        value = value[step]
    return value


def _other(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if not isinstance(value, str):
        return None
    return "7" + value if value[:1].isdigit() else value + "x"


def changes(live):
    """(name, changed object) for each scalar that the operator owns, for each key of a list's item, and for each item,
    label and field that can be taken away."""
    for path, is_item in _paths(live, owned_fields(live)):
        name = ".".join(map(str, path))
        value = at(live, path)
        if path[-1] in IDENTITY and len(path) == 2:
            continue
        other = _other(value)
        if other is not None:
            changed = copy.deepcopy(live)
            at(changed, path[:-1])[path[-1]] = other
            yield f"{name} is another", changed
        if is_item or path[:2] in (("metadata", "labels"), ("metadata", "annotations")) or not isinstance(value, (dict, list)):
            changed = copy.deepcopy(live)
            del at(changed, path[:-1])[path[-1]]
            yield f"{name} is gone", changed


def contains(live, wanted):
    """Whether the live value has everything that is wanted of it, in whatever order and whatever else it has."""
    if isinstance(wanted, dict):
        return isinstance(live, dict) and all(name in live and contains(live[name], value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(live, list) and len(live) == len(wanted) and all(any(contains(item, value) for item in live)
                                                                           for value in wanted)
    return live == wanted
