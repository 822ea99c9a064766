"""The request of ``cleanclaim units``: one visit's services as JSON values, read strictly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from cleanclaim.claims.schema import METHODS, ROLES, SETTINGS
from cleanclaim.codes import hcpcs, payers
from cleanclaim.codes.modifiers import DISCIPLINES, credential_roles
from cleanclaim.engine.allocate import ASSISTANTS
from cleanclaim.engine.request import choice, day, only, services, text
from cleanclaim.errors import InputError, UnknownCode

if TYPE_CHECKING:
    from cleanclaim.config import Config

LONGEST_DAY = 24 * 60
"""Most minutes of one service."""
_KEYS = ("payer", "method", "dos", "discipline", "setting", "services")
_SERVICE_KEYS = ("code", "minutes", "by", "discipline", "units", "modifiers", "start", "stop")
"""What a service may say. The last four belong to a visit as ``cleanclaim check`` reads it and change no units here."""
_NAME = "a units request"
_ROLE_DISCIPLINE = {
    **dict.fromkeys(("PT", "PTA", "PT+PTA"), "GP"),
    **dict.fromkeys(("OT", "OTA", "OT+OTA"), "GO"),
    "SLP": "GN",
}
_ROLES = {role.upper(): role for role in ROLES}


@dataclass(frozen=True)
class Service:
    """A service as given; ``facts`` are the columns of ``codes.hcpcs.code_periods`` for its code on the date."""

    field: str
    code: str
    minutes: int | None
    by: str | None
    discipline: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class VisitRequest:
    """A request found usable: every service has a discipline; payer or method, or both, are there."""

    payer: payers.Pack | None
    method: str | None
    dos: date
    setting: str | None
    services: tuple[Service, ...]

    @property
    def disciplines(self) -> tuple[str, ...]:
        """The disciplines of the services, in the order of the request: each is a pool."""
        return tuple(dict.fromkeys(service.discipline for service in self.services))


def read_visit(request: Any, config: Config | None = None) -> VisitRequest:
    """Return the visit that ``request`` describes; its payer is a pack's id, or a payer of ``config``.

    Raises InputError, UnknownPayer or UnknownCode, with the path of the field at fault. An assistant's evaluation
    (code ``evaluation_by_assistant``) and an assistant in speech-language pathology (``no_speech_assistant``) are
    refused: neither may be furnished, so there are no units to count.
    """
    only(request, _KEYS, None, _NAME)
    if request.get("payer") is None and request.get("method") is None:
        raise InputError("missing: name a payer, or a method in its place", field="payer")
    payer = None if request.get("payer") is None else _pack(text(request["payer"], "payer"), config)
    dos = day(request.get("dos"))
    discipline = choice(request, "discipline", tuple(DISCIPLINES))
    given = services(request, '{"code": ..., "minutes": ..., "by": ...}')
    facts = _facts([_code(service, f"services[{i}]") for i, service in enumerate(given)], dos)
    read = tuple(
        _service(s, f"services[{i}]", discipline, f) for i, (s, f) in enumerate(zip(given, facts, strict=True))
    )
    return VisitRequest(
        payer=payer,
        method=choice(request, "method", METHODS),
        dos=dos,
        setting=choice(request, "setting", SETTINGS),
        services=tuple(_permitted(service) for service in _with_disciplines(read)),
    )


def _pack(name: str, config: Config | None) -> payers.Pack:
    return payers.pack(name.lower()) if config is None else config.pack_of(name)


def _code(service: Any, field: str) -> str:
    only(service, _SERVICE_KEYS, field, _NAME)
    return text(service.get("code"), f"{field}.code").upper()


def _facts(codes: Sequence[str], dos: date) -> list[Mapping[str, Any]]:
    """The facts of each code on the date, in order; UnknownCode where no table has it."""
    period = hcpcs.periods().number(pl.Series([dos])).item()
    table = hcpcs.code_periods().filter(pl.col("code").is_in(list(set(codes))) & (pl.col("period") == period))
    found = {row["code"]: row for row in table.iter_rows(named=True)}
    for place, code in enumerate(codes):
        if code not in found:
            raise UnknownCode(
                f"{code[:12]!r} is in no table: check the code for a typing error", field=f"services[{place}].code"
            )
    return [found[code] for code in codes]


def _service(service: Mapping[str, Any], field: str, discipline: str | None, facts: Mapping[str, Any]) -> Service:
    return Service(
        field=field,
        code=facts["code"],
        minutes=_minutes(service.get("minutes"), f"{field}.minutes"),
        by=_role(service.get("by"), f"{field}.by"),
        discipline=choice(service, "discipline", tuple(DISCIPLINES), f"{field}.") or discipline or "",
        facts=facts,
    )


def _minutes(value: Any, field: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_DAY:
        raise InputError(f"must be a whole number from 0 to {LONGEST_DAY}", field=field)
    if value != int(value):
        raise InputError("must be whole minutes", field=field)
    return int(value)


def _role(value: Any, field: str) -> str | None:
    if value is None:
        return None
    role = text(value, field).upper()
    if role in ("SLPA", "SLP-A"):
        raise _refused("no_speech_assistant", _NO_SPEECH_ASSISTANT, field)
    known = _ROLES.get(role) or credential_roles().get(role)
    if known is None:
        raise InputError(f"must be one of {', '.join(ROLES)}", field=field)
    return known


def _with_disciplines(services: tuple[Service, ...]) -> list[Service]:
    """Fill each discipline: as stated, else the clinician's, else the only one the code takes, else the day's only."""
    known = [s.discipline or _ROLE_DISCIPLINE.get(s.by or "") or s.facts["required_discipline"] for s in services]
    distinct = {d for d in known if d is not None}
    if None in known and len(distinct) != 1:
        raise InputError(
            "missing: say GP, GO or GN, for neither who gave the services nor their codes decide it", field="discipline"
        )
    return [replace(s, discipline=d or min(distinct)) for s, d in zip(services, known, strict=True)]


def _permitted(service: Service) -> Service:
    """Refuse what may not be furnished: an assistant's evaluation, an assistant in speech-language pathology."""
    assistant, field = service.by in ASSISTANTS, f"{service.field}.by"
    if assistant and service.facts["is_evaluation"]:
        raise _refused(
            "evaluation_by_assistant", f"{service.code} is an evaluation: an assistant may not evaluate", field
        )
    if assistant and "GN" in (service.discipline, service.facts["required_discipline"]):
        raise _refused("no_speech_assistant", _NO_SPEECH_ASSISTANT, field)
    if service.by and _ROLE_DISCIPLINE.get(service.by, service.discipline) != service.discipline:
        raise InputError(
            f"{service.by} does not treat under {service.discipline}: give the service its own discipline", field=field
        )
    return service


_NO_SPEECH_ASSISTANT = (
    "speech-language pathology has no assistant's modifier, and Medicare covers no speech assistant's services"
)


def _refused(code: str, message: str, field: str) -> InputError:
    error = InputError(message, field=field)
    error.code = code
    return error
