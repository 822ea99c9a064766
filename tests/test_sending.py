"""What the configuration says for writing claims, and how its mistakes are told."""

from __future__ import annotations

import pytest

from cleanclaim.config import Config
from cleanclaim.config.sending import Name, Place, Receiver, SendTo
from cleanclaim.errors import ConfigError

SUBMITTER = '[submitter]\nname = "HILL"\nid = "HILL01"\ncontact = "DESK"\nphone = "3175550100"\nusage = "test"\n'
BILLING = '[billing]\nname = "HILL"\nnpi = "1234567893"\ntax_id = "35-1234567"\nstreet = "1 HILL"\ncity = "CARMEL"\n'
BILLING += 'state = "IN"\nzip = "46032-1234"\n'
PAYER = '[payers.Acme]\npack = "commercial"\nsend = {{ id = "A1"{} }}\n'


def test_all_of_it() -> None:
    text = SUBMITTER + BILLING + PAYER.format(', professional = "A2", institutional = "A3"')
    text += '[receivers.house]\nname = "HOUSE"\nid = "H1"\ninterchange_qualifier = "30"\n'
    text += '[physicians.1003000126]\nlast_name = "DOE"\n'
    sending = Config.parse(text).sending
    assert sending.submitter is not None
    assert sending.billing is not None
    end = sending.submitter.end
    assert (end.interchange_qualifier, end.interchange_id, end.group_id) == ("ZZ", "HILL01", "HILL01")
    assert (sending.submitter.usage, sending.submitter.first_control_number) == ("T", 1)
    assert sending.receivers["house"].end.interchange_qualifier == "30"
    assert isinstance(sending.receivers["house"], Receiver)
    assert sending.billing.place == Place("1 HILL", "CARMEL", "IN", "460321234")
    assert sending.payers == {
        "acme": SendTo("Acme", "A1", professional="005010X222A2", institutional="005010X223A3"),
    }
    assert sending.physicians == {"1003000126": Name("DOE")}


def test_nothing_of_it_is_required() -> None:
    assert Config.load(None).sending == Config.parse("").sending


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        (SUBMITTER.replace('usage = "test"', ""), "submitter", "usage is missing"),
        (SUBMITTER.replace('"test"', '"live"'), "submitter.usage", "not one of production, test"),
        (SUBMITTER.replace('phone = "3175550100"\n', ""), "submitter", "phone, fax or email is missing"),
        (SUBMITTER + 'interchange_id = "1234567890123456"\n', "submitter.interchange_id", "1 to 15 characters"),
        (BILLING.replace("46032-1234", "46032"), "billing.zip", "nine digits"),
        (BILLING.replace('state = "IN"\n', ""), "billing", "state is missing"),
        (BILLING.replace('"IN"', '"Indiana"'), "billing.state", "two letters"),
        (BILLING.replace("35-1234567", "351234"), "billing.tax_id", "nine digits"),
        (BILLING.replace("1234567893", "1234567894"), "billing.npi", "check digit"),
        (BILLING + 'last_name = "ROE"\n', "billing", "give either name"),
        (BILLING + 'signature_on_file = "yes"\n', "billing.signature_on_file", "true or false"),
        (PAYER.format(', professional = "A3"'), "payers.Acme.send.professional", "not one of A1, A2"),
        (PAYER.format(', receiver = "x"'), "payers.Acme.send.receiver", "no receiver is configured"),
        ('[payers.Acme]\npack = "commercial"\nsend = {}\n', "payers.Acme.send", "id is missing"),
        ('[receivers.h]\nname = "H"\nid = "H1"\ndelimiters = "**^~"\n', "receivers.h.delimiters", "four different"),
        ('[receivers.h]\nname = "H"\nid = "H1"\ncharset = "utf-8"\n', "receivers.h.charset", "basic, extended"),
        ('[physicians.x]\nlast_name = "DOE"\n', "physicians.x", "npi is missing"),
        ('[physicians.1003000126]\nfirst_name = "JO"\n', "physicians.1003000126", "last_name is missing"),
        ('[sites.a]\nsetting = "office"\nstreet = "1 HILL"\n', "sites.a", "city is missing"),
    ],
)
def test_mistakes_are_named(text: str, field: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as error:
        Config.parse(text)
    assert error.value.field == field
