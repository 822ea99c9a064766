"""Reports on money, from the claims and outcomes of a ledger: aging, denials, expected against paid, deadlines."""

from cleanclaim.reports.money.aging import aging
from cleanclaim.reports.money.deadlines import deadlines
from cleanclaim.reports.money.denials import denials
from cleanclaim.reports.money.expected import expected
from cleanclaim.reports.money.sheets import MoneyReport

__all__ = ["MoneyReport", "aging", "deadlines", "denials", "expected"]
