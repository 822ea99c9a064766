"""Which rules are asked and which of their findings are told: selection, severities, settings, suppressions.

The command line wins over the file: ``--select`` stands in place of the file's ``select``, ``--ignore`` adds to its
``ignore``, and a rule that the command line names by id or name is told whatever the file says of it. Settings of a
payer or a site narrow what is told of their rows; they never widen it.

Leaving a rule out never makes another one speak. A finding that gives way to a rule's finding (``yields_to``) gives way
also where that rule is left out: what is told of a selection is what a whole run tells of the same rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import polars as pl

from cleanclaim.codes.payers.toml import did_you_mean, shown
from cleanclaim.config import Config
from cleanclaim.config.settings import RuleSettings, Suppression
from cleanclaim.engine import named
from cleanclaim.engine.left_out import LeftOut
from cleanclaim.engine.named import SEVERITIES
from cleanclaim.engine.severity import ADVISED
from cleanclaim.errors import InputError
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule, Severity

FATES = ("settings", "suppressed", "below_level")
"""Why a finding is not told: its payer or site leaves the rule out, it is suppressed, it is less grave than asked."""

_BETWEEN = "\x1f"


@dataclass(frozen=True)
class Selection:
    """The rules to ask, and what becomes of each of their findings.

    ``asked`` are the rules that the command line names by id or name: no setting of the file leaves them out.
    """

    config: Config
    as_of: date
    rules: tuple[Rule, ...]
    asked: frozenset[str] = frozenset()
    level: Severity | None = None
    severities: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        config: Config,
        *,
        as_of: date,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        level: str | None = None,
    ) -> Selection:
        """Return the selection that options and configuration make; InputError or ConfigError for an unknown name.

        >>> one = Selection.of(Config.load(None), as_of=date(2026, 3, 5), select=["P1"], ignore=["P101"])
        >>> [rule.id for rule in one.rules][:2]
        ['P102', 'P103']
        """
        if level is not None and level not in SEVERITIES:
            raise InputError(
                f"{shown(level)} is not one of {', '.join(SEVERITIES)}{did_you_mean(level, SEVERITIES)}",
                field="--severity",
            )
        every = {rule.id for rule in all_rules()}
        of_file = config.rules
        told = named.wanted(of_file) if of_file else every
        asked = frozenset(rule.id for word in select if (rule := named.exactly(word)) is not None)
        if select:
            kept = named.wanted(replace(of_file, select=None)) if of_file else every
            told = named.ids(select, named.option("--select")) & kept | asked
        told -= named.ids(ignore, named.option("--ignore"))
        if not told:
            raise InputError("no rule is left to ask; ignore fewer, or select more", field="--select")
        made = cls(
            config=config,
            as_of=as_of,
            rules=tuple(rule for rule in all_rules() if rule.id in told),
            asked=asked,
            level=Severity(level) if level is not None else None,
            severities=named.severities(of_file) if of_file else {},
        )
        made._check_names()
        return made

    def _check_names(self) -> None:
        """Whatever the file names is looked at once, also where this run has no use for it."""
        for one in (*self.config.contracts.rules.values(), *self.config.site_rules.values()):
            named.wanted(one), named.severities(one)
        for suppression in self.config.suppressions:
            named.suppressed_rules(suppression)

    @property
    def narrowed(self) -> tuple[Rule, ...] | None:
        """The rules where some are left out; None: all of them."""
        return self.rules if len(self.rules) < len(all_rules()) else None

    @cached_property
    def _is_plain(self) -> bool:
        """Whether every finding of the rules is told, whatever its payer and site."""
        config = self.config
        scoped = config.contracts.rules or config.site_rules or config.suppressions
        return self.level is None and not scoped

    @cached_property
    def _severity_of_rule(self) -> pl.Expr:
        own = {rule.id: rule.severity.value for rule in self.rules} | dict(self.severities)
        return pl.col("rule").replace_strict(list(own), list(own.values()), return_dtype=pl.String).alias("severity")

    def settle(self, found: pl.DataFrame) -> pl.DataFrame:
        """Return ``found`` (a report's findings) with ``severity``, ``fate`` and ``suppression``.

        The severity is the rule's own, unless the file gives another: for the payer, else for the site, else for all. A
        finding that rests on an uncertain value of a pack advises whatever the file says.

        ``fate`` is one of FATES, null for a finding that is told; ``suppression`` counts into the configuration's list.
        """
        if self._is_plain:
            settled = found.with_columns(self._severity_of_rule, *_UNTOUCHED)
            sure = settled["uncertain"].null_count() == settled.height
            return settled if sure else settled.with_columns(ADVISED)
        return (
            found.lazy()
            .with_columns(self._severity_of_rule, *_UNTOUCHED)
            .with_columns(_payer=self.config.payer_column, _site=self.config.site_column)
            .with_columns(severity=self._severity, suppression=self._suppression, _left_out=self._left_out)
            .with_columns(ADVISED)
            .with_columns(fate=self._fate)
            .drop("_payer", "_site", "_left_out")
            .collect()
        )

    @cached_property
    def _severity(self) -> pl.Expr:
        """The severity by payer, else by site, else what is there."""
        by_payer = {name: named.severities(one) for name, one in self.config.contracts.rules.items()}
        by_site = {name: named.severities(one) for name, one in self.config.site_rules.items()}
        return pl.coalesce(_of_pair("_payer", by_payer), _of_pair("_site", by_site), "severity")

    @cached_property
    def _left_out(self) -> pl.Expr:
        """True where the payer or the site of a row does not want the rule."""
        every = {rule.id for rule in self.rules} - self.asked

        def unwanted(column: str, settings: Mapping[str, RuleSettings]) -> pl.Expr:
            pairs = [f"{rule}{_BETWEEN}{name}" for name, one in settings.items() for rule in every - named.wanted(one)]
            return _pair(column).is_in(pairs).fill_null(False)

        return unwanted("_payer", self.config.contracts.rules) | unwanted("_site", self.config.site_rules)

    @cached_property
    def _suppression(self) -> pl.Expr:
        """The first suppression in force that fits, as its place in the configuration's list."""
        fitting = [
            pl.when(self._fits(one)).then(pl.lit(i, dtype=pl.Int64))
            for i, one in enumerate(self.config.suppressions)
            if one not in self.expired
        ]
        return pl.coalesce(fitting) if fitting else pl.lit(None, dtype=pl.Int64)

    def _fits(self, one: Suppression) -> pl.Expr:
        rules = named.suppressed_rules(one)
        fits = pl.col("rule").is_in([rule.id for rule in rules])
        if one.payer is not None:
            fits &= pl.col("_payer") == self.config.payer_id(one.payer)
        if one.site is not None:
            fits &= pl.col("_site") == one.site
        if one.code is not None:
            # a visit or a claim shows on its first row, whose code says nothing of the fault
            fits &= pl.col("rule").is_in([rule.id for rule in rules if rule.grain in named.WITH_CODE])
            fits &= pl.col("code") == one.code
        for column, wanted in (("claim_id", one.claim), ("visit_id", one.visit)):
            if wanted is not None:
                fits &= pl.col(column).str.strip_chars() == wanted
        return fits.fill_null(False)

    @cached_property
    def _fate(self) -> pl.Expr:
        graver = SEVERITIES if self.level is None else SEVERITIES[: SEVERITIES.index(self.level) + 1]
        return (
            pl.when("_left_out")
            .then(pl.lit("settings"))
            .when(pl.col("suppression").is_not_null())
            .then(pl.lit("suppressed"))
            .when(~pl.col("severity").is_in(graver))
            .then(pl.lit("below_level"))
        )

    @cached_property
    def expired(self) -> tuple[Suppression, ...]:
        """The suppressions whose last day is past."""
        return tuple(one for one in self.config.suppressions if one.expires < self.as_of)

    def left_out(self, settled: pl.DataFrame) -> LeftOut:
        """Return what of the ``settled`` findings of a whole run is not told."""
        if self._is_plain and self.narrowed is None:
            return LeftOut()
        return self.left_out_by(Counter(settled["fate"]), Counter(settled.filter(fate="suppressed")["suppression"]))

    def left_out_by(self, fates: Counter[str], met: Counter[int]) -> LeftOut:
        """Return the same from how many findings have each fate, and how many each suppression suppresses."""
        if self._is_plain and self.narrowed is None:
            return LeftOut()
        asked = {rule.id for rule in self.rules}
        counts = (
            met[i] if one not in self.expired and any(r.id in asked for r in named.suppressed_rules(one)) else None
            for i, one in enumerate(self.config.suppressions)
        )
        return LeftOut(
            rules=tuple(rule.id for rule in all_rules() if rule.id not in asked),
            settings=fates["settings"],
            below_level=fates["below_level"],
            level=self.level,
            suppressions=tuple(zip(self.config.suppressions, counts, strict=True)),
            expired=self.expired,
        )


_UNTOUCHED = (pl.lit(None, dtype=pl.String).alias("fate"), pl.lit(None, dtype=pl.Int64).alias("suppression"))


def _pair(column: str) -> pl.Expr:
    return pl.concat_str("rule", column, separator=_BETWEEN)


def _of_pair(column: str, values: Mapping[str, Mapping[str, str]]) -> pl.Expr:
    """The value of the row's rule and of what ``column`` names, null where there is none."""
    flat = {f"{rule}{_BETWEEN}{name}": value for name, rules in values.items() for rule, value in rules.items()}
    if not flat:
        return pl.lit(None, dtype=pl.String)
    return _pair(column).replace_strict(list(flat), list(flat.values()), default=None, return_dtype=pl.String)
