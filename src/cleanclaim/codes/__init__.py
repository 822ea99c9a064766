"""What payers and regulators publish: dated tables with their sources. No claims, no rules.

Every value has the days it holds for; what no table in hand says is null. Outside the days a table covers it still
supports a conclusion from what it contains, marked with the table's age, but none from what it lacks.
"""
