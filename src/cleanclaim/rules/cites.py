"""The publications that rules rest on, each named once."""

from __future__ import annotations

from cleanclaim.citation import Citation

_CLAIMS_CH5 = "Medicare Claims Processing Manual (Pub. 100-04), ch. 5"
_CLAIMS_CH5_URL = "https://www.cms.gov/Regulations-and-Guidance/Guidance/Manuals/Downloads/clm104c05.pdf"
_BENEFIT_CH15 = "Medicare Benefit Policy Manual (Pub. 100-02), ch. 15"
_BENEFIT_CH15_URL = "https://www.cms.gov/Regulations-and-Guidance/Guidance/Manuals/Downloads/bp102c15.pdf"
_NCCI_MANUAL = "Medicare NCCI Policy Manual"

# units
TIMED_AND_UNTIMED = Citation(_CLAIMS_CH5, "sec. 20.2.B", _CLAIMS_CH5_URL)
COUNTING_MINUTES = Citation(_CLAIMS_CH5, "sec. 20.2.C", _CLAIMS_CH5_URL)
DAILY_LIMITS = Citation(_CLAIMS_CH5, "sec. 20.2.D", _CLAIMS_CH5_URL)
TREATMENT_NOTE = Citation(_BENEFIT_CH15, "sec. 220.3.E", _BENEFIT_CH15_URL)
PART_B_SCENARIOS = Citation("CMS, 11 Part B Billing Scenarios for PTs and OTs", "group, individual and team treatment")
CAREGIVER_TRAINING = Citation(
    "CY2024 Physician Fee Schedule final rule (CMS-1784-F)", "caregiver training services: the patient is not present"
)
REMOTE_MONITORING = Citation(
    "CMS Transmittal R13431CP (CR14250)",
    "2026 therapy code list: remote therapeutic monitoring by 30 days and by calendar month",
)
NEW_YORK_CAP = Citation(
    "New York workers' compensation medical fee schedule, physical medicine ground rules",
    "relative values of a day over all providers, as the payer pack cites them",
)
LESSER_OF_CHARGE_AND_FEE = Citation("42 USC 1395m(k)", "para. (1)(B), the lesser of charge and fee schedule amount")
DRY_NEEDLING = Citation(
    "National Coverage Determination 30.3.3; APTA and Gawenda Seminars on dry needling", "from January 21, 2020"
)
VISITS_BY_THERAPISTS = Citation("The payer's therapy policy", "as the payer pack cites it")
CHIROPRACTORS = Citation("42 CFR 410.21(b)", "manual manipulation of the spine alone; Pub. 100-02, ch. 15, sec. 30.5")
CHIROPRACTORS_GY = Citation(
    "NGS Medicare, chiropractic services",
    "GY on other services that a chiropractor gives",
    "https://www.ngsmedicare.com/web/ngs/chiropractic-services?selectedArticleId=1519167",
)
MANIPULATION_REGIONS = Citation("Medicare NCCI Policy Manual", "ch. 11, chiropractic manipulation: separate regions")
CPT_TIME = Citation("CPT guidance on time (American Medical Association)", "a unit counts once its midpoint is passed")

# NCCI pairs and maximums
NCCI_PAIRS = Citation("Medicare NCCI procedure-to-procedure edit tables", "practitioner and outpatient hospital")
NCCI_GENERAL = Citation(_NCCI_MANUAL, "ch. 1")
NCCI_THERAPY = Citation(_NCCI_MANUAL, "ch. 11")
BYPASS_EITHER_LINE = Citation(
    "CMS Transmittal R2259OTN (One-Time Notification, Pub. 100-20)", "in force from July 1, 2019"
)
BYPASS_ARTICLE = Citation("CMS MLN article SE1418, revised", "modifiers 59 and X{EPSU}")
BYPASS_PROPER_USE = Citation(
    "CMS MLN1783722, Proper Use of Modifiers 59, XE, XP, XS and XU",
    url="https://www.hhs.gov/guidance/document/mln1783722-proper-use-modifiers-59-xe-xp-xs-and-xu",
)
UNIT_MAXIMUMS = Citation(
    "NCCI Medically Unlikely Edits tables (Medicare or Medicaid, as the payer uses)",
    "maximum and adjudication indicator of the code",
)
ADDON_EDITS = Citation("Medicare NCCI add-on code edits", "base codes of the add-on code")

# discipline and assistant modifiers
DISCIPLINE_MODIFIERS = Citation(_CLAIMS_CH5, "sec. 20.1", _CLAIMS_CH5_URL)
ALWAYS_THERAPY_EDITS = Citation("CMS MLN Matters article MM10176", "editing of always-therapy services, from 2018")
REVENUE_CODES = Citation(_CLAIMS_CH5, "sec. 20", _CLAIMS_CH5_URL)
ASSISTANT_LAW = Citation("Social Security Act", "sec. 1834(v)")
ASSISTANT_UNITS = Citation(
    "42 CFR", "410.59(a)(4) and 410.60(a)(4)", "https://www.ecfr.gov/current/title-42/section-410.60"
)
ASSISTANT_RULE_2020 = Citation("CY2020 Physician Fee Schedule final rule (CMS-1715-F)", "Federal Register, vol. 84")
ASSISTANT_RULE_2022 = Citation("CY2022 Physician Fee Schedule final rule (CMS-1751-F)", "Federal Register, vol. 86")
MODIFIER_ORDER = Citation(
    "Payer's own statement of the order of modifiers",
    "Medicare asks for none among therapy modifiers (Novitas Solutions, modifier guidance)",
)
THERAPIST_SERVICES = Citation(_BENEFIT_CH15, "sec. 230.1 and 230.2", _BENEFIT_CH15_URL)
STUDENTS = Citation(_BENEFIT_CH15, "sec. 230.B, therapy students", _BENEFIT_CH15_URL)
SERVICE_LINE = Citation("ASC X12N 837P (005010X222A1)", "loop 2400, SV1: four modifiers a line")

# KX threshold and liability notices
KX_THRESHOLD = Citation(_CLAIMS_CH5, "sec. 10.3", _CLAIMS_CH5_URL)
KX_LAW = Citation("42 USC 1395l(g)", "yearly threshold, KX, and liability under sec. 1879")
KX_AGAINST_GA = Citation("NGS Medicare, therapy threshold guidance", "KX and GA are opposing modifiers")
LIABILITY_NOTICES = Citation("Medicare Claims Processing Manual (Pub. 100-04), ch. 30", "advance beneficiary notices")
LIABILITY_MODIFIERS = Citation("CMS Change Request 6563", "GA and GX, from April 1, 2010")

# code, diagnosis, providers
CODE_SETS = Citation("45 CFR 162.1002", "code sets valid on the date of service")
THERAPY_CODE_LIST = Citation("CMS annual therapy code list", "codes and their dates")
FEE_STATUS = Citation("Medicare Physician Fee Schedule relative value file", "status code")
DIAGNOSIS_RELEASE = Citation("ICD-10-CM, release in force on the date of service", "45 CFR 162.1002(c)")
DIAGNOSIS_DETAIL = Citation("ICD-10-CM Official Guidelines for Coding and Reporting", "sec. I.B.2, level of detail")
_CLAIMS_CH26 = "Medicare Claims Processing Manual (Pub. 100-04), ch. 26"
_CLAIMS_CH26_URL = "https://www.cms.gov/Regulations-and-Guidance/Guidance/Manuals/Downloads/clm104c26.pdf"
CLAIM_ITEMS = Citation(_CLAIMS_CH26, "sec. 10.4, items 14-33", _CLAIMS_CH26_URL)
DIAGNOSIS_ITEMS = Citation(_CLAIMS_CH26, "sec. 10.4, items 21 and 24E", _CLAIMS_CH26_URL)
DIAGNOSIS_LIST = Citation("ASC X12N 837P (005010X222A1)", "loop 2300, HI: twelve diagnoses a claim")
DIAGNOSIS_POINTERS = Citation("ASC X12N 837P (005010X222A1)", "loop 2400, SV107: one to four pointers a line")
DIAGNOSIS_ONCE = Citation(
    "ICD-10-CM Official Guidelines for Coding and Reporting", "sec. I.B.12, a code once an encounter"
)
EXTERNAL_CAUSES = Citation(
    "ICD-10-CM Official Guidelines for Coding and Reporting", "sec. I.C.20.a.6, external causes are never listed first"
)
NPI_CHECK_DIGIT = Citation("45 CFR 162.406", "National Provider Identifier with a check digit")
REFERRING_PROVIDER = Citation("Noridian Medicare, outpatient therapy claims", "one referring NPI, qualifier DN")
CERTIFICATION = Citation(_BENEFIT_CH15, "sec. 220.1.3.A and B, certification of the plan of care", _BENEFIT_CH15_URL)
RECERTIFICATION = Citation("42 CFR 424.24(c)", "para. (4), recertification at least every 90 days")
DELAYED_CERTIFICATION = Citation(_BENEFIT_CH15, "sec. 220.1.3.D, delayed certification", _BENEFIT_CH15_URL)
CERTIFICATION_EXCEPTION = Citation(
    "CY2025 Physician Fee Schedule final rule (CMS-1807-F)", "Federal Register, vol. 89; 42 CFR 424.24(c)(5), from 2025"
)
CORF_PLAN = Citation("42 CFR 410.105(c)", "a physician establishes and signs the plan before treatment")
PLAN_CONTENT = Citation(_BENEFIT_CH15, "sec. 220.1.2.B, contents of the plan", _BENEFIT_CH15_URL)
PLAN_BEFORE_TREATMENT = Citation("42 CFR 410.61", "paras. (b) and (c), a plan established before treatment begins")
PROGRESS_REPORT = Citation(_BENEFIT_CH15, "sec. 220.3.D, progress report", _BENEFIT_CH15_URL)
ACTIVE_PARTICIPATION = Citation(
    _BENEFIT_CH15, "sec. 220.3.D; Novitas Solutions, local coverage determination L35036", _BENEFIT_CH15_URL
)
DISCHARGE = Citation(_BENEFIT_CH15, "sec. 220.3.D, discharge note", _BENEFIT_CH15_URL)
AUTHORIZATION = Citation("The payer's authorization", "and what its pack cites of prior authorization")
PAYER_REFERRAL = Citation("The payer's rules on referrals", "as the payer pack cites them")
CERTIFIERS = Citation(_BENEFIT_CH15, "sec. 220.1.3, who certifies the plan of care", _BENEFIT_CH15_URL)

# institutional claims
_CLAIMS_CH25 = "Medicare Claims Processing Manual (Pub. 100-04), ch. 25"
_CLAIMS_CH25_URL = "https://www.cms.gov/Regulations-and-Guidance/Guidance/Manuals/Downloads/clm104c25.pdf"
ATTENDING_PROVIDER = Citation(_CLAIMS_CH25, "sec. 75.5, form locator 76", _CLAIMS_CH25_URL)
REVENUE_CODE_LINES = Citation(_CLAIMS_CH25, "sec. 75.4, form locator 42", _CLAIMS_CH25_URL)
REVENUE_CODE_KINDS = Citation(
    _CLAIMS_CH25, "sec. 75.4, form locator 42: therapy families, last digit", _CLAIMS_CH25_URL
)
OCCURRENCE_CODES = Citation(_CLAIMS_CH5, "sec. 20, occurrence codes of therapy claims", _CLAIMS_CH5_URL)
ONE_DATE_PER_LINE = Citation(
    "First Coast Service Options (Medicare), article 0508065", "no date ranges on lines of timed codes"
)

# evaluations
EVALUATIONS = Citation(_BENEFIT_CH15, "sec. 220.3.C, evaluation and re-evaluation", _BENEFIT_CH15_URL)
PAYER_LIMITS = Citation("The payer's manual", "as the payer pack cites it")

# telehealth
TELEHEALTH_PLACES = Citation("CMS Transmittal R11045CP (Change Request 12427)", "places 02 and 10, from 2022")
TELEHEALTH_BOOKLET = Citation("CMS MLN901705, Telehealth Services", "professional billing from January 1, 2024")
TELEHEALTH_PRACTITIONERS = Citation(
    "42 CFR", "410.78, telehealth services", "https://www.ecfr.gov/current/title-42/section-410.78"
)
TELEHEALTH_WAIVER = Citation("Consolidated Appropriations Act, 2026 (H.R. 7148)", "therapists through 2027")
TELEHEALTH_LIST = Citation("CMS list of Medicare telehealth services", "the codes that are on it")
TELEHEALTH_MODIFIER = Citation("The payer's telehealth policy", "as the payer pack cites it")
GT_MODIFIER = Citation("CMS Change Request 10583", "modifier GT, from October 1, 2018")

# functional reporting and other modifiers
FUNCTIONAL_REPORTING = Citation(_BENEFIT_CH15, "sec. 220.4, functional reporting ended", _BENEFIT_CH15_URL)
FUNCTIONAL_REPORTING_RULE = Citation(
    "CY2019 Physician Fee Schedule final rule (CMS-1693-F)",
    "sec. II.L; CMS, Functional Reporting",
    "https://hhs.gov/guidance/document/functional-reporting-0",
)
HABILITATIVE_MODIFIERS = Citation("CMS Transmittal 3940; AOTA on modifiers 96 and 97", "from January 1, 2018")
ACTIVE_TREATMENT = Citation("CMS MLN article SE1601", "AT on spinal manipulation, from October 1, 2004")
CHIROPRACTIC = Citation(_BENEFIT_CH15, "sec. 240.1.3, chiropractic services", _BENEFIT_CH15_URL)
ACTIVE_TREATMENT_NOTICE = Citation(
    "Palmetto GBA, Chiropractic Claims Submitted with Both the AT and GA Modifier to Reject",
    "from November 1, 2015",
    "https://www.dmepdac.com/palmetto/jmb.nsf/DIDC/A22JLH1132~Specialties~Chiropractic",
)

# sides
ORTHOSIS_SIDES = Citation(
    "CGS, DME contractor: RT and LT Modifier Usage and Unprocessable Claims",
    "May 31, 2019",
    "https://cgsmedicare.com/jc/pubs/news/2019/05/cope12669.html",
)
HAND_ORTHOSIS_SIDES = Citation(
    "CGS, DME contractor: Finger, Hand and Wrist Orthoses Modifiers",
    "October 31, 2024",
    "https://cgsmedicare.com/jc/pubs/news/2024/10/cope166183.html",
)
ANATOMIC_MODIFIERS = Citation(
    "Aetna Better Health of Louisiana, anatomical modifier policy", "a missing or unfitting modifier is denied"
)
SIDE_MODIFIERS = Citation(
    "Medicare contractors' modifier guidance, as reprinted by medicalbillingcptmodifiers.com",
    "LT and RT not beside 50 or a finger or toe modifier",
    "https://www.medicalbillingcptmodifiers.com/2010/06/hand-and-foot-modifier.html",
)

# filing
PLACES = Citation(_CLAIMS_CH26, "sec. 10.5, place of service codes", _CLAIMS_CH26_URL)
SETTINGS_AND_FORMS = Citation(_CLAIMS_CH5, "sec. 10, settings of outpatient therapy and their claims", _CLAIMS_CH5_URL)
TIMELY_FILING = Citation("42 CFR 424.44", "one calendar year from the date of service; other payers by contract")
CORRECTED_CLAIMS = Citation(
    "The payer's limit for corrected claims, as its pack cites it; Medicare: First Coast Service Options",
    "adjustments within one year of the service; CMS Change Request 8581",
    "https://medicare-prod.fcso.com/claims/claims-adjusting-reopening-cancelling-and-resubmitting",
)
ORIGINAL_REFERENCE = Citation(
    "X12, requests for interpretation 1538 and 2173",
    "loop 2300, REF*F8 is required where the frequency says replacement or void",
    "https://x12.org/resources/requests-for-interpretation/rfi-1538-5010837i2300clm05-3-and-ref",
)
_CLAIMS_CH1 = "Medicare Claims Processing Manual (Pub. 100-04), ch. 1"
DUPLICATES = Citation(_CLAIMS_CH1, "sec. 120, detection of duplicate claims")

# treatment notes
SKILLED_CARE = Citation(
    _BENEFIT_CH15, "sec. 220.2, reasonable and necessary: the skills of a therapist", _BENEFIT_CH15_URL
)
DYNAMIC_ACTIVITIES = Citation(
    "NGS Medicare, local coverage determination L33631 and billing article A56566",
    "what makes a dynamic activity: a function, the therapist's skill, one-on-one",
)
RECORDS_REVIEWED = Citation(
    "Noridian Medicare, targeted probe and educate: manual therapy", "time not documented, service not supported"
)
BODY_AREA_REVIEWED = Citation(
    "Medicare contractors' medical review of outpatient therapy", "records that do not name the body area treated"
)
