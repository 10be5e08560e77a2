from aso_network.rows import Row


class SeatRule(Row):
	pass
