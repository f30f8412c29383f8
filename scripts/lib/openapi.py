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
import textwrap

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FRAGMENTS = ROOT / "coordinator/rest/openapi"
DOCUMENT = ROOT / "docs/reference/openapi.json"
REFERENCE = ROOT / "docs/reference/rest.md"
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


# ---- the reference for people ----

def type_of(schema):
    """In words: "list of Job", "string, or null"."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "oneOf" in schema:
        return ", or ".join(type_of(choice) for choice in schema["oneOf"])
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return ", or ".join(kind)
    if kind == "array":
        return f"list of {type_of(schema['items'])}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map of {type_of(schema['additionalProperties'])}"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    return kind


def members(schema, prefix=""):
    """Rows of a table: the members of an object, those of objects within it behind a dot."""
    required = schema.get("required", [])
    for name, member in schema.get("properties", {}).items():
        optional = "" if name in required else "may be missing. "
        yield f"| `{prefix}{name}` | {type_of(member)} | {optional}{member.get('description', '')} |"
        inner = member.get("items", member) if isinstance(member, dict) else {}
        yield from members(inner, f"{prefix}{name}{'[]' if 'items' in member else ''}.")


def described(title, schema):
    text = [f"### {title}\n"]
    if schema.get("description"):
        text.append(schema["description"] + "\n")
    inner = schema.get("items", schema)
    values = schema.get("additionalProperties")
    rows = list(members(inner)) or (list(members(values, "*.")) if isinstance(values, dict) else [])
    if rows:
        text.append("| member | type | |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    elif schema.get("description") is None:
        text.append(f"{type_of(schema)}.\n")
    elif "enum" in schema or "pattern" in schema:
        text.append(f"{type_of(schema)}.\n")
    return "\n".join(text)


def parameters_of(document, operation):
    for parameter in operation.get("parameters", []):
        if "$ref" not in parameter:
            where = "header" if parameter["in"] == "header" else "query"
            yield f"- `{parameter['name']}` ({where}, {type_of(parameter['schema'])}): {parameter['description']}"
    for content, body in operation.get("requestBody", {}).get("content", {}).items():
        schema = body["schema"]
        if "$ref" in schema:
            yield f"- body, `{content}`: {type_of(schema)}"
        for name, member in schema.get("properties", {}).items():
            yield f"- `{name}` (body, {type_of(member)}): {member.get('description', '')}".rstrip(": ")


def operation_text(document, method, path, operation):
    lines = [f"### {method.upper()} {path}\n", operation["summary"] + ".\n"]
    if "description" in operation:
        lines.append(textwrap.fill(operation["description"], 120) + "\n")
    lines += [*parameters_of(document, operation), ""]
    for status, response in operation["responses"].items():
        for content, body in response.get("content", {}).items():
            what = type_of(body["schema"]) if content == "application/json" else f"`{content}`"
            lines.append(f"Answer {status}: {what}. {response['description']}\n")
    return "\n".join(lines)


def reference(document):
    parts = ["# REST reference\n",
             "Written by `scripts/lib/openapi.py` from [openapi.json](openapi.json), which a coordinator serves as\n"
             "`/openapi.json`. What of Flink's API is here: [rest-walk.md](rest-walk.md).\n",
             textwrap.fill(document["info"]["description"], 120) + "\n",
             "Requests other than GET need `Authorization: Bearer <token>` when the coordinator has a token. Whatever is not\n"
             "done is answered by a status of 400 or more and an [Error](#error). `/plugins` is the same as `/jars`.\n"]
    parts.append("Parts of paths:\n\n" + "".join(
        f"- `{{{name}}}` ({type_of(parameter['schema'])}): {parameter['description']}\n"
        for name, parameter in document["components"]["parameters"].items()))
    for tag in document["tags"]:
        parts.append(f"## {tag['description']}\n")
        for path, operations in document["paths"].items():
            if path.startswith("/plugins"):
                continue
            for method, operation in operations.items():
                if tag["name"] in operation["tags"]:
                    parts.append(operation_text(document, method, path, operation))
    parts.append("## Objects\n")
    parts += [described(name, schema) for name, schema in document["components"]["schemas"].items()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts)).rstrip() + "\n"


def main(arguments):
    document = merge()
    outputs = {DOCUMENT: json.dumps(document, indent=1, ensure_ascii=False) + "\n", REFERENCE: reference(document)}
    for path, text in outputs.items():
        if arguments == ["--check"]:
            if not path.exists() or path.read_text() != text:
                fail(f"{path.relative_to(ROOT)} is not what the fragments say", "run python3 scripts/lib/openapi.py")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
