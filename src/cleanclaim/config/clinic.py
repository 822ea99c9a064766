"""A clinic's configuration: what it fills in that files leave out, and the payer policy that follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from cleanclaim.codes import payers
from cleanclaim.codes.payers.toml import Key, did_you_mean, parse, read, shown
from cleanclaim.config.contracts import Contracts, how_to_map, read_payers
from cleanclaim.config.example import FILE_NAME
from cleanclaim.config.names import folded, given, key, looked_up
from cleanclaim.config.people import Clinician, Site, read_clinicians, read_sites
from cleanclaim.config.sending import Sending, read_sending
from cleanclaim.config.settings import RuleSettings, Suppression, read_rules, read_suppressions
from cleanclaim.dated import FEW, Periods
from cleanclaim.errors import UnknownPayer

_SECTIONS = ("payers", "sites", "clinicians", "defaults", "rules", "suppressions", "mapping")
_MOST = 1 << 12
_SENDING = ("submitter", "receivers", "billing", "physicians")


@dataclass(frozen=True)
class Config:
    """What a clinic has told about itself, and the payer policy that follows from it.

    >>> Config.load(None).pack_of("Medicare").id
    'medicare'
    """

    contracts: Contracts = field(default_factory=Contracts)
    sites: tuple[Site, ...] = ()
    clinicians: tuple[Clinician, ...] = ()
    default_payer: str | None = None
    default_site: Site | None = None
    rules: RuleSettings | None = None
    site_rules: Mapping[str, RuleSettings] = field(default_factory=dict)
    suppressions: tuple[Suppression, ...] = ()
    sending: Sending = field(default_factory=Sending)
    mapping: Mapping[str, object] | str | None = None
    """What other headers mean: the ``[mapping]`` table, or a file or shipped mapping by name. None: nothing is said."""

    @classmethod
    def load(cls, path: Path | str | None) -> Config:
        """Return the configuration in the file ``path`` (None: the empty one); ConfigError naming the key at fault."""
        return cls() if path is None else cls.of(read(Path(path)), Path(path).name, Path(path).parent)

    @classmethod
    def parse(cls, text: str, file: str = FILE_NAME) -> Config:
        """Return the configuration in ``text``.

        >>> Config.parse('[payers."Acme Health"]\\npack = "commercial"\\nunit_method = "cms"').pack_of("ACME HEALTH").id
        'commercial:acme health'
        """
        return cls.of(parse(text, file), file)

    @classmethod
    def of(cls, document: Mapping[str, object], file: str = FILE_NAME, folder: Path | None = None) -> Config:
        """Return the configuration in a parsed TOML document; the clinic's own packs stand beside it in ``folder``."""
        key = Key(file, folder=folder)
        top = key.table(dict(document), (*_SECTIONS, *_SENDING))
        sites = read_sites(top.get("sites", {}), key / "sites")
        config = cls(
            contracts=read_payers(top.get("payers", {}), key / "payers"),
            sites=sites,
            clinicians=read_clinicians(top.get("clinicians", {}), key / "clinicians"),
            default_site=sites[0] if len(sites) == 1 else None,
            rules=read_rules(top["rules"], key / "rules") if "rules" in top else None,
            site_rules=_site_rules(top.get("sites", {}), key / "sites"),
            sending=read_sending(top, key),
            mapping=_mapping(top.get("mapping"), key / "mapping"),
        )
        suppressions = read_suppressions(
            top.get("suppressions", []),
            key / "suppressions",
            payer=config._known_payer,
            sites=tuple(site.name for site in sites),
        )
        return replace(config, suppressions=suppressions)._with_defaults(top.get("defaults", {}), key / "defaults")

    def _with_defaults(self, stated: object, place: Key) -> Config:
        defaults = place.table(stated, ("payer", "site"))
        config = self
        if "payer" in defaults:
            config = replace(config, default_payer=self._known_payer(defaults["payer"], place / "payer"))
        if "site" in defaults:
            if not self.sites:
                raise (place / "site").error("no site is configured; add a [sites.NAME] table")
            by_name = {site.name: site for site in self.sites}
            config = replace(config, default_site=by_name[(place / "site").choice(defaults["site"], tuple(by_name))])
        return config

    def _known_payer(self, stated: object, place: Key) -> str:
        payer = place.text(stated)
        if self._pack_id(payer) is None:
            raise place.error(f"{shown(payer)} is neither in [payers] nor a pack; {how_to_map(payer)}")
        return payer

    @property
    def payer_packs(self) -> Mapping[str, str]:
        """From a payer's id or name, in small letters, to the id of a pack: a shipped one, or one of ``overrides``."""
        return self.contracts.packs

    @property
    def overrides(self) -> tuple[payers.Pack, ...]:
        """The clinic's own packs, one for each payer whose fields it overrides."""
        return self.contracts.overrides

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
            raise UnknownPayer(f"payer {shown(payer)} is not mapped{near}; {how_to_map(payer)}", field="payer")
        return next(pack for pack in self.packs if pack.id == found)

    def with_default_payer(self, payer: str) -> Config:
        """Return this configuration with the payer of rows that name none; UnknownPayer where it is not mapped."""
        self.pack_of(payer)
        return replace(self, default_payer=payer.strip())

    def resolve(self, services: pl.DataFrame) -> pl.DataFrame:
        """Return ``services`` (SERVICES) with what they leave out and this configuration knows.

        Same rows, order and columns. Filled where null: ``payer`` (the default), ``pack``, ``setting``, ``mac`` with
        ``locality``, ``credential``, ``taxonomy`` and ``stated_discipline``. A clinician's own id in
        ``rendering_npi`` gives way to the NPI; where none is configured it moves to ``clinician_id``, since an id is
        no NPI.

        A site is found by ``billing_npi``; sites that share one give only what they agree on. The default site (the
        one site, if there is only one) serves rows without an NPI or with its own, and every row if it has none.
        """
        if not 0 < services.height <= FEW:
            return services.with_columns_seq(self._filled)
        asked = services[:, self._asked].rows()
        told = [row for key in asked if (row := self._seen.get(key)) is not None]
        if len(told) < len(asked):
            told = services.select_seq(self._filled).rows()
            if len(self._seen) > _MOST:
                self._seen.clear()
            self._seen.update(zip(asked, told, strict=True))
        completed = services.clone()
        for expression, values in zip(self._filled, zip(*told, strict=True), strict=True):
            name = expression.meta.output_name()
            completed.replace_column(services.get_column_index(name), pl.Series(name, values, dtype=pl.String))
        return completed

    @cached_property
    def _asked(self) -> list[str]:
        """The columns that decide what is filled in."""
        return sorted({name for expression in self._filled for name in expression.meta.root_names()})

    @cached_property
    def _seen(self) -> dict[tuple[str | None, ...], tuple[str | None, ...]]:
        """What was filled in for a few rows before, by what they said: the next visit has the same payer and site."""
        return {}

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
            .group_by(payer=pl.coalesce(given("payer"), given("payer_id")))
            .agg(rows=pl.len())
            .sort("rows", "payer", descending=[True, False], nulls_last=True)
            .collect()
        )
        return [(payer, rows) for payer, rows in counted.iter_rows()]

    def payer_id(self, name: str) -> str | None:
        """Return the one name, in small letters, that all names of a payer lead to; None where it is not mapped.

        >>> Config.parse('[payers.Acme]\\npack = "commercial"\\nnames = ["60054"]').payer_id("60054")
        'acme'
        """
        return self._payers_by_name.get(folded(name))

    @cached_property
    def payer_column(self) -> pl.Expr:
        """``payer_id`` of the rows of SERVICES."""
        by_id, by_name = (looked_up(key(column), self._payers_by_name) for column in ("payer_id", "payer"))
        return pl.coalesce(by_id, by_name)

    @cached_property
    def site_column(self) -> pl.Expr:
        """The name of the site of the rows of SERVICES; null where none is told, or several share the billing NPI."""
        sites: dict[str, list[str]] = {}
        for site in self.sites:
            sites.setdefault(site.npi or "", []).append(site.name)
        found = looked_up(
            given("billing_npi"), {number: names[0] for number, names in sites.items() if len(names) == 1}
        )
        if self.default_site is None:
            return found
        return pl.coalesce(pl.when(self._default_site_serves).then(pl.lit(self.default_site.name)), found)

    @property
    def _default_site_serves(self) -> pl.Expr:
        """True for rows without a billing NPI or with the default site's own, and for every row if it has none."""
        billing, default = given("billing_npi"), self.default_site
        if default is None or default.npi is None:
            return pl.lit(default is not None)
        return billing.is_null() | (billing == default.npi)

    @cached_property
    def _payers_by_name(self) -> dict[str, str]:
        return {**{pack.id: pack.id for pack in payers.packs()}, **self.contracts.payers}

    def _pack_id(self, payer: str) -> str | None:
        return self._packs_by_name.get(folded(payer))

    @cached_property
    def _packs_by_name(self) -> dict[str, str]:
        return {**{pack.id: pack.id for pack in payers.packs()}, **self.payer_packs}

    def _payer_columns(self) -> dict[str, pl.Expr]:
        by_id, by_name = (looked_up(key(column), self._packs_by_name) for column in ("payer_id", "payer"))
        pack = pl.coalesce("pack", by_id, by_name)
        if self.default_payer is None:
            return {"pack": pack}
        nameless = given("payer").is_null() & given("payer_id").is_null()
        return {
            "payer": pl.when(nameless).then(pl.lit(self.default_payer)).otherwise("payer"),
            "pack": pl.coalesce(pack, pl.when(nameless).then(pl.lit(self._pack_id(self.default_payer)))),
        }

    def _site_columns(self) -> dict[str, pl.Expr]:
        if not self.sites:
            return {}
        billing, default = given("billing_npi"), self.default_site
        shared: dict[str, list[Site]] = {}
        for site in self.sites:
            if site.npi is not None:
                shared.setdefault(site.npi, []).append(site)

        def stated(name: str) -> pl.Expr:
            agreed = {number: values.pop() for number, sites in shared.items() if len(values := _all(sites, name)) == 1}
            found = looked_up(billing, agreed)
            if default is None:
                return found
            return pl.coalesce(
                found, pl.when(self._default_site_serves).then(pl.lit(getattr(default, name), dtype=pl.String))
            )

        placed = pl.col("mac").is_not_null() | pl.col("locality").is_not_null()
        return {
            "setting": pl.coalesce("setting", stated("setting")),
            "mac": pl.when(placed).then("mac").otherwise(stated("mac")),
            "locality": pl.when(placed).then("locality").otherwise(stated("locality")),
        }

    def _clinician_columns(self) -> dict[str, pl.Expr]:
        if not self.clinicians:
            return {}
        keys = [(key, one) for one in self.clinicians for key in {one.npi, folded(one.id)} if key is not None]
        rendering = key("rendering_npi")

        def stated(name: str) -> pl.Expr:
            return looked_up(rendering, {key: getattr(one, name) for key, one in keys})

        own_id = rendering.is_in([folded(one.id) for one in self.clinicians])
        return {
            "rendering_npi": pl.when(own_id).then(stated("npi")).otherwise("rendering_npi"),
            "clinician_id": pl.when(own_id & stated("npi").is_null()).then("rendering_npi").otherwise("clinician_id"),
            "credential": pl.coalesce("credential", stated("credential")),
            "taxonomy": pl.coalesce("taxonomy", stated("taxonomy")),
            "stated_discipline": pl.coalesce("stated_discipline", stated("discipline")),
        }


def _all(sites: Iterable[Site], name: str) -> set[str]:
    values = {getattr(site, name) for site in sites}
    return set() if None in values else values


def _site_rules(stated: object, place: Key) -> dict[str, RuleSettings]:
    tables = {name.strip(): (place / name, place.table(site)) for name, site in place.table(stated).items()}
    return {name: read_rules(site["rules"], at / "rules") for name, (at, site) in tables.items() if "rules" in site}


def _mapping(stated: object, place: Key) -> Mapping[str, object] | str | None:
    """The table as it stands, which the readers of files check, or a name: of a file beside this one, or shipped."""
    if stated is None or isinstance(stated, dict):
        return stated
    name = place.text(stated)
    beside = (place.folder or Path()) / name
    return str(beside) if beside.is_file() else name
