"""Reports for people and for other programs: a page, a table, a workbook, a log of alerts."""
