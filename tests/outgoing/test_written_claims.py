"""Claims written from service rows: what stands in the file, what is held back and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from office import (
    ADMISSION,
    CHILD,
    CONFIG,
    FACILITY,
    PATIENT,
    SERVICE,
    held,
    problems,
    remittance,
    segments,
    send,
    tables,
)

from cleanclaim.errors import ConfigError, InputError, UnreadableFile

HOSPITAL = CONFIG.replace('"office"', '"outpatient_hospital"')
SECOND = {**PATIENT, "payer": "LAKE", "sequence": "S", "member_id": "S1", "group_number": "G1"}
TO_SECOND = {**SERVICE, "payer": "LAKE", "sequence": "S"}


@pytest.fixture(autouse=True)
def _numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANCLAIM_DATA", str(tmp_path / "numbers"))


def _of_claim(written: list[str]) -> list[str]:
    return written[next(n for n, segment in enumerate(written) if segment.startswith("CLM*")) :]


# what is written


def test_a_professional_claim_of_the_subscriber(tmp_path: Path) -> None:
    sent = send(
        tmp_path, [SERVICE, {**SERVICE, "code": "97140", "modifiers": "GP 59", "charge": "42.50", "units": "1"}]
    )
    assert segments(sent) == [
        "HL*1**20*1",
        "NM1*85*2*HILL CLINIC*****XX*1234567893",
        "N3*1 HILL ROAD",
        "N4*CARMEL*IN*460321234",
        "REF*EI*351234567",
        "HL*2*1*22*0",
        "SBR*P*18*******MB",
        "NM1*IL*1*ALDER*ADA****MI*1AA0A00AA00",
        "N3*2 OAK STREET",
        "N4*CARMEL*IN*46032",
        "DMG*D8*19450102*F",
        "NM1*PR*2*MEDICARE*****PI*EXMCR",
        "CLM*C1*126.5***11:B:1*Y*A*Y*Y",
        "HI*ABK:M5450",
        "NM1*DN*1*DOE*JO****XX*1003000126",
        "NM1*82*1*ROE*PAT****XX*1245319599",
        "PRV*PE*PXC*225100000X",
        "LX*1",
        "SV1*HC:97110:GP*84*UN*2***1",
        "DTP*472*D8*20260304",
        "REF*6R*C1-1",
        "LX*2",
        "SV1*HC:97140:GP:59*42.5*UN*1***1",
        "DTP*472*D8*20260304",
        "REF*6R*C1-2",
    ]
    assert problems(sent) == []
    (file,) = sent.files
    assert (file.path.name, file.claims, file.lines, file.charge_cents) == ("medicare-837p-000000001.837", 1, 2, 12_650)
    assert sent.exit_code == 0


def test_the_envelope_and_the_head(tmp_path: Path) -> None:
    text = send(tmp_path, [SERVICE]).files[0].path.read_text("ascii").split("~\n")
    assert text[:7] == [
        "ISA*00*          *00*          *ZZ*HILL01         *ZZ*HOUSE01        *260309*0930*^*00501*000000001*0*T*:",
        "GS*HC*HILL01*HOUSE01*20260309*0930*1*X*005010X222A1",
        "ST*837*0001*005010X222A1",
        "BHT*0019*00*0000000010001*20260309*093000*CH",
        "NM1*41*2*HILL CLINIC*****46*HILL01",
        "PER*IC*FRONT DESK*TE*3175550100",
        "NM1*40*2*CLEARING HOUSE*****46*HOUSE01",
    ]
    assert text[-4:] == [f"SE*{len(text) - 5}*0001", "GE*1*1", "IEA*1*000000001", ""]


def test_a_dependent_and_all_that_a_claim_may_say(tmp_path: Path) -> None:
    services = [
        {**SERVICE, "payer": "LAKE", "diagnoses": "M54.50 M25.561", "pointers": "2 1", "dos_end": "2026-03-06"},
        {
            **SERVICE,
            "payer": "LAKE",
            "diagnoses": "M54.50 M25.561",
            "pointers": "1",
            "rendering_npi": "PT2",
            "place_of_service": "12",
            "units": "1.5",
        },
        {**SERVICE, "payer": "LAKE", "diagnoses": "M54.50 M25.561", "pointers": "1"},
    ]
    facts = {
        "claim_id": "C1",
        "accident": "auto",
        "accident_date": "2026-02-01",
        "accident_state": "in",
        "onset": "2026-02-01",
        "initial_treatment": "02/22/2026",
        "last_seen": "2026-02-20",
        "patient_paid": "20.00",
        "referral_number": "R1",
        "prior_authorization": "A1",
        "medical_record": "MR7",
        "note": "seen at home",
        "delay_reason": "7",
        "supervising_npi": "1003000126",
        "ordering_npi": "1003000126",
    }
    sent = send(tmp_path, services, patients=[{**PATIENT, **CHILD}], facts=[facts])
    written = segments(sent)
    assert written[5:17] == [
        "HL*2*1*22*1",
        "SBR*P**GRP9******CI",
        "NM1*IL*1*ALDER*BOB****MI*M300",
        "NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*EXLHP",
        "HL*3*2*23*0",
        "PAT*19",
        "NM1*QC*1*ALDER*ADA",
        "N3*2 OAK STREET",
        "N4*CARMEL*IN*46032",
        "DMG*D8*19450102*F",
        "CLM*C1*252***11:B:1*Y*A*Y*Y**AA:::IN*********7",
        "DTP*431*D8*20260201",
    ]
    assert written[17:] == [
        "DTP*454*D8*20260222",
        "DTP*304*D8*20260220",
        "DTP*439*D8*20260201",
        "AMT*F5*20",
        "REF*9F*R1",
        "REF*G1*A1",
        "REF*EA*MR7",
        "NTE*ADD*seen at home",
        "HI*ABK:M5450*ABF:M25561",
        "NM1*DN*1*DOE*JO****XX*1003000126",
        "NM1*82*1*ROE*PAT****XX*1245319599",
        "PRV*PE*PXC*225100000X",
        "NM1*DQ*1*DOE*JO****XX*1003000126",
        "LX*1",
        "SV1*HC:97110:GP*84*UN*2***2:1",
        "DTP*472*RD8*20260304-20260306",
        "REF*6R*C1-1",
        "NM1*DK*1*DOE*JO****XX*1003000126",
        "LX*2",
        "SV1*HC:97110:GP*84*UN*1.5*12**1",
        "DTP*472*D8*20260304",
        "REF*6R*C1-2",
        "NM1*82*1*POE*LEE****XX*1972586303",
        "PRV*PE*PXC*225100000X",
        "NM1*DK*1*DOE*JO****XX*1003000126",
        "LX*3",
        "SV1*HC:97110:GP*84*UN*2***1",
        "DTP*472*D8*20260304",
        "REF*6R*C1-3",
        "NM1*DK*1*DOE*JO****XX*1003000126",
    ]
    assert problems(sent) == []


def test_an_institutional_claim(tmp_path: Path) -> None:
    codes = "11:2026-02-20 35:2026-03-02"
    services = [
        {**SERVICE, **FACILITY, "occurrence_codes": codes, "diagnoses": "M54.50 M25.561"},
        {
            **SERVICE,
            **FACILITY,
            "occurrence_codes": codes,
            "diagnoses": "M54.50 M25.561",
            "code": "97140",
            "dos": "2026-03-06",
        },
    ]
    facts = {
        **ADMISSION,
        "prior_authorization": "A1",
        "visit_reasons": "M54.50",
        "value_codes": "50:3.00 A3:12.5",
        "condition_codes": "A1 07",
        "occurrence_spans": "74:2026-03-05/2026-03-05",
        "admitting_diagnosis": "M54.50",
    }
    sent = send(tmp_path, services, facts=[facts], config=HOSPITAL)
    assert _of_claim(segments(sent)) == [
        "CLM*C1*168***13:A:1**A*Y*Y",
        "DTP*434*RD8*20260304-20260306",
        "CL1*3*1*01",
        "REF*G1*A1",
        "HI*ABK:M5450",
        "HI*ABJ:M5450",
        "HI*APR:M5450",
        "HI*ABF:M25561",
        "HI*BI:74:RD8:20260305-20260305",
        "HI*BH:11:D8:20260220*BH:35:D8:20260302",
        "HI*BE:50:::3*BE:A3:::12.5",
        "HI*BG:A1*BG:07",
        "NM1*71*1*DOE*JO****XX*1003000126",
        "NM1*82*1*ROE*PAT****XX*1245319599",
        "LX*1",
        "SV2*0420*HC:97110:GP*84*UN*2",
        "DTP*472*D8*20260304",
        "REF*6R*C1-1",
        "LX*2",
        "SV2*0420*HC:97140:GP*84*UN*2",
        "DTP*472*D8*20260306",
        "REF*6R*C1-2",
    ]
    assert problems(sent) == []
    assert sent.files[0].version == "005010X223A2"


def test_papers_a_case_and_the_operating_physician(tmp_path: Path) -> None:
    facts = {"claim_id": "C1", "case_number": "WC-77", "attachments": "oz:fx:a17, 03:AA"}
    written = segments(send(tmp_path, [SERVICE], facts=[facts]))
    assert "REF*Y4*WC-77" in written[: written.index(next(one for one in written if one.startswith("NM1*PR")))]
    assert _of_claim(written)[1:3] == ["PWK*OZ*FX***AC*A17", "PWK*03*AA"]
    dependent = send(tmp_path, [{**SERVICE, "payer": "LAKE"}], [{**PATIENT, **CHILD}], [facts])
    (place,) = (n for n, one in enumerate(segments(dependent)) if one == "REF*Y4*WC-77")
    assert segments(dependent)[place - 1].startswith("DMG*")
    assert segments(dependent)[place - 4] == "NM1*QC*1*ALDER*ADA"
    # one subscriber with two cases stands there twice
    services = [SERVICE, {**SERVICE, "claim_id": "C2"}, {**SERVICE, "claim_id": "C3"}]
    cases = [facts, {"claim_id": "C2", "case_number": "WC-78"}, {**facts, "claim_id": "C3"}]
    two = send(tmp_path, services, facts=cases)
    order = [one.split("*")[1:3] for one in segments(two) if one.startswith(("REF*Y4", "CLM"))]
    told = [["Y4", "WC-77"], ["C1", "84"], ["C3", "84"], ["Y4", "WC-78"], ["C2", "84"]]
    assert order == told
    facts |= ADMISSION | {"operating_npi": "1003000126", "other_operating_npi": "1972586303"}
    hospital = send(tmp_path, [{**SERVICE, **FACILITY}], facts=[facts], config=HOSPITAL)
    written = _of_claim(segments(hospital))
    assert written[3] == "PWK*OZ*FX***AC*A17"
    assert [one for one in written if one.startswith(("NM1*72", "NM1*ZZ"))] == [
        "NM1*72*1*DOE*JO****XX*1003000126",
        "NM1*ZZ*1*POE*LEE****XX*1972586303",
    ]
    for sent in (dependent, two, hospital):
        assert (sent.held, problems(sent)) == ((), [])


def test_a_replacement_names_what_it_replaces(tmp_path: Path) -> None:
    sent = send(tmp_path, [{**SERVICE, "frequency": "7", "original_reference": "ICN9"}])
    assert _of_claim(segments(sent))[:2] == ["CLM*C1*84***11:B:7*Y*A*Y*Y", "REF*F8*ICN9"]
    (_, messages) = held(send(tmp_path, [{**SERVICE, "frequency": "8"}]))["C1"]
    assert messages == (
        (
            "frequency 8 names an earlier claim, and its number with the payer is missing: original_reference in the "
            "service rows"
        ),
    )


def test_claims_of_one_patient_stand_under_one_subscriber(tmp_path: Path) -> None:
    other = {**PATIENT, "patient_id": "P2", "member_id": "2BB0B00BB00"}
    services = [SERVICE, {**SERVICE, "claim_id": "C2", "patient_id": "P2"}, {**SERVICE, "claim_id": "C3"}]
    sent = send(tmp_path, services, patients=[PATIENT, other])
    levels = [s for s in segments(sent) if s.startswith(("HL*", "CLM*"))]
    assert [segment.split("*")[0:2] for segment in levels] == [
        *(["HL", "1"], ["HL", "2"], ["CLM", "C1"], ["CLM", "C3"], ["HL", "3"], ["CLM", "C2"]),
    ]
    assert problems(sent) == []


def test_each_payer_and_form_gets_a_file(tmp_path: Path) -> None:
    services = [
        SERVICE,
        {**SERVICE, "claim_id": "C2", "payer": "LAKE"},
        {**SERVICE, **FACILITY, "claim_id": "C3"},
    ]
    facts = [{**ADMISSION, "claim_id": "C3"}]
    config = CONFIG.replace('filing_indicator = "CI" }', 'filing_indicator = "CI", professional = "A2" }')
    sent = send(tmp_path, services, [PATIENT, {**SECOND, "covered_from": "2026-01-01"}], facts, config)
    assert [(one.path.name, one.version, one.claims) for one in sent.files] == [
        ("medicare-837p-000000001.837", "005010X222A1", 1),
        ("medicare-837i-000000002.837", "005010X223A2", 1),
    ]
    assert held(sent)["C2"][0] == "missing"  # the secondary payer, and no remittance of the first
    primary = {**SECOND, "patient_id": "P2", "sequence": "P"}
    services[1]["patient_id"] = "P2"
    sent = send(tmp_path, services, [PATIENT, primary], facts, config)
    assert [one.version for one in sent.files] == ["005010X222A1", "005010X222A2", "005010X223A2"]
    assert problems(sent) == []


def test_a_site_elsewhere_is_the_service_facility(tmp_path: Path) -> None:
    place = 'name = "EAST SIDE"\nfacility_npi = "1972586303"\nstreet = "9 ELM STREET"\ncity = "CARMEL"\n'
    place += 'state = "IN"\nzip = "46033-0001"\n'
    config = CONFIG.replace('npi = "1234567893"\n\n[clinicians', f'npi = "1234567893"\n{place}\n[clinicians')
    written = _of_claim(segments(send(tmp_path, [SERVICE], config=config)))
    assert written[5:8] == [
        "NM1*77*2*EAST SIDE*****XX*1972586303",
        "N3*9 ELM STREET",
        "N4*CARMEL*IN*460330001",
    ]
    at_home = send(tmp_path, [{**SERVICE, "place_of_service": "12"}], config=config)
    assert not any(segment.startswith("NM1*77") for segment in segments(at_home))
    as_billing = config.replace('npi = "1234567893"\nname = "EAST', 'npi = "1972586303"\nname = "EAST')
    as_billing = as_billing.replace('facility_npi = "1972586303"\n', "")
    sent = send(tmp_path, [SERVICE], config=as_billing)
    assert segments(sent)[1:5] == [
        *("NM1*85*2*EAST SIDE*****XX*1972586303", "N3*9 ELM STREET", "N4*CARMEL*IN*460330001", "REF*EI*351234567")
    ]
    assert problems(sent) == []


def test_a_claim_names_another_place(tmp_path: Path) -> None:
    home = '[sites.home]\nsetting = "office"\nname = "OAK HOME"\n'
    home += 'street = "9 ELM STREET"\ncity = "CARMEL"\nstate = "IN"\n'
    config = CONFIG.replace("[clinicians", f'{home}zip = "460330001"\n\n[clinicians', 1)
    facts = [{"claim_id": "C1", "service_site": "home"}]
    written = _of_claim(segments(send(tmp_path, [SERVICE, {**SERVICE, "claim_id": "C2"}], facts=facts, config=config)))
    (first,) = (n for n, one in enumerate(written) if one.startswith("NM1*77"))
    assert written[first : first + 3] == ["NM1*77*2*OAK HOME", "N3*9 ELM STREET", "N4*CARMEL*IN*460330001"]
    assert written[0].startswith("CLM*C1")
    assert first < next(n for n, one in enumerate(written) if one == "LX*1")
    unknown = send(tmp_path, [SERVICE], facts=[{"claim_id": "C1", "service_site": "nowhere"}], config=config)
    told = "the place of the services is missing: [sites.nowhere] with its address, as the file of claim facts names it"
    assert held(unknown)["C1"] == ("missing", (told,))


# coordination of benefits


def test_the_secondary_payer_is_named_to_the_primary(tmp_path: Path) -> None:
    written = _of_claim(segments(send(tmp_path, [SERVICE], [PATIENT, SECOND])))
    assert written[5:11] == [
        "SBR*S*18*G1******CI",
        "OI***Y***Y",
        "NM1*IL*1*ALDER*ADA****MI*S1",
        "N3*2 OAK STREET",
        "N4*CARMEL*IN*46032",
        "NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*EXLHP",
    ]


def test_the_secondary_payer_is_told_what_the_primary_decided(tmp_path: Path) -> None:
    claims = "CLP*C1*1*84*60*14*MB*ICN1~NM1*QC*1*ALDER*ADA****MI*XX~MOA***MA01~SVC*HC:97110:GP*84*60**2~"
    claims += "DTM*472*20260304~CAS*CO*45*10~CAS*PR*2*14~REF*6R*C1-1~"
    paid = remittance(tmp_path, claims, "60")
    sent = send(tmp_path, [TO_SECOND], [PATIENT, SECOND], paid=[paid])
    written = _of_claim(segments(sent))
    assert written[5:15] == [
        "SBR*P*18*******MB",
        "AMT*D*60",
        "AMT*EAF*14",
        "OI***Y***Y",
        "MOA***MA01",
        "NM1*IL*1*ALDER*ADA****MI*1AA0A00AA00",
        "N3*2 OAK STREET",
        "N4*CARMEL*IN*46032",
        "NM1*PR*2*MEDICARE*****PI*EXMCR",
        "REF*F8*ICN1",
    ]
    assert written[19:] == ["SVD*EXMCR*60*HC:97110:GP**2", "CAS*CO*45*10", "CAS*PR*2*14", "DTP*573*D8*20260320"]
    assert problems(sent) == []


def test_a_decision_on_the_whole_claim(tmp_path: Path) -> None:
    claims = "CLP*C1*1*84*60*14*12*ICN1~NM1*QC*1*ALDER*ADA****MI*XX~CAS*CO*45*10~CAS*PR*2*14~"
    first = {**SECOND, "sequence": "P", "relationship": "spouse", "subscriber_last_name": "ALDER"}
    medicare = {**PATIENT, "sequence": "S", "insurance_type": "12"}
    paid = remittance(tmp_path, claims, "60", "LAKE")
    sent = send(tmp_path, [{**SERVICE, "sequence": "S"}], [medicare, first], paid=[paid])
    assert segments(sent)[6] == "SBR*S*18***12****MB"
    assert _of_claim(segments(sent))[5:13] == [
        *("SBR*P*01*G1******CI", "CAS*CO*45*10", "CAS*PR*2*14", "AMT*D*60", "AMT*EAF*14", "OI***Y***Y"),
        *("NM1*IL*1*ALDER*****MI*S1", "NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*EXLHP"),
    ]
    assert problems(sent) == []


def test_a_secondary_claim_without_a_decision_or_its_reason_is_held(tmp_path: Path) -> None:
    assert held(send(tmp_path, [TO_SECOND], [PATIENT, SECOND]))["C1"] == (
        "missing",
        (
            (
                "what the payer before this one (EXMCR) decided is missing: give its remittance with --paid, whose "
                "payer must be among the names of [payers.NAME]"
            ),
        ),
    )
    medicare = {**PATIENT, "sequence": "S"}
    (_, messages) = held(send(tmp_path, [{**SERVICE, "sequence": "S"}], [medicare]))["C1"]
    assert messages == (
        "the reason why Medicare is not primary is missing: insurance_type in the patients file",
        "the primary payer is missing: a row with sequence P for this patient in the patients file",
    )


# what is held back


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"units": ""}, "line 1: the number of units is missing: units in the service rows"),
        ({"charge": ""}, "line 1: the charge is missing: charge in the service rows"),
        ({"place_of_service": ""}, "the place of service is missing: place_of_service in the service rows"),
        ({"diagnoses": ""}, "the diagnosis is missing: diagnoses in the service rows"),
        (
            {"diagnoses": "M54.50 M25.561"},
            "line 1: which of the diagnoses it treats is missing: pointers in the service rows",
        ),
        ({"pointers": "2"}, "line 1: pointers name a diagnosis that the claim does not have"),
        ({"patient_id": ""}, "the patient's number is missing: patient_id in the service rows"),
        ({"payer": ""}, "the payer is missing: payer in the service rows"),
        (
            {"payer": "PRAIRIE"},
            "the coverage is missing: no row with this patient and payer and day in the patients file",
        ),
        (
            {"referring_npi": "1093817465"},
            "the name of the referring provider (NPI 1093817465) is missing: last_name in [clinicians] or [physicians]",
        ),
        ({"billing_npi": "1093817465"}, "billing NPI 1093817465 is neither that of [billing] nor of one site"),
        (
            {"claim_id": "C" * 21},
            "its number has 21 characters; payers take 20: claim_id in the service rows",
        ),
        ({"modifiers": "GP 59 KX CQ 76"}, "line 1: it has 5 modifiers; 4 are the most that a line can say"),
    ],
)
def test_what_the_services_leave_out_is_told(tmp_path: Path, change: dict[str, str], message: str) -> None:
    row = {**SERVICE, **change}
    sent = send(tmp_path, [row])
    reason, messages = held(sent)[row["claim_id"]]
    assert (reason, [one for one in messages if one == message], sent.files) == ("missing", [message], ())


@pytest.mark.parametrize(
    ("column", "words"),
    [
        *(("last_name", "the patient's last name"), ("birth_date", "the patient's birth date")),
        *(("sex", "the patient's sex"), ("zip", "the patient's ZIP code"), ("member_id", "the member number")),
        ("relationship", "the relationship to the subscriber"),
    ],
)
def test_what_the_patients_file_leaves_out_is_told(tmp_path: Path, column: str, words: str) -> None:
    sent = send(tmp_path, [SERVICE], [{**PATIENT, column: ""}])
    assert held(sent) == {"C1": ("missing", (f"{words} is missing: {column} in the patients file",))}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "signature_on_file = true",
            "whether the provider's signature is on file is missing: signature_on_file in [billing]",
        ),
        (
            "accepts_assignment = true",
            "whether assignment is accepted is missing: accepts_assignment in [billing] or [payers.NAME.send]",
        ),
        (
            "benefits_assigned = true",
            "whether benefits are assigned is missing: benefits_assigned in [billing], or in the patients file",
        ),
        (
            "release_signed = true",
            (
                "whether the patient has signed the release is missing: release_signed in [billing], or in the "
                "patients file"
            ),
        ),
    ],
)
def test_nothing_is_attested_that_nobody_has_stated(tmp_path: Path, line: str, message: str) -> None:
    assert held(send(tmp_path, [SERVICE], config=CONFIG.replace(line, ""))) == {"C1": ("missing", (message,))}


def test_a_patient_may_say_otherwise_than_the_practice(tmp_path: Path) -> None:
    written = segments(send(tmp_path, [SERVICE], [{**PATIENT, "benefits_assigned": "no"}]))
    assert written[12] == "CLM*C1*84***11:B:1*Y*A*N*Y"
    assert held(send(tmp_path, [SERVICE], [{**PATIENT, "release_signed": "no"}]))["C1"][1] == (
        "the patient has not signed that claims may be sent: release_signed in the patients file",
    )


def test_findings_hold_a_claim_unless_asked_otherwise(tmp_path: Path) -> None:
    row = {**SERVICE, "modifiers": ""}
    sent = send(tmp_path, [row, {**SERVICE, "claim_id": "C2", "dos": "2026-03-05"}], include_findings=False)
    assert held(sent) == {"C1": ("finding", ("D101 discipline-modifier-missing (denial)",))}
    assert [file.claims for file in sent.files] == [1]
    assert sent.exit_code == 1
    assert send(tmp_path, [row]).files[0].claims == 1


def test_numbers_that_stand_twice_are_refused(tmp_path: Path) -> None:
    two_patients = [SERVICE, {**SERVICE, "patient_id": "P2"}]
    assert held(send(tmp_path, two_patients)) == {"C1": ("duplicate", ("the claim's number stands with two patients",))}
    lake = {**SECOND, "sequence": "P", "covered_from": "2026-03-05"}
    medicare = {**PATIENT, "covered_through": "2026-03-04"}
    two_payers = [SERVICE, {**SERVICE, "payer": "LAKE", "dos": "2026-03-05"}]
    sent = send(tmp_path, two_payers, [medicare, lake])
    assert [(one.reason, one.messages) for one in sent.held] == [
        ("duplicate", ("claims to two payers have this number and the same sequence",))
    ] * 2


def test_a_claim_with_a_cell_that_cannot_be_read_is_held(tmp_path: Path) -> None:
    sent = send(tmp_path, [{**SERVICE, "modifiers": "G-P-5"}, {**SERVICE, "claim_id": "C2"}])
    reason, messages = held(sent)["C1"]
    assert (reason, len(messages), [file.claims for file in sent.files]) == ("unreadable", 1, [1])
    assert messages[0].startswith("line 2, modifiers: ")
    # a row that is left out says no claim number: any claim of the file may lack it
    sent = send(tmp_path, [{**SERVICE, "dos": "2026-02-30"}, {**SERVICE, "claim_id": "C2"}])
    assert [(one.claim, one.reason) for one in sent.held] == [("C2", "unreadable")]
    assert sent.files == ()


@pytest.mark.parametrize(
    ("patient", "message"),
    [
        ({"last_name": "AL*DER"}, "NM103 holds '*', which is a delimiter of the file; write it otherwise"),
        ({"city": "CAR:MEL"}, "N401 holds ':', which is a delimiter of the file; write it otherwise"),
        ({"first_name": "ADÉ"}, "NM104 holds a character outside the extended set of X12; write it otherwise"),
    ],
)
def test_what_would_break_the_file_is_told_and_never_replaced(
    tmp_path: Path, patient: dict[str, str], message: str
) -> None:
    other = {**PATIENT, "patient_id": "P2", "member_id": "2BB0B00BB00"}
    services = [SERVICE, {**SERVICE, "claim_id": "C2", "patient_id": "P2"}]
    sent = send(tmp_path, services, [{**PATIENT, **patient}, other])
    assert held(sent) == {"C1": ("invalid", (message,))}
    assert [file.claims for file in sent.files] == [1]
    assert problems(sent) == []


def test_the_basic_character_set_is_capitals(tmp_path: Path) -> None:
    config = CONFIG.replace('id = "HOUSE01"\n', 'id = "HOUSE01"\ncharset = "basic"\ndelimiters = "|>^~"\n')
    sent = send(tmp_path, [SERVICE], [{**PATIENT, "last_name": "de  Alder"}], config=config)
    text = sent.files[0].path.read_text("ascii").split("~\n")
    assert "NM1|IL|1|DE ALDER|ADA||||MI|1AA0A00AA00" in text
    assert "SV1|HC>97110>GP|84|UN|2|||1" in text
    assert problems(sent) == []
    sent = send(tmp_path, [SERVICE], [{**PATIENT, "last_name": "AL_DER"}], config=config)
    assert held(sent)["C1"][1] == ("NM103 holds a character outside the basic set of X12; write it otherwise",)


def test_what_the_validator_refuses_is_held_and_the_rest_goes_out(tmp_path: Path) -> None:
    services = [{**SERVICE, "place_of_service": "21"}, {**SERVICE, "claim_id": "C2"}]
    sent = send(tmp_path, services)
    assert held(sent) == {
        "C1": ("invalid", ("CLM (loop 2300): an inpatient claim needs its day of admission (DTP*435)",))
    }
    assert [file.claims for file in sent.files] == [1]


def test_nothing_is_written_without_a_sender(tmp_path: Path) -> None:
    for section, name in (
        ("[submitter]", "submitter"),
        ("[receivers.house]", "receivers.NAME"),
        ("[billing]", "billing"),
    ):
        start = CONFIG.index(section)
        end = CONFIG.find("\n[", start + 1)
        config = CONFIG[:start] + (CONFIG[end:] if end > 0 else "")
        with pytest.raises(ConfigError) as error:
            send(tmp_path, [SERVICE], config=config)
        assert error.value.field == name
    assert not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_read_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no column patient_id"):
        send(tmp_path, [SERVICE], [{"last_name": "ALDER"}])
    with pytest.raises(InputError, match="the claim's facts stand twice"):
        send(tmp_path, [SERVICE], facts=[{"claim_id": "C1"}, {"claim_id": "C1"}])


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError, match="nothing was written"):
        send(tmp_path, [SERVICE])


def test_what_is_read_back_is_what_was_given(tmp_path: Path) -> None:
    sent = send(tmp_path, [SERVICE])
    read = tables(sent)
    claim = read["claims"].row(0, named=True)
    wanted = {
        "claim_id": "C1",
        "charge_cents": 8400,
        "place_of_service": "11",
        "frequency": "1",
        "sequence": "P",
        "filing_indicator": "MB",
        "payer_id": "EXMCR",
        "subscriber_id": "1AA0A00AA00",
        "diagnoses": "M5450",
        "billing_npi": "1234567893",
        "rendering_npi": "1245319599",
        "referring_npi": "1003000126",
    }
    assert {name: claim[name] for name in wanted} == wanted


def test_many_claims_take_several_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleanclaim.x12.write.claims837.file.MOST_CLAIMS", 2)
    days = [*range(2, 7)]
    sent = send(tmp_path, [{**SERVICE, "claim_id": f"C{day}", "dos": f"2026-03-0{day}"} for day in days])
    assert tables(sent)["sets"].select("transaction", "control").rows() == [(1, "0001"), (2, "0002"), (3, "0003")]
    assert tables(sent)["claims"]["claim_id"].to_list() == [f"C{day}" for day in days]
    assert problems(sent) == []
    assert tables(send(tmp_path, [SERVICE]))["sets"]["control"].to_list() == ["0004"]
