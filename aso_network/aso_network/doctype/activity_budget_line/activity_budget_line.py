from aso_network.rows import Row


class ActivityBudgetLine(Row):
	pass
