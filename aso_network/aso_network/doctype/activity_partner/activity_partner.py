from aso_network.rows import Row


class ActivityPartner(Row):
	pass
