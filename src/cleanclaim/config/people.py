"""Sites and clinicians, as ``cleanclaim.toml`` writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cleanclaim.claims.schema import SETTINGS
from cleanclaim.codes import modifiers, npi
from cleanclaim.codes.payers.toml import Key
from cleanclaim.config.names import folded
from cleanclaim.config.sending import PERSON, PLACE, Name, Place, read_name, read_npi, read_place

_ON_CLAIMS = ("name", "facility_npi", "tax_id", "taxonomy")


@dataclass(frozen=True, slots=True)
class Site:
    """A place of business: its setting, billing NPI and fee schedule locality; None where not stated.

    What follows the locality is what a claim says of it: as billing provider where its ``npi`` is not that of
    ``[billing]``, else as the service facility.
    """

    name: str
    setting: str
    npi: str | None = None
    mac: str | None = None
    locality: str | None = None
    full_name: str | None = None
    facility_npi: str | None = None
    tax_id: str | None = None
    taxonomy: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Clinician:
    """Who renders services: own id, NPI, credential, discipline (GP, GO, GN), taxonomy code, and name on claims."""

    id: str
    npi: str | None = None
    credential: str | None = None
    discipline: str | None = None
    taxonomy: str | None = None
    name: Name | None = None


def read_sites(given: object, key: Key) -> tuple[Site, ...]:
    """Return the ``[sites]``; their ``rules`` are left to ``settings.read_rules``. ConfigError naming the key."""
    sites = []
    for name, value in key.table(given).items():
        place = key / name
        table = place.table(value, ("setting", "npi", "mac", "locality", "rules", *_ON_CLAIMS, *PLACE))
        if "setting" not in table:
            raise place.error(f"setting is missing; write one of {', '.join(SETTINGS)}")
        if ("mac" in table) != ("locality" in table):
            raise place.error("a locality needs both mac and locality; give both or neither")
        sites.append(
            Site(
                name=place.text(name),
                setting=(place / "setting").choice(table["setting"], SETTINGS),
                npi=read_npi(table, "npi", place),
                mac=_form(table, "mac", place, r"\d{5}", 'the contractor\'s five digits in quotes, such as "01112"'),
                locality=_form(table, "locality", place, r"\d{2}", 'two digits in quotes, such as "05"'),
                full_name=(place / "name").text(table["name"]) if "name" in table else None,
                facility_npi=read_npi(table, "facility_npi", place),
                tax_id=(_form(table, "tax_id", place, r"\d{2}-?\d{7}", "nine digits in quotes") or "").replace("-", "")
                or None,
                taxonomy=_form(table, "taxonomy", place, r"[0-9A-Z]{9}X", "ten letters and digits in quotes"),
                place=read_place(table, place),
            )
        )
    return tuple(sites)


def read_clinicians(given: object, key: Key) -> tuple[Clinician, ...]:
    """Return the ``[clinicians]``; ConfigError naming the key at fault."""
    found: dict[str, Clinician] = {}
    credentials: dict[str, str | None] | None = None
    for name, value in key.table(given).items():
        place = key / name
        table = place.table(value, ("npi", "credential", "discipline", "taxonomy", *PERSON))
        if credentials is None:
            credentials = dict(modifiers.credential_discipline().select("credential", "discipline").iter_rows())
        one = _clinician(place.text(name), table, place, credentials)
        for number in {folded(one.id), one.npi} - {None}:
            other = found.setdefault(str(number), one)
            if replace(other, id=one.id) != one:
                raise place.error(f"contradicts {Key('', 'clinicians') / other.id}, which has the same id or NPI")
    return tuple({one.id: one for one in found.values()}.values())


def _clinician(id: str, table: dict[str, object], place: Key, credentials: Mapping[str, str | None]) -> Clinician:
    credential = (place / "credential").text(table["credential"]).upper() if "credential" in table else None
    if credential is not None:
        (place / "credential").choice(credential, tuple(credentials))
    discipline = None
    if "discipline" in table:
        written = (place / "discipline").choice(table["discipline"], ("GP", "GO", "GN", "PT", "OT", "SLP"))
        discipline = {therapy: letters for letters, therapy in modifiers.DISCIPLINES.items()}.get(written, written)
        own = credentials.get(credential or "")
        if own is not None and own != discipline:
            raise (place / "discipline").error(f"{written} contradicts credential {credential} ({own}); keep one")
    return Clinician(
        id=id,
        npi=read_npi(table, "npi", place) or (id if npi.is_valid(id) else None),
        credential=credential,
        discipline=discipline,
        taxonomy=_form(table, "taxonomy", place, r"[0-9A-Z]{9}X", 'ten letters and digits, such as "225100000X"'),
        name=read_name(table, place),
    )


def _form(table: Mapping[str, object], name: str, place: Key, form: str, wanted: str) -> str | None:
    if name not in table:
        return None
    return (place / name).form(table[name], lambda text: re.fullmatch(form, text, re.ASCII) is not None, wanted)
