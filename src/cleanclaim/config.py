"""``cleanclaim.toml``: a clinic's payers, sites and clinicians, and how they fill what its files leave out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from cleanclaim.citation import Citation
from cleanclaim.claims.schema import SETTINGS
from cleanclaim.codes import modifiers, npi, payers
from cleanclaim.codes.payers.load import overlaid, read_fields
from cleanclaim.codes.payers.toml import Key, did_you_mean, parse, read, shown
from cleanclaim.dated import Periods
from cleanclaim.errors import UnknownPayer

FILE_NAME = "cleanclaim.toml"

EXAMPLE = """\
# cleanclaim.toml: every section is optional, every key but those marked "required" too.

[payers."Acme Health"]         # a payer's id or name as your files write it, in any case
pack = "commercial"            # required: medicare, medicaid or commercial
names = ["60054", "Acme PPO"]  # other ids or names of the same payer
# Any field of a pack may follow. A plain value always holds and rests on your contract:
filing_limit = "90 days"
unit_method = "cms"            # cms, ama, hybrid, whole_15, nearest_15 or per_visit
# ... or a list of dated values; on other days the pack's own value stands:
discipline_modifier_required = [{ value = true, first_day = 2025-07-01, source = "manual 2025, p. 12" }]
# Fields that go by procedure code (names with digits need no quotes):
substitute_code.97014 = "G0283"
code_excluded.97010 = true

[payers.MEDICARE]
pack = "medicare"
names = ["Medicare Part B", "Railroad Medicare"]

[sites.main]
setting = "office"             # required: office, outpatient_hospital, critical_access_hospital,
                               # skilled_nursing_part_b, home_health_part_b, rehabilitation_agency or corf
npi = "1234567893"             # billing NPI; sites that share one give only what they agree on
mac = "01112"                  # Medicare contractor and locality, always both: they lead to local prices
locality = "05"

[clinicians.JD]                # your own id, or the NPI itself
npi = "1245319599"
credential = "PT"              # PT, PTA, OT, OTA, SLP, MD ...
discipline = "GP"              # only where the credential does not say: GP, GO, GN or PT, OT, SLP
taxonomy = "225100000X"

[defaults]
payer = "medicare"             # for rows that name no payer
site = "main"                  # for rows without a billing NPI
"""

_CONTRACT = Citation(FILE_NAME, "clinic's contract")


@dataclass(frozen=True, slots=True)
class Site:
    """A place of business: its setting, billing NPI and fee schedule locality; None where not stated."""

    name: str
    setting: str
    npi: str | None = None
    mac: str | None = None
    locality: str | None = None


@dataclass(frozen=True, slots=True)
class Clinician:
    """Who renders services: the practice's own id, NPI, credential, discipline (GP, GO, GN) and taxonomy code."""

    id: str
    npi: str | None = None
    credential: str | None = None
    discipline: str | None = None
    taxonomy: str | None = None


@dataclass(frozen=True)
class Config:
    """What a clinic has told about itself, and the payer policy that follows from it.

    ``payer_packs`` leads from a payer's id or name, in small letters, to the id of a pack: a shipped one, or one of
    ``overrides``, the clinic's own packs, one for each payer whose fields it overrides.

    >>> Config.load(None).pack_of("Medicare").id
    'medicare'
    """

    payer_packs: Mapping[str, str] = field(default_factory=dict)
    overrides: tuple[payers.Pack, ...] = ()
    sites: tuple[Site, ...] = ()
    clinicians: tuple[Clinician, ...] = ()
    default_payer: str | None = None
    default_site: Site | None = None

    @classmethod
    def load(cls, path: Path | str | None) -> Config:
        """Return the configuration in the file ``path`` (None: the empty one); ConfigError naming the key at fault."""
        return cls() if path is None else cls.of(read(Path(path)), Path(path).name)

    @classmethod
    def parse(cls, text: str, file: str = FILE_NAME) -> Config:
        """Return the configuration in ``text``.

        >>> Config.parse('[payers."Acme Health"]\\npack = "commercial"\\nunit_method = "cms"').pack_of("ACME HEALTH").id
        'commercial:acme health'
        """
        return cls.of(parse(text, file), file)

    @classmethod
    def of(cls, document: Mapping[str, object], file: str = FILE_NAME) -> Config:
        """Return the configuration in a parsed TOML document."""
        key = Key(file)
        top = key.table(dict(document), ("payers", "sites", "clinicians", "defaults"))
        names, overrides = _payers(top.get("payers", {}), key / "payers")
        sites = _sites(top.get("sites", {}), key / "sites")
        defaults, place = (key / "defaults").table(top.get("defaults", {}), ("payer", "site")), key / "defaults"
        config = cls(names, overrides, sites, _clinicians(top.get("clinicians", {}), key / "clinicians"))
        if "payer" in defaults:
            payer = (place / "payer").text(defaults["payer"])
            if config._pack_id(payer) is None:
                raise (place / "payer").error(f"{shown(payer)} is neither in [payers] nor a pack; {_how_to_map(payer)}")
            config = replace(config, default_payer=payer)
        by_name = {site.name: site for site in sites}
        if "site" in defaults:
            if not sites:
                raise (place / "site").error("no site is configured; add a [sites.NAME] table")
            site = (place / "site").choice(defaults["site"], tuple(by_name))
            return replace(config, default_site=by_name[site])
        return replace(config, default_site=sites[0] if len(sites) == 1 else None)

    @property
    def packs(self) -> tuple[payers.Pack, ...]:
        """The shipped packs, then the clinic's own."""
        return (*payers.packs(), *self.overrides)

    def periods(self) -> Periods:
        """Return the periods within which no value of a pack changes."""
        return self.policy.periods

    def policy_by_period(self) -> pl.DataFrame:
        """Return ``codes.payers.policy_by_period`` with the clinic's own packs."""
        return self.policy.by_period

    def code_policy_by_period(self) -> pl.DataFrame:
        """Return ``codes.payers.code_policy_by_period`` with the clinic's own packs."""
        return self.policy.by_code

    @cached_property
    def policy(self) -> payers.Policy:
        """The policy tables of the shipped packs and the clinic's own."""
        return payers.Policy.of(self.packs) if self.overrides else payers.shipped()

    def pack_of(self, payer: str) -> payers.Pack:
        """Return the pack of a payer's id or name, in any case; UnknownPayer where it is not mapped."""
        found = self._pack_id(payer)
        if found is None:
            near = did_you_mean(payer, [*self.payer_packs, *(pack.id for pack in payers.packs())])
            raise UnknownPayer(f"payer {shown(payer)} is not mapped{near}; {_how_to_map(payer)}", field="payer")
        return next(pack for pack in self.packs if pack.id == found)

    def with_default_payer(self, payer: str) -> Config:
        """Return this configuration with the payer of rows that name none; UnknownPayer where it is not mapped."""
        self.pack_of(payer)
        return replace(self, default_payer=payer.strip())

    def resolve(self, services: pl.DataFrame) -> pl.DataFrame:
        """Return ``services`` (SERVICES) with what they leave out and this configuration knows.

        Same rows, order and columns. Filled where null: ``payer`` (the default), ``pack``, ``setting``, ``mac`` with
        ``locality``, ``credential``, ``taxonomy`` and ``stated_discipline``. A clinician's own id in
        ``rendering_npi`` gives way to the NPI, or to null where none is configured, since an id is no NPI.

        A site is found by ``billing_npi``; sites that share one give only what they agree on. The default site (the
        one site, if there is only one) serves rows without an NPI or with its own, and every row if it has none.
        """
        return services.with_columns(self._filled)

    @cached_property
    def _filled(self) -> list[pl.Expr]:
        columns = {**self._payer_columns(), **self._site_columns(), **self._clinician_columns()}
        return [column.alias(name) for name, column in columns.items()]

    @staticmethod
    def unmapped(services: pl.DataFrame) -> list[tuple[str | None, int]]:
        """Return each payer without a pack, as written, with its rows, most rows first; None: no payer is named.

        ``services`` as ``resolve`` returned them.
        """
        counted = (
            services.lazy()
            .filter(pl.col("pack").is_null())
            .group_by(payer=pl.coalesce(_given("payer"), _given("payer_id")))
            .agg(rows=pl.len())
            .sort("rows", "payer", descending=[True, False], nulls_last=True)
            .collect()
        )
        return [(payer, rows) for payer, rows in counted.iter_rows()]

    def _pack_id(self, payer: str) -> str | None:
        return self._packs_by_name.get(_folded(payer))

    @cached_property
    def _packs_by_name(self) -> dict[str, str]:
        return {**{pack.id: pack.id for pack in payers.packs()}, **self.payer_packs}

    def _payer_columns(self) -> dict[str, pl.Expr]:
        by_id, by_name = (_looked_up(_key(column), self._packs_by_name) for column in ("payer_id", "payer"))
        pack = pl.coalesce("pack", by_id, by_name)
        if self.default_payer is None:
            return {"pack": pack}
        nameless = _given("payer").is_null() & _given("payer_id").is_null()
        return {
            "payer": pl.when(nameless).then(pl.lit(self.default_payer)).otherwise("payer"),
            "pack": pl.coalesce(pack, pl.when(nameless).then(pl.lit(self._pack_id(self.default_payer)))),
        }

    def _site_columns(self) -> dict[str, pl.Expr]:
        if not self.sites:
            return {}
        billing, default = _given("billing_npi"), self.default_site
        shared: dict[str, list[Site]] = {}
        for site in self.sites:
            if site.npi is not None:
                shared.setdefault(site.npi, []).append(site)

        def stated(name: str) -> pl.Expr:
            agreed = {number: values.pop() for number, sites in shared.items() if len(values := _all(sites, name)) == 1}
            found = _looked_up(billing, agreed)
            if default is None:
                return found
            serves = billing.is_null() | (billing == default.npi) if default.npi is not None else pl.lit(True)
            return pl.coalesce(found, pl.when(serves).then(pl.lit(getattr(default, name), dtype=pl.String)))

        placed = pl.col("mac").is_not_null() | pl.col("locality").is_not_null()
        return {
            "setting": pl.coalesce("setting", stated("setting")),
            "mac": pl.when(placed).then("mac").otherwise(stated("mac")),
            "locality": pl.when(placed).then("locality").otherwise(stated("locality")),
        }

    def _clinician_columns(self) -> dict[str, pl.Expr]:
        if not self.clinicians:
            return {}
        keys = [(key, one) for one in self.clinicians for key in {one.npi, _folded(one.id)} if key is not None]
        rendering = _key("rendering_npi")

        def stated(name: str) -> pl.Expr:
            return _looked_up(rendering, {key: getattr(one, name) for key, one in keys})

        own_id = rendering.is_in([_folded(one.id) for one in self.clinicians])
        return {
            "rendering_npi": pl.when(own_id).then(stated("npi")).otherwise("rendering_npi"),
            "credential": pl.coalesce("credential", stated("credential")),
            "taxonomy": pl.coalesce("taxonomy", stated("taxonomy")),
            "stated_discipline": pl.coalesce("stated_discipline", stated("discipline")),
        }


def _payers(given: object, key: Key) -> tuple[dict[str, str], tuple[payers.Pack, ...]]:
    names: dict[str, str] = {}
    overrides: list[payers.Pack] = []
    shipped = {pack.id: pack for pack in payers.packs()}
    for payer, value in key.table(given).items():
        place = key / payer
        table = place.table(value, ("pack", "names", *payers.FIELDS))
        if "pack" not in table:
            raise place.error(f"pack is missing; write one of {', '.join(shipped)}")
        pack = shipped[(place / "pack").choice(table["pack"], tuple(shipped))]
        fields, codes = read_fields(
            {name: table[name] for name in table if name in payers.FIELDS}, place, source=_CONTRACT
        )
        if fields or codes:
            pack = overlaid(pack, f"{pack.id}:{_folded(payer)}", payer.strip(), fields, codes)
            overrides.append(pack)
        listed = (place / "names").items(table["names"]) if "names" in table else []
        also = [(place / "names" / i).text(name) for i, name in enumerate(listed)]
        for name in (place.text(payer), *also):
            if _folded(name) in names:
                raise place.error(f"{shown(name)} stands for two payers; names are compared without regard to case")
            names[_folded(name)] = pack.id
    return names, tuple(overrides)


def _sites(given: object, key: Key) -> tuple[Site, ...]:
    sites = []
    for name, value in key.table(given).items():
        place = key / name
        table = place.table(value, ("setting", "npi", "mac", "locality"))
        if "setting" not in table:
            raise place.error(f"setting is missing; write one of {', '.join(SETTINGS)}")
        if ("mac" in table) != ("locality" in table):
            raise place.error("a locality needs both mac and locality; give both or neither")
        sites.append(
            Site(
                name=place.text(name),
                setting=(place / "setting").choice(table["setting"], SETTINGS),
                npi=_npi(table, place),
                mac=_form(table, "mac", place, r"\d{5}", 'the contractor\'s five digits in quotes, such as "01112"'),
                locality=_form(table, "locality", place, r"\d{2}", 'two digits in quotes, such as "05"'),
            )
        )
    return tuple(sites)


def _clinicians(given: object, key: Key) -> tuple[Clinician, ...]:
    found: dict[str, Clinician] = {}
    credentials: dict[str, str | None] | None = None
    for name, value in key.table(given).items():
        place = key / name
        table = place.table(value, ("npi", "credential", "discipline", "taxonomy"))
        if credentials is None:
            credentials = dict(modifiers.credential_discipline().select("credential", "discipline").iter_rows())
        one = _clinician(place.text(name), table, place, credentials)
        for number in {_folded(one.id), one.npi} - {None}:
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
        npi=_npi(table, place) or (id if npi.is_valid(id) else None),
        credential=credential,
        discipline=discipline,
        taxonomy=_form(table, "taxonomy", place, r"[0-9A-Z]{9}X", 'ten letters and digits, such as "225100000X"'),
    )


def _npi(table: Mapping[str, object], place: Key) -> str | None:
    number = _form(table, "npi", place, r"\d{10}", "the NPI's ten digits in quotes")
    if number is not None and not npi.is_valid(number):
        raise (place / "npi").error(f"{shown(number)} fails the NPI check digit; correct the number")
    return number


def _form(table: Mapping[str, object], name: str, place: Key, form: str, wanted: str) -> str | None:
    if name not in table:
        return None
    return (place / name).form(table[name], lambda text: re.fullmatch(form, text, re.ASCII) is not None, wanted)


def _how_to_map(payer: str) -> str:
    packs = ", ".join(pack.id for pack in payers.packs())
    return f'write [payers."{shown(payer).strip(chr(34))}"] with pack = one of {packs} in {FILE_NAME}'


def _all(sites: Iterable[Site], name: str) -> set[str]:
    values = {getattr(site, name) for site in sites}
    return set() if None in values else values


def _given(column: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars()
    return pl.when(text != "").then(text)


def _key(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_lowercase()


def _folded(name: str) -> str:
    return name.strip().lower()


def _looked_up(key: pl.Expr, values: Mapping[str, str | None]) -> pl.Expr:
    if not values:
        return pl.lit(None, dtype=pl.String)
    found = pl.Series(list(values.values()), dtype=pl.String)
    return key.replace_strict(pl.Series(list(values), dtype=pl.String), found, default=None, return_dtype=pl.String)
