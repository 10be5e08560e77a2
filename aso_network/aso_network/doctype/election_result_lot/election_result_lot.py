from aso_network.rows import Row


class ElectionResultLot(Row):
	pass
