"""Who really posted a webhook: Twilio's signature over the configured public URL and the raw body.

The rules stand in Twilio's "Webhooks security" page. The comparison is the official validator's; around it we add
what it leaves out: the hash of a JSON body, repeated parameters, rotated tokens, and a plain "no" where it raises.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def form_of(raw_body: bytes) -> dict[str, list[str]]:
    """The form's parameters, blank values and spaces kept. Raises ValueError when it is no form."""
    return parse_qs(raw_body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(raw_body), max_num_fields=200)


def is_signed(
    *,
    url: str,
    raw_body: bytes,
    content_type: str,
    signature: str | None,
    tokens: Sequence[str],
    method: str = "POST",
    form: Mapping[str, list[str]] | None = None,
) -> bool:
    """`url` is the public one as configured, with path and query as they came. Never raises: doubt is a no.

    `form` is `form_of(raw_body)`, from a caller who has read it already.
    """
    if not signature:
        return False
    try:
        parameters = _signed_parameters(url, raw_body, content_type, method, form)
        return any(_accepts(url, parameters, signature, token) for token in tokens)
    except Exception:  # noqa: BLE001 - the official validator raises on odd input; odd input is not signed
        return False


def _signed_parameters(
    url: str, raw_body: bytes, content_type: str, method: str, form: Mapping[str, list[str]] | None
) -> _Parameters:
    """What is signed besides the URL. Raises ValueError when the body is nothing that is signed."""
    kind = content_type.partition(";")[0].strip().lower()
    if method == "GET":
        return _Parameters()
    if kind == FORM:
        return _Parameters(form_of(raw_body) if form is None else form)
    if kind == JSON and _hash_matches(url, raw_body):
        return _Parameters()
    raise ValueError("neither a form nor JSON whose hash is signed")


def _accepts(url: str, parameters: _Parameters, signature: str, token: str) -> bool:
    validator = RequestValidator(token)
    as_configured = validator.compute_signature(url, parameters)
    if hmac.compare_digest(as_configured.encode(), signature.encode()):
        return True  # nearly always: the validator would go on to compute it with and without the port
    return any(validator.validate(form, parameters, signature) for form in _forms(url))


def _forms(url: str) -> tuple[str, ...]:
    """The URL as it is and, as Twilio's Node library has it, with the one mark of a query that URL parsers encode."""
    place, mark, query = url.partition("?")
    return (url, place + mark + query.replace("'", "%27")) if "'" in query else (url,)


class _Parameters(dict[str, list[str]]):
    """A form as the validator asks for it: `getall` gives all the values of a repeated name."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def _hash_matches(url: str, raw_body: bytes) -> bool:
    given = dict(parse_qsl(urlsplit(url).query)).get("bodySHA256", "")
    return hmac.compare_digest(given, hashlib.sha256(raw_body).hexdigest())


def signed(url: str, form: Mapping[str, str], token: str) -> str:
    """The signature that Twilio would put on this form, posted to this public URL."""
    return str(RequestValidator(token).compute_signature(url, dict(form)))
