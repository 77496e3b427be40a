"""Stands between a client and the phone company, and holds all that is asked and answered against Twilio's schemas."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft202012Validator

from bot.carrier.pretend.server import WsgiApp

SCHEMAS = json.loads((Path(__file__).parents[1] / "data" / "twilio_message_schema.json").read_text())
"""Parts of Twilio's own OpenAPI file; whose it is, and under which licence, stands in it."""


class Witness:
    """`problems` are sentences; `seen` are the operations, in order."""

    def __init__(self, app: WsgiApp) -> None:
        self.app = app
        self.problems: list[str] = []
        self.seen: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = BytesIO(body)
        heard: list[str] = []

        def started(status: str, headers: list[tuple[str, str]], error: object = None) -> None:
            heard.append(status)
            start_response(status, headers, error)

        answer = b"".join(self.app(environ, started))
        self._hold(environ, body.decode(), int(heard[0].split()[0]), answer)
        return [answer]

    def _hold(self, environ: Mapping[str, Any], body: str, status: int, answer: bytes) -> None:
        operation = _operation(environ)
        self.seen.append(operation)
        schemas = SCHEMAS.get(operation, {})
        if "query" in schemas:
            self._asked(operation, environ["QUERY_STRING"], schemas["query"])
        if "form" in schemas:
            self._asked(operation, body, schemas["form"]["properties"])
        if status < 300 and "answer" in schemas:
            self._complain(operation, json.loads(answer), _complete(schemas["answer"]))
        elif status >= 400:
            self._complain(f"{operation} refused", json.loads(answer), ERROR)

    def _asked(self, operation: str, text: str, properties: Mapping[str, Any]) -> None:
        given: dict[str, Any] = {}
        for name, value in parse_qsl(text, keep_blank_values=True):
            schema = properties.get(name, {})
            given[name] = [*given.get(name, []), value] if schema.get("type") == "array" else _typed(value, schema)
        self._complain(
            operation, given, {"type": "object", "properties": dict(properties), "additionalProperties": False}
        )

    def _complain(self, operation: str, value: Any, schema: Any) -> None:
        for error in Draft202012Validator(_in_json_schema(schema)).iter_errors(value):
            self.problems.append(f"{operation}: {error.json_path}: {error.message}")


ERROR = {
    "type": "object",
    "required": ["code", "message", "more_info", "status"],
    "properties": {"code": {"type": "integer"}, "status": {"type": "integer"}, "message": {"type": "string"}},
    "additionalProperties": {"type": "string"},
}


def _operation(environ: Mapping[str, Any]) -> str:
    is_list = environ["PATH_INFO"].endswith("/Messages.json")
    names = {("POST", True): "create", ("GET", True): "list", ("GET", False): "fetch", ("POST", False): "update"}
    return names.get((environ["REQUEST_METHOD"], is_list), "delete")


def _complete(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Twilio leaves out none of a resource's keys, and has no others."""
    properties = {
        name: {**each, "items": _complete(each["items"])} if each.get("type") == "array" else each
        for name, each in schema["properties"].items()
    }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _in_json_schema(schema: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema names the type "null"."""
    if isinstance(schema, list):
        return [_in_json_schema(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: _in_json_schema(value) for name, value in schema.items() if name != "nullable"}
    if schema.get("nullable") is True and "type" in schema:
        told["type"] = [schema["type"], "null"]
    return told


def _typed(value: str, schema: Mapping[str, Any]) -> Any:
    """A form has words alone; what is to be a number or a truth must read as one."""
    kind = schema.get("type")
    if kind == "integer" and value.lstrip("-").isdecimal():
        return int(value)
    if kind == "boolean" and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return value
