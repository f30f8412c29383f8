"""docs/reference/openapi.json, and what Flink's clients read, as rest_walk_test.py compares them."""

import json
import re

import jsonschema
import yaml

from cluster import ROOT

FLINK = ROOT / "tests/e2e/rest_flink.yaml"
DOCUMENT = ROOT / "docs/reference/openapi.json"


class Description:
    """An OpenAPI document."""

    def __init__(self):
        self.document = json.loads(DOCUMENT.read_text())
        self.resolver = jsonschema.RefResolver.from_schema(self.document)

    def operations(self):
        """"GET /path" -> operation, in order."""
        return {f"{method.upper()} {path}": operation
                for path, methods in self.document["paths"].items() for method, operation in methods.items()}

    def resolved(self, schema):
        while "$ref" in schema:
            schema = self.resolver.resolve(schema["$ref"])[1]
        return schema

    @staticmethod
    def success(operation):
        """Status, type and schema of an answer that is no error."""
        status = next(status for status in operation["responses"] if status != "default")
        kind, content = next(iter(operation["responses"][status]["content"].items()))
        return int(status), kind, content["schema"]

    def problems(self, schema, value):
        """In words, where an answer is not what the schema says, or has what it does not mention."""
        validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
        found = [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(value)]
        return found + list(self.unmentioned(schema, value, ""))

    def unmentioned(self, schema, value, where):
        schema = self.resolved(schema)
        for choice in schema.get("oneOf", []):
            if value is not None and choice != {"type": "null"}:
                yield from self.unmentioned(choice, value, where)
        if isinstance(value, list) and "items" in schema:
            for item in value:
                yield from self.unmentioned(schema["items"], item, where)
        if isinstance(value, dict):
            for name, member in value.items():
                known = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
                if isinstance(known, dict):
                    yield from self.unmentioned(known, member, f"{where}/{name}")
                elif not known and "oneOf" not in schema:
                    yield f"{where}/{name}: the description does not mention it"

    def has(self, schema, path):
        """Does the schema mention the member at this list of names? Items of lists and values of maps are looked through."""
        schema = self.resolved(schema)
        if schema.get("type") == "array":
            return self.has(schema["items"], path)
        if "oneOf" in schema:
            return any(self.has(choice, path) for choice in schema["oneOf"])
        if not path:
            return True
        properties = schema.get("properties", {})
        if path[0] in properties:
            return self.has(properties[path[0]], path[1:])
        values = schema.get("additionalProperties")
        return isinstance(values, dict) and self.has(values, path)


def names(text):
    """"a b[c d]" -> ["a"], ["b"], ["b", "c"], ["b", "d"]."""
    found, stack, last = [], [], None
    for token in re.findall(r"[^\s\[\]]+|[\[\]]", text):
        if token == "[":
            stack.append(last)
        elif token == "]":
            stack.pop()
        else:
            last = token
            found.append([*stack, token])
    return found


def flink():
    return yaml.safe_load(FLINK.read_text())
