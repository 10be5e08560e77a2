from aso_network.rows import Row


class ElectionResultRow(Row):
	pass
