"""The name of the configuration file, and one that shows every kind of key."""

from __future__ import annotations

FILE_NAME = "cleanclaim.toml"

EXAMPLE = """\
# cleanclaim.toml: every section is optional, every key but those marked "required" too.

[payers."Acme Health"]         # a payer's id or name as your files write it, in any case
pack = "commercial"            # required: a pack of `cleanclaim payers`, or a file of yours: "our-plan.toml"
state = "IL"                   # the state whose insurance law binds the plan; not for federal or self-funded plans
names = ["60054", "Acme PPO"]  # other ids or names of the same payer
# Any field of a pack may follow. A plain value always holds and rests on your contract:
filing_limit = "90 days"
unit_method = "cms"            # cms, ama, hybrid, cms_or_ama, whole_15, nearest_15 or per_visit
# ... or a list of dated values; on other days the pack's own value stands:
discipline_modifier_required = [{ value = true, first_day = 2025-07-01, source = "manual 2025, p. 12" }]
# Fields that go by procedure code (names with digits need no quotes):
substitute_code.97014 = "G0283"
code_excluded.97010 = true
send = { id = "60054", filing_indicator = "CI" }  # how the payer stands in an 837

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
last_name = "DOE"              # as claims say it
first_name = "JO"

[physicians.1003000126]        # who refers, orders, supervises or attends: the NPI, or a name with npi = "..."
last_name = "ROE"

[submitter]                    # this and the next two: what claims say that are written
name = "HILL CLINIC"
id = "HILL01"
contact = "FRONT DESK"
phone = "3175550100"
usage = "production"           # or test

[receivers.house]
name = "CLEARING HOUSE"
id = "HOUSE01"

[billing]
name = "HILL CLINIC"
npi = "1234567893"
tax_id = "35-1234567"
street = "1 HILL ROAD"
city = "CARMEL"
state = "IN"
zip = "46032-1234"             # all nine digits
signature_on_file = true       # what the practice attests of all its claims; nothing of it is assumed
accepts_assignment = true
benefits_assigned = true
release_signed = true

[rules]                        # by id (D110), first characters of ids (D1) or name (kx-with-ga-or-gz)
ignore = ["I107"]              # rules that you do not want; select = [...] names the only ones that you want
severity.D110 = "advice"       # denial, compliance, underbilling or advice

[payers."Acme Health".rules]   # for one payer, or one site: [sites.main.rules]
ignore = ["U103"]

[[suppressions]]               # findings you have looked at; they are counted, and told again when the day is past
rule = "P104"                  # required
reason = "payer confirmed by letter of 2026-03-02"  # required; nothing of a patient
expires = 2027-01-31           # required: the last day on which it holds
payer = "Acme Health"          # limits, each optional: payer, site, code, claim, visit
code = "97530"

[defaults]
payer = "medicare"             # for rows that name no payer
site = "main"                  # for rows without a billing NPI
"""
