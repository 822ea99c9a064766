"""The providers of a claim: who is paid, who gave the services, who ordered them, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cleanclaim.config import Site
from cleanclaim.config.sending import BillingProvider, Name, Place
from cleanclaim.outgoing.known import Known, Row
from cleanclaim.outgoing.needs import CONFIG, Needs
from cleanclaim.x12.write.claims837.model import Address, Billing, Contact, Party

_AT_HOME = ("12", "10")
"""Places of service that are the patient's home, which is no service facility."""


def address(place: Place) -> Address:
    """Return a place of the configuration as an address of a claim."""
    return Address(place.street, place.city, place.state, place.zip, place.street_2)


def person(name: Name, npi: str | None, taxonomy: str | None = None) -> Party:
    """Return a person of the configuration as a party of a claim."""
    return Party(name.last, name.first, name.middle, name.suffix, id=npi, taxonomy=taxonomy)


def billing_provider(known: Known, rows: Sequence[Row], needs: Needs) -> tuple[Billing | None, Site | None]:
    """Return the billing provider of a claim, and the site where it was given, if one is told."""
    own = known.config.sending.billing
    if own is None:
        needs.say("the billing provider is missing: [billing]")
        return None, None
    sites = {site.name: site for site in known.config.sites}
    site = sites.get(needs.one(rows, "site") or "")
    stated = needs.one(rows, "billing_npi")
    if stated in (None, own.npi) and (site is None or site.npi in (None, own.npi)):
        return _of_practice(own), site
    if site is not None and site.npi is not None and stated in (None, site.npi):
        return _of_site(own, site, needs), None
    needs.say(f"billing NPI {stated} is neither that of [billing] nor of one site")
    return None, site


def _of_practice(own: BillingProvider) -> Billing:
    at = address(own.place)
    if own.person is not None:
        party = person(own.person, own.npi, own.taxonomy)
        party = Party(party.name, party.first, party.middle, party.suffix, True, own.npi, own.taxonomy, at)
    else:
        party = Party(own.name or "", is_person=False, id=own.npi, taxonomy=own.taxonomy, address=at)
    return _billing(own, party, own.tax_id)


def _of_site(own: BillingProvider, site: Site, needs: Needs) -> Billing | None:
    place, title = site.place, f"[sites.{site.name}]"
    name = needs.text(site.full_name, f"name in {title}", CONFIG, "the billing provider's name")
    if place is None or len(place.zip) != 9:
        needs.say(f"the billing provider's address is missing: street, city, state and zip of nine digits in {title}")
        return None
    party = Party(name, is_person=False, id=site.npi, taxonomy=site.taxonomy or own.taxonomy, address=address(place))
    return _billing(own, party, site.tax_id or own.tax_id)


def _billing(own: BillingProvider, party: Party, tax_id: str) -> Billing:
    contact = Contact(own.name or party.name, phone=own.phone) if own.phone else None
    pay_to = address(own.pay_to) if own.pay_to else None
    return Billing(party, tax_id, "SY" if own.tax_id_kind == "ssn" else "EI", contact, pay_to)


def service_facility(site: Site | None, billing: Billing, place: str | None, needs: Needs) -> Party | None:
    """Return the site as service facility, where its address is not the billing provider's and not the patient's."""
    if site is None or site.place is None or place in _AT_HOME or address(site.place) == billing.party.address:
        return None
    title = f"[sites.{site.name}]"
    if len(site.place.zip) != 9:
        needs.say(f"the service facility's full ZIP code is missing: zip of nine digits in {title}")
    name = needs.text(site.full_name, f"name in {title}", CONFIG, "the service facility's name")
    own = site.facility_npi if site.facility_npi != billing.party.id else None
    return Party(name, is_person=False, id=own, address=address(site.place))


def provider(known: Known, npi: str | None, taxonomy: str | None, what: str, needs: Needs) -> Party | None:
    """Return the person with an NPI; None where there is no NPI. One whose name is not known is noted."""
    if npi is None:
        return None
    name = known.names.get(npi)
    if name is None:
        needs.say(f"the name of the {what} (NPI {npi}) is missing: last_name in [clinicians] or [physicians]")
        return None
    return person(name, npi, taxonomy or known.taxonomies.get(npi))


def usual(rows: Sequence[Row], name: str) -> str | None:
    """Return what most rows of a claim say in a column, the first of those that as many say; None where none does.

    >>> usual([{"npi": "1"}, {"npi": "2"}, {"npi": "2"}, {"npi": None}], "npi")
    '2'
    """
    counted = Counter(row[name] for row in rows if row[name] is not None)
    return counted.most_common(1)[0][0] if counted else None
