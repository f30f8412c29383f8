#!/usr/bin/env python3
"""Merges the fragments in coordinator/rest/openapi into docs/reference/openapi.json and makes docs/reference/rest.md of it.

    openapi.py            writes both
    openapi.py --check    fails when one of them is not what would be written

What fragments may leave out is said in coordinator/rest/openapi/base.yaml.
"""

import json
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FRAGMENTS = ROOT / "coordinator/rest/openapi"
DOCUMENT = ROOT / "docs/reference/openapi.json"
METHODS = ("get", "put", "post", "patch", "delete")
PART = re.compile(r"\{(\w+)\}")


def fail(message, hint):
    raise SystemExit(f"error: {message}\nhint: {hint}")


def put(target, name, value, file):
    if name in target:
        fail(f"{file}: '{name}' is in another fragment too", "give it another name, or leave it out")
    target[name] = value


def completed(value):
    """A copy with `required` in every schema of an object that lists its properties."""
    if isinstance(value, list):
        return [completed(item) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {key: completed(item) for key, item in value.items() if key != "x-optional"}
    if isinstance(value.get("properties"), dict) and "required" not in value:
        optional = value.get("x-optional", [])
        unknown = set() if optional == "all" else set(optional) - set(value["properties"])
        if unknown:
            fail(f"x-optional names {sorted(unknown)}, which are no properties", "correct the name")
        required = [] if optional == "all" else [name for name in value["properties"] if name not in optional]
        if required:
            copy["required"] = required
    return copy


def operation_of(path, method, operation):
    names = PART.findall(path)
    parameters = [{"$ref": f"#/components/parameters/{name}"} for name in names] + operation.get("parameters", [])
    result = {key: operation[key] for key in ("operationId", "tags", "summary", "description") if key in operation}
    if parameters:
        result["parameters"] = parameters
    if "requestBody" in operation:
        result["requestBody"] = operation["requestBody"]
    result["responses"] = {**operation["responses"], "default": {"$ref": "#/components/responses/Error"}}
    if method != "get":
        result["security"] = [{"bearer": []}]
    return result


def add_paths(paths, fragment, file):
    for path, methods in fragment.get("paths", {}).items():
        operations = {method: operation_of(path, method, methods[method]) for method in METHODS if method in methods}
        put(paths, path, operations, file)
        if "x-alias" in methods:
            put(paths, methods["x-alias"], {
                method: {**operation, "operationId": operation["operationId"].replace("Jar", "Plugin")}
                for method, operation in operations.items()}, file)


def merge():
    base = yaml.safe_load((FRAGMENTS / "base.yaml").read_text())
    paths, schemas = {}, {}
    for file in sorted(FRAGMENTS.glob("*.yaml")):
        fragment = base if file.name == "base.yaml" else yaml.safe_load(file.read_text())
        add_paths(paths, fragment, file.name)
        for name, schema in fragment.get("components", {}).get("schemas", {}).items():
            put(schemas, name, schema, file.name)
    parameters = {name: {"name": name, "required": True, **value}
                  for name, value in base["components"]["parameters"].items()}
    document = completed({
        "openapi": "3.1.0",
        "info": base["info"],
        "servers": base["servers"],
        "tags": base["tags"],
        "paths": dict(sorted(paths.items())),
        "components": {**base["components"], "parameters": parameters, "schemas": dict(sorted(schemas.items()))},
    })
    check(document)
    return document


def check(document):
    """References lead somewhere, ids of operations are unique, tags are declared."""
    text = json.dumps(document)
    for reference in sorted(set(re.findall(r'"\$ref": "#/([^"]*)"', text))):
        target = document
        for part in reference.split("/"):
            if part not in target:
                fail(f"nothing is at #/{reference}", "define it in a fragment")
            target = target[part]
    tags = {tag["name"] for tag in document["tags"]}
    seen = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name = operation.get("operationId")
            if not name or name in seen or not operation.get("summary") or not set(operation.get("tags", [])) <= tags:
                fail(f"{method.upper()} {path} needs an operationId of its own, a summary and a known tag",
                     f"see the others in {FRAGMENTS.relative_to(ROOT)}")
            seen.add(name)


def main(arguments):
    outputs = {DOCUMENT: json.dumps(merge(), indent=1, ensure_ascii=False) + "\n"}
    for path, text in outputs.items():
        if arguments == ["--check"]:
            if not path.exists() or path.read_text() != text:
                fail(f"{path.relative_to(ROOT)} is not what the fragments say", "run python3 scripts/lib/openapi.py")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
